"""How much of the face is white with light."""

from ekyc_quality.facts import Facts
from ekyc_quality.measures.curves import percent

WHITE = 247


def value(facts: Facts) -> float:
    """Share of the face's pixels at luminance 247 or more."""
    return float(facts.histogram[WHITE:].sum())


def score(share: float) -> float:
    """100 / (1 + 100 x) (ISO/IEC 29794-5, over-exposure prevention)."""
    return percent(1 / (1 + 100 * share))
