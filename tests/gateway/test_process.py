"""`python -m ekyc_gateway` as a process: configuration, logs, SIGTERM."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from ekyc_gateway.settings import Settings
from pydantic import ValidationError

from tests.gateway.conftest import KEY, PEPPER, key_list

FORM = {"image": ("a.jpg", b"\xff\xd8 bytes that must not be logged", "image/jpeg")}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.fixture
def environment(quality: Any, liveness: Any, tmp_path: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "GATEWAY_PORT": str(free_port()),
        "GATEWAY_KEYS": key_list().model_dump_json(),
        "GATEWAY_KEY_PEPPER": PEPPER,
        "GATEWAY_STATE": str(tmp_path),
        "GATEWAY_QUALITY_TARGET": quality.target,
        "GATEWAY_LIVENESS_TARGET": liveness.target,
    }


@pytest.fixture
async def process(environment: dict[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    started = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "ekyc_gateway", env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    yield started
    if started.returncode is None:
        started.kill()
        await started.wait()


@pytest.fixture
async def http(environment: dict[str, str], process: asyncio.subprocess.Process) -> AsyncIterator[httpx.AsyncClient]:
    base = f"http://127.0.0.1:{environment['GATEWAY_PORT']}"
    async with httpx.AsyncClient(base_url=base, headers={"X-API-Key": KEY}) as client:
        for _ in range(300):
            assert process.returncode is None
            try:
                await client.get("/health")
                break
            except httpx.ConnectError:
                await asyncio.sleep(0.02)
        yield client


async def test_sigterm_lets_requests_finish_and_logs_hold_no_secrets(
    http: httpx.AsyncClient, process: asyncio.subprocess.Process, quality: Any, environment: dict[str, str]
) -> None:
    quality.delay = 0.5
    headers = {"X-Request-ID": "order-1"}
    call = asyncio.create_task(http.post("/verify/face?detail=full", files=FORM, headers=headers))
    while not quality.asked:  # noqa: ASYNC110 - a fake that waits
        await asyncio.sleep(0.005)
    process.send_signal(signal.SIGTERM)
    await asyncio.sleep(0.2)
    with pytest.raises(httpx.TransportError):
        async with httpx.AsyncClient(base_url=http.base_url) as late:
            await late.get("/health")
    response = await call
    assert response.json()["decision"] == "accept"

    out, errors = await asyncio.wait_for(process.communicate(), 5)
    assert process.returncode == 0
    assert errors == b""
    lines = [json.loads(line) for line in out.decode().splitlines()]
    (line,) = [line for line in lines if line.get("request_id") == "order-1" and line["event"] == "request"]
    assert line.pop("ms") >= 500
    assert line.pop("timestamp")
    assert len(line.pop("audit")) == 64
    assert line == {
        "event": "request",
        "level": "info",
        "service": "gateway",
        "request_id": "order-1",
        "method": "POST",
        "path": "/verify/face",
        "status": 200,
        "outcome": "accept",
        "key": "test",
    }
    for secret in (KEY, *(record.hash for record in key_list().keys), PEPPER, "must not be logged", "0.94"):
        assert secret not in out.decode()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("GATEWAY_KEYS", "", "GATEWAY_KEYS_FILE"),
        ("GATEWAY_KEYS_FILE", "keys.json", "set one of"),
        ("GATEWAY_KEY_PEPPER", "plain-text-key", "key_pepper"),
        ("GATEWAY_RATE", "often", "rate"),
        ("GATEWAY_REVIEW_BUCKET", "../etc", "review_bucket"),
        ("GATEWAY_DEADLINE_SECONDS", "-1", "deadline_seconds"),
        ("GATEWAY_QUALTY_TARGET", "x:1", "GATEWAY_QUALTY_TARGET"),
        ("GATEWAY_MAX_IMAGE_BYTES", "99999999", "max_image_bytes"),
    ],
)
def test_wrong_settings_are_errors(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], name: str, value: str, said: str
) -> None:
    for known, given in {**environment, name: value}.items():
        monkeypatch.setenv(known, given)
    with pytest.raises(ValidationError) as caught:
        Settings()  # type: ignore[call-arg]
    assert said in str(caught.value)
    assert "plain-text-key" not in str(caught.value)
