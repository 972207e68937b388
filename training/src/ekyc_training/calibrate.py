"""Temperature and thresholds, on dev only, every source weighing the same."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from ekyc_training.config import Decision
from ekyc_training.crops import Crops
from ekyc_training.metrics import threshold_at_bpcer


def temperature(logits: NDArray[np.float64], crops: Crops) -> float:
    """Return the divisor of the logits with the least log loss; each class of each source weighs the same."""
    groups = [(row.source, row.live) for row in crops.rows]
    weights = np.array([1 / groups.count(group) for group in groups])
    signed = np.where(crops.live, logits, -logits)
    found = minimize_scalar(
        lambda log_t: float((weights * np.logaddexp(0, -signed / np.exp(log_t))).sum()), bounds=(-3, 3), method="bounded"
    )
    return float(np.exp(found.x))


def thresholds(scores: NDArray[np.float64], crops: Crops, decision: Decision) -> tuple[float, float]:
    """Return the live and the spoof threshold at their BPCER on dev, sources weighing the same."""
    sources = np.array([row.source for row in crops.rows])
    groups = {str(name): scores[crops.live & (sources == name)] for name in np.unique(sources)}
    live = threshold_at_bpcer(groups, decision.live_bpcer)
    return live, min(live, threshold_at_bpcer(groups, decision.spoof_bpcer))
