"""Fake services: real gRPC servers with canned answers."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
import uvicorn
from ekyc.v1 import quality_pb2 as q
from ekyc.v1.face_pb2 import Box, CropGeometry, FaceCrop, Point, StageTiming
from ekyc.v1.liveness_pb2 import Band, Model, ScoreResponse
from ekyc.v1.liveness_pb2_grpc import add_LivenessServiceServicer_to_server
from ekyc.v1.quality_pb2_grpc import add_QualityServiceServicer_to_server
from ekyc_chassis.errors import to_status
from ekyc_chassis.limits import MAX_MESSAGE_BYTES
from ekyc_gateway.access.api_key import ApiKey
from ekyc_gateway.access.key_record import KeyList, KeyRecord
from ekyc_gateway.app import create_app
from ekyc_gateway.backends import LIVENESS, QUALITY
from ekyc_gateway.protocol import guarded_protocol
from ekyc_gateway.settings import Settings
from grpc_health.v1._async import HealthServicer
from grpc_health.v1.health_pb2 import HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import add_HealthServicer_to_server
from pydantic import SecretStr

KEY = "test.key-of-no-value"
REVIEW_KEY = "reviewer.key-of-no-value"
MAX_CONNECTIONS = 64
OTHER_KEY = "other.key-of-no-value"
PEPPER = "a pepper that is long enough to be one"


def key_list() -> KeyList:
    """One key that may only verify, one that may only review, one of another client."""
    return KeyList(
        keys=(
            KeyRecord.of(ApiKey.parse(KEY), PEPPER, "bank", ("verify",)),
            KeyRecord.of(ApiKey.parse(REVIEW_KEY), PEPPER, "bank", ("review",)),
            KeyRecord.of(ApiKey.parse(OTHER_KEY), PEPPER, "shop"),
        )
    )


def good_report() -> q.AssessResponse:
    """Every measure passed, one with a warning."""
    findings = [
        q.Finding(measure=number, outcome=q.OUTCOME_PASSED, value=0.5, score=90, bound=q.Bound(min=0.2))
        for number in q.Measure.values()
        if number
    ]
    findings[11].MergeFrom(
        q.Finding(outcome=q.OUTCOME_WARNED, defect=q.DEFECT_UNEVEN_LIGHT, message="One side is darker.")
    )
    return q.AssessResponse(
        acceptable=True,
        findings=findings,
        face=q.Face(
            box=Box(left=10, top=20, right=110, bottom=140),
            inter_eye_distance=61.23,
            yaw=-3,
            pitch=2,
            roll=1,
            landmarks=q.Landmarks(right_eye=Point(x=30.04, y=60), left_eye=Point(x=91, y=61)),
            crop=Box(left=-12, top=8, right=132, bottom=152),
        ),
        crop=FaceCrop(geometry=CropGeometry(name="mesh-square", version=1, size=4, margin=1.2), rgb=b"\x10" * 48),
        picture=q.Picture(width=640, height=480, format="jpeg"),
        profile="phone",
        timings=[StageTiming(stage="decode", milliseconds=2.25)],
    )


def score_of(probability: float, band: Band.ValueType) -> ScoreResponse:
    return ScoreResponse(
        live_probability=probability,
        band=band,
        model=Model(version="test-1", sha256="ab" * 32),
        timings=[StageTiming(stage="model", milliseconds=0.5)],
    )


@dataclass
class Fake:
    """What a fake service will do, and what it was asked."""

    service: str
    answer: Any
    reason: str | None = None
    code: grpc.StatusCode | None = None
    delay: float = 0
    asked: list[Any] = field(default_factory=list)
    metadata: list[dict[str, Any]] = field(default_factory=list)
    seconds_left: list[float] = field(default_factory=list)
    health: HealthServicer = field(default_factory=HealthServicer)
    server: Any = None
    target: str = ""

    async def reply(self, request: Any, context: Any) -> Any:
        self.asked.append(request)
        self.metadata.append(dict(context.invocation_metadata() or ()))
        self.seconds_left.append(context.time_remaining())
        await asyncio.sleep(self.delay)
        if self.reason:
            status = to_status(self.reason)
            await context.abort(status.code, status.details, status.trailing_metadata)
        if self.code:
            await context.abort(self.code, "a secret of the service")
        return self.answer

    async def start(self, register: Callable[[Any, Any], None]) -> None:
        self.server = grpc.aio.server(options=[("grpc.max_receive_message_length", MAX_MESSAGE_BYTES)])
        register(self, self.server)
        add_HealthServicer_to_server(self.health, self.server)
        await self.health.set(self.service, HealthCheckResponse.SERVING)
        self.target = f"127.0.0.1:{self.server.add_insecure_port('127.0.0.1:0')}"
        await self.server.start()


class FakeQuality(Fake):
    async def Assess(self, request: Any, context: Any) -> Any:  # noqa: N802 - the wire's name
        return await self.reply(request, context)


class FakeLiveness(Fake):
    async def Score(self, request: Any, context: Any) -> Any:  # noqa: N802 - the wire's name
        return await self.reply(request, context)


@pytest.fixture
async def quality() -> AsyncIterator[Fake]:
    fake = FakeQuality(QUALITY, good_report())
    await fake.start(add_QualityServiceServicer_to_server)
    yield fake
    await fake.server.stop(None)


@pytest.fixture
async def liveness() -> AsyncIterator[Fake]:
    fake = FakeLiveness(LIVENESS, score_of(0.94, Band.BAND_LIVE))
    await fake.start(add_LivenessServiceServicer_to_server)
    yield fake
    await fake.server.stop(None)


@pytest.fixture
def settings(quality: Fake, liveness: Fake, tmp_path: Path) -> Settings:
    return Settings(
        keys=SecretStr(key_list().model_dump_json()),
        key_pepper=SecretStr(PEPPER),
        state=tmp_path / "state",
        duplicate_seconds=0,
        quality_target=quality.target,
        liveness_target=liveness.target,
        deadline_seconds=2,
    )


@pytest.fixture
async def client(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client that knows the key, on an app without a socket."""
    app = create_app(settings)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://gateway", headers={"X-API-Key": KEY}
        ) as http,
    ):
        yield http


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[int]:
    """The app behind a real socket; gives the port."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        create_app(settings), http=guarded_protocol(MAX_CONNECTIONS), ws="none", log_config=None, access_log=False
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve([listener]))
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.005)
    yield int(listener.getsockname()[1])
    server.should_exit = True
    await task


@pytest.fixture
async def port(settings: Settings) -> AsyncIterator[int]:
    async with serving(settings) as number:
        yield number
