"""What the services said, turned into an answer. Holds no thresholds: bands and outcomes come from the services."""

from collections.abc import Iterable

from ekyc.v1 import face_pb2
from ekyc.v1.face_pb2 import StageTiming
from ekyc.v1.quality_pb2 import AssessResponse

from ekyc_gateway.answer import (
    Answer,
    Box,
    CheckAnswer,
    Detail,
    DetailedAnswer,
    Face,
    Landmarks,
    Liveness,
    Model,
    Picture,
    Point,
    Reason,
)
from ekyc_gateway.findings import measure, quality_fields, reasons_to_retake, warnings
from ekyc_gateway.verify import Verification
from ekyc_gateway.wire import VERDICTS

_SEEN_BEFORE = Reason(
    code="picture_seen_before",
    message="This picture was sent before. A person will look at it; to be faster, take a new one.",
    measure="upload",
    value=None,
    bound=None,
)


def decide(verification_id: str, verification: Verification, *, seen_before: bool = False) -> Answer:
    """Put the answer together; pure.

    Args:
        verification_id: Names it.
        verification: What the services said.
        seen_before: The same picture was sent under another verification: never accepted without a person's look.
    """
    report, score = verification.report, verification.score
    if score is None:
        return Answer(
            verification_id=verification_id,
            decision="retake",
            liveness=None,
            confidence=None,
            live_probability=None,
            quality_pass=False,
            reasons=reasons_to_retake(report),
            quality=quality_fields(report.findings),
            model=None,
        )
    liveness, decision = VERDICTS[score.band]
    # Four decimals: more would only tell an attacker which way a tiny change of the picture moves the score.
    live = round(score.live_probability, 4)
    reasons = _liveness_reasons(liveness, live)
    if seen_before:
        reasons.append(_SEEN_BEFORE)
        decision = "review" if decision == "accept" else decision
    return Answer(
        verification_id=verification_id,
        decision=decision,
        liveness=liveness,
        confidence=_confidence(liveness, live),
        live_probability=live,
        quality_pass=True,
        reasons=reasons,
        quality=quality_fields(report.findings),
        model=Model(version=score.model.version, sha256=score.model.sha256),
    )


def checked(report: AssessResponse) -> CheckAnswer:
    """What the quality gate said, for whoever is still taking the picture; pure."""
    return CheckAnswer(
        quality_pass=report.acceptable,
        reasons=[] if report.acceptable else reasons_to_retake(report),
        quality=quality_fields(report.findings),
        picture=_picture(report),
        face=_face(report),
    )


def with_detail(answer: Answer, verification: Verification) -> DetailedAnswer:
    """The same answer with everything that was measured; pure."""
    report = verification.report
    detail = Detail(
        profile=report.profile,
        picture=_picture(report),
        face=_face(report),
        measures=[measure(finding) for finding in report.findings],
        warnings=warnings(report),
        timings=stages(verification),
    )
    return DetailedAnswer(**dict(answer), detail=detail)


def stages(verification: Verification) -> dict[str, dict[str, float]]:
    """Milliseconds by service and stage."""
    laps = {"gateway": _rounded(verification.timings), "quality": _stages(verification.report.timings)}
    if verification.score is not None:
        laps["liveness"] = _stages(verification.score.timings)
    return laps


def _confidence(liveness: Liveness, live: float) -> float:
    """Probability of the stated answer; of an uncertain one, of its likelier side."""
    spoof = round(1 - live, 4)
    return {"live": live, "spoof": spoof, "uncertain": max(live, spoof)}[liveness]


def _liveness_reasons(liveness: Liveness, live: float) -> list[Reason]:
    """Words a person can act on; they name no cue and no bound, so they teach an attacker nothing."""
    if liveness == "live":
        return []
    code, message = {
        "spoof": (
            "presentation_attack_suspected",
            "We could not see a living person. Face the camera yourself, in even light, and take the picture directly.",
        ),
        "uncertain": (
            "liveness_uncertain",
            "We could not decide from this picture alone. A person will look at it; you need not do anything.",
        ),
    }[liveness]
    return [Reason(code=code, message=message, measure="liveness", value=live, bound=None)]


def _picture(report: AssessResponse) -> Picture:
    return Picture(width=report.picture.width, height=report.picture.height, format=report.picture.format)


def _face(report: AssessResponse) -> Face | None:
    if not report.HasField("face"):
        return None
    face = report.face
    return Face(
        box=_box(face.box),
        crop=_box(face.crop),
        landmarks=Landmarks(
            right_eye=_point(face.landmarks.right_eye),
            left_eye=_point(face.landmarks.left_eye),
            nose=_point(face.landmarks.nose),
            mouth_right=_point(face.landmarks.mouth_right),
            mouth_left=_point(face.landmarks.mouth_left),
        ),
        inter_eye_distance=round(face.inter_eye_distance, 1),
        yaw=round(face.yaw, 1),
        pitch=round(face.pitch, 1),
        roll=round(face.roll, 1),
    )


def _point(point: face_pb2.Point) -> Point:
    return Point(x=round(point.x, 1), y=round(point.y, 1))


def _box(box: face_pb2.Box) -> Box:
    return Box(left=round(box.left, 1), top=round(box.top, 1), right=round(box.right, 1), bottom=round(box.bottom, 1))


def _stages(timings: Iterable[StageTiming]) -> dict[str, float]:
    return _rounded({timing.stage: timing.milliseconds for timing in timings})


def _rounded(timings: dict[str, float]) -> dict[str, float]:
    return {stage: round(milliseconds, 2) for stage, milliseconds in timings.items()}
