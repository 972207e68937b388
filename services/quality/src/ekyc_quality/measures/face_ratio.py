"""How much of the picture the face fills."""

from ekyc_quality.facts import Facts
from ekyc_quality.measures.curves import percent, sigmoid


def value(facts: Facts) -> float:
    """Eye midpoint to chin over the picture's height: T / H."""
    return facts.chin_distance / float(facts.picture.rgb.shape[0])


def score(ratio: float) -> float:
    """200 (1 - S(|x - .45|, 0, .05)) (ISO/IEC 29794-5, head size)."""
    return percent(2 * (1 - sigmoid(abs(ratio - 0.45), 0, 0.05)))
