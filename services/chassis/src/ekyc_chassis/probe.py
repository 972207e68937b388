"""`python -m ekyc_chassis.probe ADDRESS`: exit 0 where the service answers; for container health checks.

ADDRESS is http://host:port/path, or grpc://host:port for grpc.health.v1.
"""

import sys
import urllib.request
from http import HTTPStatus
from urllib.parse import urlsplit

SECONDS = 4


def main(arguments: list[str]) -> int:
    """Ask once; return 1 where the answer is no."""
    (address,) = arguments
    where = urlsplit(address)
    if where.scheme == "grpc":
        return 0 if _serves(where.netloc) else 1
    try:
        with urllib.request.urlopen(address, timeout=SECONDS) as answer:  # noqa: S310 - the operator's own address
            return 0 if answer.status == HTTPStatus.OK else 1
    except OSError:
        return 1


def _serves(target: str) -> bool:
    import grpc  # noqa: PLC0415 - not needed to ask over HTTP, and slow to import
    from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse  # noqa: PLC0415
    from grpc_health.v1.health_pb2_grpc import HealthStub  # noqa: PLC0415

    with grpc.insecure_channel(target) as channel:
        try:
            answer = HealthStub(channel).Check(HealthCheckRequest(), timeout=SECONDS)  # type: ignore[attr-defined]
        except grpc.RpcError:
            return False
        return bool(answer.status == HealthCheckResponse.SERVING)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
