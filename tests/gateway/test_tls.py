"""Backends behind TLS, as a load balancer offers them."""

import datetime as dt
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from ekyc_gateway.backends import QUALITY
from grpc_health.v1 import health
from grpc_health.v1.health_pb2 import HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import add_HealthServicer_to_server

ASK = """
import asyncio, sys
from ekyc_chassis.health import is_serving
from ekyc_chassis.channel import connect
async def main():
    async with connect(sys.argv[1], "{service}", tls=True) as channel:
        print(await is_serving(channel, "{service}", timeout=5))
asyncio.run(main())
"""


def certificate(folder: Path) -> tuple[bytes, bytes]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    (folder / "roots.pem").write_bytes(pem)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private, pem


@pytest.mark.parametrize("trusted", [True, False])
def test_a_backend_is_called_over_tls_if_its_certificate_is_trusted(tmp_path: Path, trusted: bool) -> None:
    private, pem = certificate(tmp_path)
    server = grpc.server(ThreadPoolExecutor(2))
    servicer = health.HealthServicer()
    servicer.set(QUALITY, HealthCheckResponse.SERVING)
    add_HealthServicer_to_server(servicer, server)
    port = server.add_secure_port("127.0.0.1:0", grpc.ssl_server_credentials([(private, pem)]))
    server.start()
    roots = {"GRPC_DEFAULT_SSL_ROOTS_FILE_PATH": str(tmp_path / "roots.pem")} if trusted else {}
    asked = subprocess.run(
        [sys.executable, "-c", ASK.format(service=QUALITY), f"localhost:{port}"],
        env={**os.environ, **roots},
        capture_output=True,
        text=True,
        check=True,
    )
    server.stop(None)
    assert asked.stdout.strip() == str(trusted)
