"""One measure a file; `MEASURES` is all of them, in the order of a report."""

from collections.abc import Callable
from dataclasses import dataclass

from ekyc_policy.measure import Measure

from ekyc_quality.facts import Facts
from ekyc_quality.findings import Defect
from ekyc_quality.measures import (
    blur,
    brightness,
    contrast,
    entropy,
    even_light,
    eyes_open,
    eyes_visible,
    face_ratio,
    face_size,
    face_visible,
    framing,
    head_pose,
    mouth_closed,
    one_face,
    overexposure,
    resolution,
    underexposure,
)


@dataclass(frozen=True, slots=True)
class Measurement:
    """How one measure is made and what it means to miss its bounds.

    Attributes:
        measure: Its name.
        value: The native value; raises where it cannot be computed.
        score: From the native value, 0 to 100; None where the measure has no score.
        below: What is wrong under the lower bound; None where low is good.
        above: What is wrong over the upper bound; None where high is good.
    """

    measure: Measure
    value: Callable[[Facts], float]
    score: Callable[[float], float] | None = None
    below: Defect | None = None
    above: Defect | None = None


MEASURES: tuple[Measurement, ...] = (
    Measurement(Measure.RESOLUTION, resolution.value, below=Defect.LOW_RESOLUTION),
    Measurement(Measure.ONE_FACE, one_face.value, one_face.score, above=Defect.MULTIPLE_FACES),
    Measurement(Measure.FACE_SIZE, face_size.value, face_size.score, below=Defect.FACE_TOO_SMALL),
    Measurement(Measure.FACE_RATIO, face_ratio.value, face_ratio.score, Defect.FACE_TOO_SMALL, Defect.FACE_TOO_CLOSE),
    Measurement(Measure.FRAMING, framing.value, framing.score, below=Defect.FACE_CUT_OFF),
    Measurement(Measure.BLUR, blur.value, blur.score, below=Defect.BLURRED),
    Measurement(Measure.BRIGHTNESS, brightness.value, brightness.score, Defect.TOO_DARK, Defect.TOO_BRIGHT),
    Measurement(Measure.CONTRAST, contrast.value, contrast.score, below=Defect.LOW_CONTRAST),
    Measurement(Measure.ENTROPY, entropy.value, entropy.score, below=Defect.LOW_CONTRAST),
    Measurement(Measure.OVEREXPOSURE, overexposure.value, overexposure.score, above=Defect.OVEREXPOSED),
    Measurement(Measure.UNDEREXPOSURE, underexposure.value, underexposure.score, above=Defect.UNDEREXPOSED),
    Measurement(Measure.EVEN_LIGHT, even_light.value, even_light.score, below=Defect.UNEVEN_LIGHT),
    Measurement(Measure.HEAD_YAW, head_pose.yaw, head_pose.score, Defect.TURNED_ASIDE, Defect.TURNED_ASIDE),
    Measurement(
        Measure.HEAD_PITCH, head_pose.pitch, head_pose.score, Defect.TURNED_UP_OR_DOWN, Defect.TURNED_UP_OR_DOWN
    ),
    Measurement(Measure.HEAD_ROLL, head_pose.roll, head_pose.score, Defect.TILTED, Defect.TILTED),
    Measurement(Measure.EYES_OPEN, eyes_open.value, eyes_open.score, below=Defect.EYES_CLOSED),
    Measurement(Measure.EYES_VISIBLE, eyes_visible.value, eyes_visible.score, above=Defect.EYES_COVERED),
    Measurement(Measure.MOUTH_CLOSED, mouth_closed.value, mouth_closed.score, above=Defect.MOUTH_OPEN),
    Measurement(Measure.FACE_VISIBLE, face_visible.value, face_visible.score, above=Defect.FACE_COVERED),
)
