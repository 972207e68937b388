"""How far the face's tones are apart."""

import math

import numpy as np

from ekyc_quality.facts import Facts
from ekyc_quality.measures.curves import percent


def value(facts: Facts) -> float:
    """Variance of the face's luminance, of 0 to 1."""
    levels = np.arange(256) / 255
    mean = float(facts.histogram @ levels)
    return float(facts.histogram @ (levels - mean) ** 2)


def score(variance: float) -> float:
    """100 sin(60 v / (60 v + 1) pi) (ISO/IEC 29794-5, luminance variance)."""
    return percent(math.sin(60 * variance / (60 * variance + 1) * math.pi))
