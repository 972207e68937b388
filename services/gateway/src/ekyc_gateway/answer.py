"""The shape of an answer to POST /verify/face and POST /check/face."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Probability = Annotated[float, Field(ge=0, le=1)]
Decision = Literal["accept", "review", "reject", "retake"]
Liveness = Literal["live", "spoof", "uncertain"]

OutcomeName = Literal["passed", "warned", "failed", "not_assessed", "unknown"]


class Frozen(BaseModel):
    """Immutable; an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Bound(Frozen):
    """The values that pass; null is open."""

    min: float | None
    max: float | None


class Reason(Frozen):
    """Why the picture was not accepted, for a program (`code`) and for a person (`message`)."""

    code: str
    message: str
    measure: str
    value: float | None = Field(description="In the measure's own unit; null when it could not be computed")
    bound: Bound | None = Field(description="The bound that was missed; null where there is none to tell")


class Model(Frozen):
    """Which model judged."""

    version: str
    sha256: str


class Measure(Frozen):
    """One quality measure in full."""

    measure: str
    outcome: OutcomeName
    value: float | None
    score: float | None = Field(description="0 (worst) to 100 (best)")
    bound: Bound | None
    code: str | None = Field(description="What is wrong; null when passed")
    message: str | None


class Box(Frozen):
    """In pixels of the upright picture."""

    left: float
    top: float
    right: float
    bottom: float


class Point(Frozen):
    """In pixels of the upright picture."""

    x: float
    y: float


class Landmarks(Frozen):
    """Right and left are the person's own."""

    right_eye: Point
    left_eye: Point
    nose: Point
    mouth_right: Point
    mouth_left: Point


class Face(Frozen):
    """The face that was measured. Angles in degrees; distances in pixels of the upright picture."""

    box: Box
    crop: Box | None = Field(
        default=None, description="What the model sees; may reach outside the picture. Older cases have none"
    )
    landmarks: Landmarks | None = Field(default=None, description="Older cases have none")
    inter_eye_distance: float
    yaw: float = Field(description="Positive when the person turns to their own left")
    pitch: float = Field(description="Positive when the head is raised")
    roll: float = Field(description="Positive when the head leans towards the person's own left shoulder")


class Picture(Frozen):
    """The file that was sent; the size is that of the upright picture in pixels."""

    width: int
    height: int
    format: str


class Detail(Frozen):
    """Everything that was measured, with `?detail=full`."""

    profile: str = Field(description="The camera profile that judged")
    picture: Picture
    face: Face | None
    measures: list[Measure]
    warnings: list[Reason] = Field(description="Outside the recommended bound, inside the required one")
    timings: dict[str, dict[str, float]] = Field(description="Milliseconds of each stage, by service")


class CheckAnswer(Frozen):
    """Whether a picture is good enough to be verified. It is kept nowhere, and no model judged it."""

    quality_pass: bool
    reasons: list[Reason] = Field(description="What the person should change; empty when the picture is good enough")
    quality: dict[str, str] = Field(description='By measure, "ok" or what is wrong')
    picture: Picture
    face: Face | None


class Answer(Frozen):
    """What is known about the picture, and what to do next."""

    verification_id: str
    decision: Decision = Field(
        description="accept; review: a person should look; reject; retake: ask for a new picture, see reasons"
    )
    liveness: Liveness | None = Field(description="null when the picture's quality stopped it")
    confidence: Probability | None = Field(description="Calibrated probability of the liveness that is stated")
    live_probability: Probability | None = Field(description="Calibrated probability of a living person")
    quality_pass: bool
    reasons: list[Reason] = Field(description="Empty when accepted")
    quality: dict[str, str] = Field(description='By measure, "ok" or what is wrong')
    model: Model | None


class DetailedAnswer(Answer):
    """An answer with everything that was measured."""

    detail: Detail
