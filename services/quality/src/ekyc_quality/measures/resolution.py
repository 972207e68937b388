"""How much detail the picture can hold."""

from ekyc_quality.facts import Facts


def value(facts: Facts) -> float:
    """Shorter side of the upright picture in native pixels."""
    return float(min(facts.picture.width, facts.picture.height))
