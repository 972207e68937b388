"""How many pixels the face has."""

from ekyc_quality.facts import Facts
from ekyc_quality.measures.curves import percent, sigmoid


def value(facts: Facts) -> float:
    """Inter-eye distance in native pixels, as if the head were not turned aside: IED / cos(yaw)."""
    return facts.frontal_eye_distance * facts.picture.scale


def score(distance: float) -> float:
    """100 S(x, 70, 20) (ISO/IEC 29794-5, inter-eye distance)."""
    return percent(sigmoid(distance, 70, 20))
