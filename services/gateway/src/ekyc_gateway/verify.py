"""The flow: quality first, liveness only for a good picture, one answer."""

import time
from dataclasses import dataclass

from ekyc.v1.liveness_pb2 import ScoreResponse
from ekyc.v1.quality_pb2 import AssessResponse
from ekyc_chassis.errors import EkycError

from ekyc_gateway.backends import Backends
from ekyc_gateway.deadline import Deadline
from ekyc_gateway.wire import VERDICTS


@dataclass(frozen=True, slots=True)
class Verification:
    """What the services said about one picture.

    Attributes:
        report: Of the quality gate.
        score: Of the liveness service; None when the picture was not good enough to ask.
        timings: Milliseconds the gateway waited for each service.
    """

    report: AssessResponse
    score: ScoreResponse | None
    timings: dict[str, float]


async def verify(image: bytes, profile: str, *, backends: Backends, seconds: float, request_id: str) -> Verification:
    """Verify one picture.

    Args:
        image: The file as the client sent it.
        profile: Camera profile; empty for the default one.
        backends: The services to ask.
        seconds: For everything; each service is given what is left of it.
        request_id: Passed on to the services.

    Raises:
        EkycError: The picture is unreadable, or a service failed or said something impossible.
    """
    deadline = Deadline(seconds)
    begin = time.perf_counter()
    report = await backends.assess(image, profile, seconds=deadline.left(), request_id=request_id)
    assessed = time.perf_counter()
    timings = {"quality_call": (assessed - begin) * 1000}
    if not report.acceptable:
        return Verification(report, None, timings)
    if not report.HasField("crop"):
        raise EkycError("crop_invalid")
    score = await backends.score(report.crop, seconds=deadline.left(), request_id=request_id)
    timings["liveness_call"] = (time.perf_counter() - assessed) * 1000
    # A comparison with NaN is False, so NaN is refused too.
    if score.band not in VERDICTS or not 0 <= score.live_probability <= 1:
        raise EkycError("internal")
    return Verification(report, score, timings)
