"""How much of the face is black."""

from ekyc_quality.facts import Facts
from ekyc_quality.measures.curves import percent, sigmoid

BLACK = 25


def value(facts: Facts) -> float:
    """Share of the face's pixels at luminance 25 or less."""
    return float(facts.histogram[: BLACK + 1].sum())


def score(share: float) -> float:
    """120 (.832 - S(x, .92, .05)) (ISO/IEC 29794-5, under-exposure prevention)."""
    return percent(1.2 * (0.832 - sigmoid(share, 0.92, 0.05)))
