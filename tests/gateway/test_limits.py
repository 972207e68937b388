"""Rates, slots of a key, first answers and fingerprints: in one process, and shared through a real Redis."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from ekyc_gateway.app import create_app
from ekyc_gateway.settings import Settings
from ekyc_stack.server import RedisServer
from pydantic import SecretStr

from tests.gateway.conftest import KEY, OTHER_KEY
from tests.servers import redis_server

JPEG = b"\xff\xd8 not looked at"


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    yield from redis_server()


@pytest.fixture(params=["memory", "redis"])
def shared(request: pytest.FixtureRequest, settings: Settings) -> Settings:
    if request.param == "memory":
        return settings
    server: RedisServer = request.getfixturevalue("redis")
    return settings.model_copy(update={"redis_url": SecretStr(server.url)})


@asynccontextmanager
async def gateway(settings: Settings, name: str = "state", **changes: Any) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(settings.model_copy(update={"state": settings.state.parent / name, **changes}))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as http,
    ):
        yield http


async def post(
    http: httpx.AsyncClient, image: bytes = JPEG, *, key: str = KEY, query: str = "", **headers: str
) -> httpx.Response:
    sent = {"X-API-Key": key, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return await http.post(f"/verify/face{query}", files={"image": image}, headers=sent)


async def counted(http: httpx.AsyncClient, line: str) -> bool:
    return line in (await http.get("/metrics")).text


async def test_a_rate_is_a_keys_own(shared: Settings) -> None:
    async with gateway(shared, rate="3/minute") as http:
        statuses = [(await post(http)).status_code for _ in range(4)]
        assert statuses == [200, 200, 200, 429]
        refused = await post(http)
        assert refused.json()["code"] == "rate_limited"
        assert 1 <= int(refused.headers["retry-after"]) <= 61
        assert (await post(http, key=OTHER_KEY)).status_code == 200
        assert await counted(http, 'outcome="rate_limited"')


async def test_gateways_share_a_rate(settings: Settings, redis: RedisServer) -> None:
    url = SecretStr(redis.url)
    async with (
        gateway(settings, "a", rate="3/minute", redis_url=url) as one,
        gateway(settings, "b", rate="3/minute", redis_url=url) as two,
    ):
        statuses = [(await post(http)).status_code for http in (one, two, one, two)]
        assert statuses == [200, 200, 200, 429]


async def test_a_key_cannot_take_every_slot(settings: Settings, quality: Any) -> None:
    quality.delay = 0.3
    async with gateway(settings, key_concurrency=2) as http:
        answers = await asyncio.gather(*(post(http) for _ in range(3)), post(http, key=OTHER_KEY))
        assert sorted(answer.status_code for answer in answers[:3]) == [200, 200, 429]
        assert answers[3].status_code == 200
        assert (await post(http)).status_code == 200


class TestIdempotency:
    async def test_a_retry_gets_the_first_answer(self, shared: Settings, quality: Any) -> None:
        async with gateway(shared) as http:
            first, again = [await post(http, Idempotency_Key="order-17") for _ in range(2)]
            assert first.content == again.content
            assert "idempotency-replayed" not in first.headers
            assert again.headers["idempotency-replayed"] == "true"
            assert len(quality.asked) == 1
            other = await post(http, key=OTHER_KEY, Idempotency_Key="order-17")
            assert other.json()["verification_id"] != first.json()["verification_id"]

    async def test_another_request_under_the_key_is_refused(self, shared: Settings) -> None:
        async with gateway(shared) as http:
            await post(http, Idempotency_Key="a")
            for response in (
                await post(http, b"another picture", Idempotency_Key="a"),
                await post(http, query="?detail=full", Idempotency_Key="a"),
                await post(http, query="?profile=kiosk", Idempotency_Key="a"),
            ):
                assert (response.status_code, response.json()["code"]) == (422, "idempotency_key_reused")

    async def test_while_the_first_runs_the_second_waits_its_turn(self, shared: Settings, quality: Any) -> None:
        quality.delay = 0.4
        async with gateway(shared) as http:
            first = asyncio.create_task(post(http, Idempotency_Key="a"))
            await asyncio.sleep(0.2)
            second = await post(http, Idempotency_Key="a")
            assert (second.status_code, second.json()["code"]) == (409, "idempotency_key_in_use")
            assert second.headers["retry-after"]
            assert (await first).status_code == 200
            assert (await post(http, Idempotency_Key="a")).content == (await first).content

    async def test_a_failed_request_may_be_tried_again(self, shared: Settings, quality: Any) -> None:
        async with gateway(shared) as http:
            quality.reason = "backend_unavailable"
            assert (await post(http, Idempotency_Key="a")).status_code == 503
            quality.reason = None
            assert (await post(http, Idempotency_Key="a")).status_code == 200

    @pytest.mark.parametrize("key", ["", "a b", "x" * 256])
    async def test_strange_keys_are_invalid(self, settings: Settings, key: str) -> None:
        async with gateway(settings) as http:
            assert (await post(http, Idempotency_Key=key)).json()["code"] == "request_invalid"


class TestDuplicates:
    async def test_the_same_picture_and_its_copies_are_for_review(self, shared: Settings, quality: Any) -> None:
        quality.answer.perceptual_hash = 0xF0F0_1234_5678_9ABC
        async with gateway(shared, duplicate_seconds=60) as http:
            assert (await post(http)).json()["decision"] == "accept"
            again = (await post(http)).json()
            assert (again["decision"], again["liveness"]) == ("review", "live")
            assert [reason["code"] for reason in again["reasons"]] == ["picture_seen_before"]
            quality.answer.perceptual_hash ^= 0b1000_0000_0001_0000_0001  # three bits away
            assert (await post(http, b"a copy")).json()["decision"] == "review"
            quality.answer.perceptual_hash ^= 0xFFFF_0000_FFFF_0000
            assert (await post(http, b"another picture")).json()["decision"] == "accept"
            quality.answer.perceptual_hash = 0xF0F0_1234_5678_9ABC
            assert (await post(http, key=OTHER_KEY)).json()["decision"] == "accept"

    async def test_the_window_ends(self, shared: Settings) -> None:
        async with gateway(shared, duplicate_seconds=0.2) as http:
            await post(http)
            await asyncio.sleep(0.3)
            assert (await post(http)).json()["decision"] == "accept"

    async def test_a_picture_to_be_taken_again_is_no_duplicate(self, settings: Settings, quality: Any) -> None:
        async with gateway(settings, duplicate_seconds=60) as http:
            quality.answer.acceptable = False
            assert [(await post(http)).json()["decision"] for _ in range(2)] == ["retake"] * 2


async def test_a_redis_that_is_gone_stops_nobody_and_is_counted(settings: Settings, redis: RedisServer) -> None:
    changes: dict[str, Any] = {"redis_url": SecretStr(redis.url), "rate": "3/minute", "duplicate_seconds": 60}
    async with gateway(settings, **changes) as http:
        assert (await post(http, Idempotency_Key="a")).status_code == 200
        redis.stop()
        for _ in range(5):
            assert (await post(http, Idempotency_Key="a")).status_code == 200
        for check in ("rate_limit", "idempotency", "duplicates"):
            assert await counted(http, f'ekyc_failed_open_total{{check="{check}"}}'), check
        redis.start()
        await asyncio.sleep(2.2)
        statuses = [(await post(http)).status_code for _ in range(5)]
        assert statuses[-1] == 429
