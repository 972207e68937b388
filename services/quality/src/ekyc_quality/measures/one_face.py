"""Whether the person is alone."""

from ekyc_quality.facts import Facts
from ekyc_quality.measures.curves import percent


def value(facts: Facts) -> float:
    """Area of the second largest face over that of the largest; 0 where there is one face.

    Raises:
        NoFaceError: There is none.
    """
    first = facts.face.box.area
    return facts.faces[1].box.area / first if len(facts.faces) > 1 else 0.0


def score(ratio: float) -> float:
    """100 (1 - x) (ISO/IEC 29794-5, single face present)."""
    return percent(1 - ratio)
