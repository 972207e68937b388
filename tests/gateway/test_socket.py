"""What only a real socket shows: limits, slow clients, dying services."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
import pytest
from ekyc_gateway import protocol
from ekyc_gateway.settings import Settings

from tests.gateway.conftest import MAX_CONNECTIONS

FORM = {"image": ("a.jpg", b"\xff\xd8 not looked at", "image/jpeg")}
KEY_LINE = "X-API-Key: test.key-of-no-value\r\n"
HEAD = f"POST /verify/face HTTP/1.1\r\nHost: g\r\n{KEY_LINE}Content-Type: multipart/form-data; boundary=b\r\n"
PART = b'--b\r\nContent-Disposition: form-data; name="image"\r\n\r\n'


@pytest.fixture
async def http(port: int) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{port}", headers={"X-API-Key": "test.key-of-no-value"}
    ) as client:
        yield client


@asynccontextmanager
async def raw(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    yield reader, writer
    writer.close()


async def test_a_large_picture_arrives_whole(http: httpx.AsyncClient, quality: Any, settings: Settings) -> None:
    picture = bytes(range(256)) * (settings.max_image_bytes // 256)
    response = await http.post("/verify/face", files={"image": picture})
    assert response.json()["decision"] == "accept"
    assert quality.asked[0].image == picture


async def test_one_byte_more_is_too_large(http: httpx.AsyncClient, quality: Any, settings: Settings) -> None:
    response = await http.post("/verify/face", files={"image": b"x" * (settings.max_image_bytes + 1)})
    assert (response.status_code, response.json()["code"]) == (413, "image_too_large")
    assert quality.asked == []


async def test_a_client_that_reads_only_after_sending_sees_the_413(
    http: httpx.AsyncClient, quality: Any, settings: Settings
) -> None:
    response = await http.post("/verify/face", files={"image": b"x" * (2 * settings.max_image_bytes)})
    assert response.json()["code"] == "image_too_large"
    assert response.headers["connection"] == "close"


async def test_a_huge_announcement_is_refused_unread(port: int) -> None:
    async with raw(port) as (reader, writer):
        writer.write(f"{HEAD}Content-Length: 99999999999\r\n\r\n".encode())
        answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 1)
        assert answer.startswith(b"HTTP/1.1 413 ")
        await asyncio.wait_for(reader.read(), 4)  # and the connection ends


async def test_expect_continue_is_refused_before_the_body(port: int) -> None:
    async with raw(port) as (reader, writer):
        writer.write(f"{HEAD}Content-Length: 99999999\r\nExpect: 100-continue\r\n\r\n".encode())
        answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 1)
        assert answer.startswith(b"HTTP/1.1 413 ")


async def test_an_endless_chunked_body_is_cut_off(port: int, quality: Any, settings: Settings) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield PART
        while sent < 10 * settings.max_image_bytes:
            sent += 2**20
            yield b"x" * 2**20

    async with raw(port) as (reader, writer):
        writer.write(f"{HEAD}Transfer-Encoding: chunked\r\n\r\n".encode())
        async for chunk in endless():
            writer.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
            try:
                await writer.drain()
            except ConnectionError:
                break
            if reader._buffer:  # type: ignore[attr-defined]  # the answer is there
                break
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 413 ")
    assert sent < 3 * settings.max_image_bytes
    assert quality.asked == []


async def test_a_chunked_upload_works(http: httpx.AsyncClient, quality: Any) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for piece in (PART[:7], PART[7:], b"pix", b"els\r\n-", b"-b--\r\n"):
            await asyncio.sleep(0.002)
            yield piece

    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    response = await http.post("/verify/face", content=pieces(), headers=headers)
    assert response.status_code == 200
    assert quality.asked[0].image == b"pixels"


async def test_a_wrong_key_is_refused_without_waiting_for_the_body(port: int) -> None:
    async with raw(port) as (reader, writer):
        head = HEAD.replace("of-no-value", "unknown")
        writer.write(f"{head}Content-Length: 1000000\r\n\r\n".encode())
        assert (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 1)).startswith(b"HTTP/1.1 401 ")


async def test_headers_without_end_are_cut_off(port: int) -> None:
    async with raw(port) as (reader, writer):
        writer.write(b"GET /health HTTP/1.1\r\nHost: g\r\n")
        for number in range(60):
            writer.write(f"X-{number}: {'x' * 1000}\r\n".encode())
        assert (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 2)).startswith(b"HTTP/1.1 431 ")


async def test_headers_a_byte_at_a_time_end(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "HEADER_SECONDS", 0.3)
    async with raw(port) as (reader, writer):
        answer = asyncio.create_task(reader.read())
        for byte in b"GET /health HTTP/1.1\r\nHost: slow":
            writer.write(bytes([byte]))
            await asyncio.sleep(0.02)
        assert (await asyncio.wait_for(answer, 2)).startswith(b"HTTP/1.1 408 ")


async def test_one_connection_too_many_is_closed(port: int) -> None:
    async with AsyncExitStack() as connections:
        for _ in range(MAX_CONNECTIONS):
            await connections.enter_async_context(raw(port))
        await asyncio.sleep(0.05)
        async with raw(port) as (reader, _):
            assert (await asyncio.wait_for(reader.read(), 2)).startswith(b"HTTP/1.1 503 ")


class TestSlow:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"upload_seconds": 0.2, "deadline_seconds": 0.3, "max_concurrency": 1})

    async def test_a_slow_upload_ends(self, port: int) -> None:
        async with raw(port) as (reader, writer):
            writer.write(f"{HEAD}Content-Length: 1000\r\n\r\n".encode() + PART)
            assert (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 1)).startswith(b"HTTP/1.1 504 ")

    async def test_one_too_many_is_refused_at_once(self, port: int, http: httpx.AsyncClient) -> None:
        async with raw(port) as (reader, writer):
            writer.write(f"{HEAD}Content-Length: 1000\r\n\r\n".encode() + PART)
            await asyncio.sleep(0.05)
            response = await http.post("/verify/face", files=FORM)
            assert (response.status_code, response.json()["code"]) == (503, "overloaded")
            assert response.headers["retry-after"] == "1"
            await reader.readuntil(b"\r\n\r\n")
        assert (await http.post("/verify/face", files=FORM)).status_code == 200, "the slot came back"

    async def test_a_client_that_leaves_gives_its_slot_back(
        self, port: int, http: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
    ) -> None:
        async with raw(port) as (_, writer):
            writer.write(f"{HEAD}Content-Length: 1000\r\n\r\n".encode() + PART)
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.05)
        assert (await http.post("/verify/face", files=FORM)).status_code == 200
        assert "client_gone" in capsys.readouterr().out

    @pytest.mark.parametrize("service", ["quality", "liveness"])
    async def test_a_hung_service_ends_at_the_deadline(
        self, http: httpx.AsyncClient, request: pytest.FixtureRequest, service: str
    ) -> None:
        request.getfixturevalue(service).delay = 5
        begin = time.monotonic()
        response = await http.post("/verify/face", files=FORM)
        assert (response.status_code, response.json()["code"]) == (504, "deadline_exceeded")
        assert time.monotonic() - begin < 2, "the budget is .3 s, the service would take 5"

    async def test_one_budget_for_both(self, http: httpx.AsyncClient, quality: Any, liveness: Any) -> None:
        quality.delay = 0.15
        assert (await http.post("/verify/face", files=FORM)).status_code == 200
        # gRPC carries a deadline in whole ticks of its own clock, which may round up by a few milliseconds.
        assert 0.2 < quality.seconds_left[0] < 0.32
        assert liveness.seconds_left[0] < 0.17


@pytest.mark.parametrize("service", ["quality", "liveness"])
async def test_a_service_killed_in_mid_request_is_unavailable(
    http: httpx.AsyncClient, request: pytest.FixtureRequest, service: str
) -> None:
    fake = request.getfixturevalue(service)
    fake.delay = 5
    call = asyncio.create_task(http.post("/verify/face", files=FORM))
    while not fake.asked:  # noqa: ASYNC110 - a fake that waits
        await asyncio.sleep(0.005)
    begin = time.monotonic()
    await fake.server.stop(None)
    response = await call
    assert (response.status_code, response.json()["code"]) == (503, "backend_unavailable")
    assert time.monotonic() - begin < 3, "the service would take 5"


async def test_a_service_that_is_away_is_unavailable_and_ready_names_it(http: httpx.AsyncClient, quality: Any) -> None:
    assert (await http.get("/ready")).json() == {"status": "ready"}
    await quality.server.stop(None)
    response = await http.post("/verify/face", files=FORM)
    assert (response.status_code, response.json()["code"]) == (503, "backend_unavailable")
    response = await http.get("/ready")
    assert (response.status_code, response.json()["detail"]) == (503, "Not serving: quality")
    assert (await http.get("/health")).json() == {"status": "alive"}


async def test_not_serving_is_not_ready(http: httpx.AsyncClient, liveness: Any) -> None:
    await liveness.health.enter_graceful_shutdown()
    assert (await http.get("/ready")).json()["detail"] == "Not serving: liveness"
