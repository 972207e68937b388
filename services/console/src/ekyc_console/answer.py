"""What the gateway answers, as far as the console reads it; what a newer gateway adds is passed over."""

from datetime import datetime
from typing import Any, Literal

from ekyc_policy.bound import Bound
from pydantic import BaseModel, ConfigDict

Decision = Literal["accept", "review", "reject", "retake"]
Status = Literal["pending", "approved", "rejected", "needs_more"]
Verdict = Literal["approve", "reject", "needs_more"]


class Read(BaseModel):
    """Immutable; unknown fields are left out."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Reason(Read):
    """Why a picture was not accepted."""

    code: str
    message: str


class Measure(Read):
    """One measure; `bound` is the one that decided."""

    measure: str
    outcome: str
    value: float | None
    bound: Bound | None
    message: str | None = None


class Box(Read):
    """In pixels of the upright picture; may reach outside it."""

    left: float
    top: float
    right: float
    bottom: float


class Point(Read):
    """In pixels of the upright picture."""

    x: float
    y: float


class Face(Read):
    """Where the face is. Angles in degrees."""

    box: Box
    crop: Box | None = None
    landmarks: dict[str, Point] | None = None


class Picture(Read):
    """Of the upright picture, in pixels."""

    width: int
    height: int
    format: str


class Detail(Read):
    """Everything that was measured; timings in milliseconds by service and stage."""

    profile: str
    picture: Picture
    face: Face | None
    measures: list[Measure]
    warnings: list[Reason]
    timings: dict[str, dict[str, float]]


class Model(Read):
    """Which model judged."""

    version: str


class Answer(Read):
    """The answer to a verification with `?detail=full`."""

    verification_id: str
    decision: Decision
    liveness: str | None
    confidence: float | None
    live_probability: float | None
    quality_pass: bool
    reasons: list[Reason]
    model: Model | None
    detail: Detail


class Review(Read):
    """What a reviewer said."""

    decision: Verdict
    note: str
    reviewer: str
    decided: datetime


class Case(Read):
    """A kept verification and where it stands."""

    verification_id: str
    created: datetime
    request_id: str
    answer: Answer
    status: Status
    review: Review | None


class CasePage(Read):
    """Some cases, oldest first."""

    cases: list[Case]
    next: str | None


class Verified(Read):
    """An answer as it came.

    Attributes:
        answer: As the console reads it.
        raw: The whole document.
        milliseconds: From sending the picture to the answer's last byte.
    """

    answer: Answer
    raw: dict[str, Any]
    milliseconds: float
