"""What the gate says about a picture: one finding a measure. The words are those of quality.proto."""

from dataclasses import dataclass
from enum import StrEnum

from ekyc_policy.bound import Bound
from ekyc_policy.measure import Measure


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
