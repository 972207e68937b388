"""What the gate says about a picture: one finding a measure. The words are those of quality.proto."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

import pydantic
from pydantic import ConfigDict, model_validator


class Measure(StrEnum):
    """What is measured."""

    RESOLUTION = "resolution"
    ONE_FACE = "one_face"
    FACE_SIZE = "face_size"
    FACE_RATIO = "face_ratio"
    FRAMING = "framing"
    BLUR = "blur"
    BRIGHTNESS = "brightness"
    CONTRAST = "contrast"
    ENTROPY = "entropy"
    OVEREXPOSURE = "overexposure"
    UNDEREXPOSURE = "underexposure"
    EVEN_LIGHT = "even_light"
    HEAD_YAW = "head_yaw"
    HEAD_PITCH = "head_pitch"
    HEAD_ROLL = "head_roll"
    EYES_OPEN = "eyes_open"
    EYES_VISIBLE = "eyes_visible"
    MOUTH_CLOSED = "mouth_closed"
    FACE_VISIBLE = "face_visible"


class Outcome(StrEnum):
    """How a value stands to its bounds."""

    PASSED = "passed"
    WARNED = "warned"
    FAILED = "failed"
    NOT_ASSESSED = "not_assessed"


class Defect(StrEnum):
    """What is wrong with the picture: a stable code for machines."""

    LOW_RESOLUTION = "low_resolution"
    NO_FACE = "no_face"
    MULTIPLE_FACES = "multiple_faces"
    FACE_TOO_SMALL = "face_too_small"
    FACE_TOO_CLOSE = "face_too_close"
    FACE_CUT_OFF = "face_cut_off"
    BLURRED = "blurred"
    TOO_DARK = "too_dark"
    TOO_BRIGHT = "too_bright"
    LOW_CONTRAST = "low_contrast"
    OVEREXPOSED = "overexposed"
    UNDEREXPOSED = "underexposed"
    UNEVEN_LIGHT = "uneven_light"
    TURNED_ASIDE = "turned_aside"
    TURNED_UP_OR_DOWN = "turned_up_or_down"
    TILTED = "tilted"
    EYES_CLOSED = "eyes_closed"
    EYES_COVERED = "eyes_covered"
    MOUTH_OPEN = "mouth_open"
    FACE_COVERED = "face_covered"
    NOT_ASSESSED = "not_assessed"


@pydantic.dataclasses.dataclass(frozen=True, slots=True, config=ConfigDict(extra="forbid", allow_inf_nan=False))
class Bound:
    """The values that pass, both ends included; an absent side is open."""

    min: float | None = None
    max: float | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"the lower bound {self.min} exceeds the upper bound {self.max}")
        return self

    @property
    def is_open(self) -> bool:
        """True when every value passes."""
        return self.min is None and self.max is None

    def is_above(self, value: float) -> bool:
        """Tell whether a value exceeds the upper side."""
        return self.max is not None and value > self.max

    def is_below(self, value: float) -> bool:
        """Tell whether a value falls short of the lower side."""
        return self.min is not None and value < self.min


@dataclass(frozen=True, slots=True)
class Finding:
    """One measure's answer.

    Attributes:
        measure: What was measured.
        outcome: How the value stands to the policy.
        value: In the measure's own unit; None when not assessed.
        score: 0 (worst) to 100 (best); None when not assessed.
        bound: The bound that decided the outcome; None when the policy sets none.
        defect: None when passed.
        message: A sentence for the person who holds the phone; empty when passed.
    """

    measure: Measure
    outcome: Outcome
    value: float | None = None
    score: float | None = None
    bound: Bound | None = None
    defect: Defect | None = None
    message: str = ""
