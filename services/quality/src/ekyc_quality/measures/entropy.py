"""How many tones the face has."""

import numpy as np

from ekyc_quality.facts import Facts
from ekyc_quality.measures.curves import percent


def value(facts: Facts) -> float:
    """Shannon entropy of the face's luminance histogram in bits, 0 to 8."""
    shares = facts.histogram[facts.histogram > 0]
    return float(-(shares * np.log2(shares)).sum())


def score(bits: float) -> float:
    """12.5 H (ISO/IEC 29794-5, dynamic range)."""
    return percent(bits / 8)
