"""Whether the mouth is closed."""

import numpy as np

from ekyc_quality.facts import Facts
from ekyc_quality.measures.curves import percent, sigmoid

UPPER_LIP, LOWER_LIP = 13, 14


def value(facts: Facts) -> float:
    """Gap between the inner lips over T."""
    points = facts.face.landmarks[:, :2]
    return float(np.linalg.norm(points[UPPER_LIP] - points[LOWER_LIP])) / facts.chin_distance


def score(gap: float) -> float:
    """100 S(.2 - x, 0, .06) (ISO/IEC 29794-5, mouth closed)."""
    return percent(sigmoid(0.2 - gap, 0, 0.06))
