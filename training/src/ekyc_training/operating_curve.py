"""What every threshold would give: for a slider, and to draw ROC and DET curves from."""

from collections.abc import Sequence

import numpy as np
from scipy.special import expit

from ekyc_training.metrics import Scores, apcer, apcer_max, bpcer
from ekyc_training.rows import Row

# Every hundredth, and closer where a good model's scores crowd: near 0 and 1, evenly in the logit.
TAIL = expit(np.arange(-9, -4.6, 0.2))
THRESHOLDS = np.unique(np.concatenate([np.linspace(0, 1, 101), TAIL, 1 - TAIL]).round(5))


def operating_curve(rows: Sequence[Row], scores: Scores) -> list[dict[str, float]]:
    """Return the rates at each of `THRESHOLDS`, ascending.

    Args:
        rows: The presentations; both classes.
        scores: P(bona fide) of each.

    Returns:
        Points of ``threshold``, ``apcer`` (the worst species', ISO/IEC 30107-3's headline), ``apcer_all`` (all attacks
        together) and ``bpcer``; shares from 0 to 1.
    """
    live = np.array([row.live for row in rows])
    species = [row.species for row in rows if not row.live]
    attacks, bona_fide = scores[~live], scores[live]
    return [
        {
            "threshold": float(threshold),
            "apcer": round(apcer_max(attacks, species, threshold)[1].value, 5),
            "apcer_all": round(apcer(attacks, threshold).value, 5),
            "bpcer": round(bpcer(bona_fide, threshold).value, 5),
        }
        for threshold in THRESHOLDS
    ]
