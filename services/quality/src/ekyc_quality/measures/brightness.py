"""How bright the face is."""

import numpy as np

from ekyc_quality.facts import Facts
from ekyc_quality.measures.curves import percent, sigmoid


def value(facts: Facts) -> float:
    """Mean luminance of the face, 0 to 1."""
    return float(facts.histogram @ np.arange(256)) / 255


def score(mean: float) -> float:
    """100 S(x, .2, .05) (1 - S(x, .8, .05)) (ISO/IEC 29794-5, luminance mean)."""
    return percent(sigmoid(mean, 0.2, 0.05) * (1 - sigmoid(mean, 0.8, 0.05)))
