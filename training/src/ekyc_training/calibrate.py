"""Temperature and thresholds, on dev only, every source weighing the same."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from ekyc_training.config import Decision
from ekyc_training.crops import Crops
from ekyc_training.metrics import threshold_at_apcer, threshold_at_bpcer


def temperature(logits: NDArray[np.float64], crops: Crops) -> float:
    """Return the divisor of the logits with the least log loss; each class of each source weighs the same."""
    groups = [(row.source, row.live) for row in crops.rows]
    weights = np.array([1 / groups.count(group) for group in groups])
    signed = np.where(crops.live, logits, -logits)
    found = minimize_scalar(
        lambda log_t: float((weights * np.logaddexp(0, -signed / np.exp(log_t))).sum()),
        bounds=(-3, 3),
        method="bounded",
    )
    return float(np.exp(found.x))


def thresholds(scores: NDArray[np.float64], crops: Crops, decision: Decision) -> tuple[float, float]:
    """Return the live and the spoof threshold; between them a person looks.

    The spoof threshold rejects the wanted share of bona fide, the live threshold accepts the wanted share of attacks.
    A model good enough to meet both at once has one threshold, and nothing to review.
    """
    sources = np.array([row.source for row in crops.rows])
    by_class = [
        {str(name): scores[(crops.live == live) & (sources == name)] for name in np.unique(sources[crops.live == live])}
        for live in (True, False)
    ]
    spoof = threshold_at_bpcer(by_class[0], decision.spoof_bpcer)
    return max(spoof, threshold_at_apcer(by_class[1], decision.live_apcer)), spoof
