"""Whether the lower face is bare: no mask, scarf or hand of another colour over nose, mouth and chin."""

import numpy as np

from ekyc_quality.facts import Facts
from ekyc_quality.measures.curves import percent

FOREHEAD = (9, 107, 66, 105, 104, 69, 108, 151, 337, 299, 333, 334, 296, 336)
LOWER_FACE = (6, 118, 50, 187, 214, 170, 152, 395, 434, 411, 280, 347)
LIPS = (61, 39, 37, 0, 267, 269, 291, 405, 314, 17, 84, 181)
FARTHEST_CHROMA = 40.0


def value(facts: Facts) -> float:
    """Share of the lower face, lips apart, whose colour is not the forehead's (Cb and Cr of ITU-R BT.601), 0 to 1.

    Raises:
        ValueError: The forehead or the lower face is not in the picture.
    """
    forehead = facts.region(FOREHEAD) > 0
    lower = (facts.region(LOWER_FACE) > 0) & (facts.region(LIPS) == 0)
    if not (forehead.any() and lower.any()):
        raise ValueError("a part of the face is not in the picture")
    skin = np.median(facts.ycrcb[forehead], axis=0)[1:]
    chroma = facts.ycrcb[lower][:, 1:].astype(np.float32)
    return float((np.abs(chroma - skin).sum(axis=1) > FARTHEST_CHROMA).mean())


def score(share: float) -> float:
    """100 (1 - x) (ISO/IEC 29794-5, mouth visible and face occlusion prevention)."""
    return percent(1 - share)
