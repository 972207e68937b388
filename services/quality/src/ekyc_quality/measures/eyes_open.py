"""Whether both eyes are open."""

import numpy as np

from ekyc_quality.facts import LEFT_EYE, RIGHT_EYE, Facts
from ekyc_quality.measures.curves import percent, sigmoid


def value(facts: Facts) -> float:
    """The smaller lid gap of the two eyes over T.

    The gap is the mean distance of three pairs of points on the lids. The usual eye aspect ratio of 0.2 to 0.25
    rejects people who smile; this share of the face does not (ISO/IEC 29794-5, eyes open).
    """
    points = facts.face.landmarks[:, :2]
    gaps = [
        np.linalg.norm(points[list(eye.upper)] - points[list(eye.lower)], axis=1).mean()
        for eye in (RIGHT_EYE, LEFT_EYE)
    ]
    return float(min(gaps)) / facts.chin_distance


def score(gap: float) -> float:
    """100 S(x, .02, .01) (ISO/IEC 29794-5, eyes open)."""
    return percent(sigmoid(gap, 0.02, 0.01))
