"""The two services behind the gateway."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

import grpc
import structlog
from ekyc.v1 import liveness_pb2, quality_pb2
from ekyc.v1.face_pb2 import FaceCrop
from ekyc.v1.liveness_pb2 import ScoreRequest, ScoreResponse
from ekyc.v1.liveness_pb2_grpc import LivenessServiceStub
from ekyc.v1.quality_pb2 import AssessRequest, AssessResponse
from ekyc.v1.quality_pb2_grpc import QualityServiceStub
from ekyc_chassis.channel import connect
from ekyc_chassis.errors import EkycError, reason_of
from ekyc_chassis.health import is_serving
from ekyc_chassis.interceptor import REQUEST_ID
from ekyc_chassis.telemetry import called

T = TypeVar("T")

QUALITY = quality_pb2.DESCRIPTOR.services_by_name["QualityService"].full_name
LIVENESS = liveness_pb2.DESCRIPTOR.services_by_name["LivenessService"].full_name


class Backends:
    """One channel to each service; made inside the event loop that uses it.

    A failed call raises EkycError with the service's own reason, or backend_unavailable, overloaded,
    deadline_exceeded or internal.
    """

    def __init__(self, quality_target: str, liveness_target: str, *, tls: bool = False) -> None:
        self._channels = {
            "quality": connect(quality_target, QUALITY, tls=tls),
            "liveness": connect(liveness_target, LIVENESS, tls=tls),
        }
        self._quality = QualityServiceStub(self._channels["quality"])
        self._liveness = LivenessServiceStub(self._channels["liveness"])

    async def assess(self, image: bytes, profile: str, *, seconds: float, request_id: str) -> AssessResponse:
        """Ask the quality gate; an empty profile is its default one."""
        request = AssessRequest(image=image, profile=profile)
        with called("assess") as trace:
            metadata = ((REQUEST_ID, request_id), *trace)
            return await _answer("quality", self._quality.Assess(request, timeout=seconds, metadata=metadata))

    async def score(self, crop: FaceCrop, *, seconds: float, request_id: str) -> ScoreResponse:
        """Ask the liveness service."""
        request = ScoreRequest(crop=crop)
        with called("score") as trace:
            metadata = ((REQUEST_ID, request_id), *trace)
            return await _answer("liveness", self._liveness.Score(request, timeout=seconds, metadata=metadata))

    async def away(self, seconds: float) -> list[str]:
        """Names of the services that do not say SERVING within ``seconds``."""
        names = {"quality": QUALITY, "liveness": LIVENESS}
        serving = await asyncio.gather(
            *(is_serving(self._channels[name], service, seconds) for name, service in names.items())
        )
        return [name for name, here in zip(names, serving, strict=True) if not here]

    async def close(self) -> None:
        """Close both channels; calls still in flight are cancelled."""
        for channel in self._channels.values():
            await channel.close()


async def _answer(service: str, call: Awaitable[T]) -> T:
    try:
        return await call
    except grpc.aio.AioRpcError as error:
        failure = EkycError(reason_of(error))
        if failure.spec.http_status >= 500:  # noqa: PLR2004 - the operator's concern, not the client's picture
            structlog.get_logger().warning(
                "backend failed", backend=service, code=error.code().name, reason=failure.reason
            )
        raise failure from error
