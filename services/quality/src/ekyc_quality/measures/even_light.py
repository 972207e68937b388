"""Whether light falls on both sides of the face."""

import numpy as np

from ekyc_quality.facts import Facts
from ekyc_quality.measures.curves import percent

LEVELS_A_BIN = 8


def value(facts: Facts) -> float:
    """Overlap of the two cheeks' luminance histograms, 0 to 1, in bins of 8 levels."""
    right, left = (
        np.bincount(cheek // LEVELS_A_BIN, minlength=256 // LEVELS_A_BIN) / len(cheek)
        for cheek in (facts.luminance[mask > 0] for mask in facts.cheeks)
    )
    return float(np.minimum(right, left).sum())


def score(overlap: float) -> float:
    """100 x^.3 (ISO/IEC 29794-5, illumination uniformity)."""
    return percent(overlap**0.3)
