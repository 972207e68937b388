"""Temperature and thresholds, on dev only; no source drowns another by its number alone."""

import numpy as np
from scipy.optimize import minimize_scalar

from ekyc_training.config import Decision
from ekyc_training.crops import Crops
from ekyc_training.metrics import Scores, threshold_at_apcer, threshold_at_bpcer


def temperature(logits: Scores, crops: Crops) -> float:
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


def by_source(scores: Scores, crops: Crops, *, live: bool) -> dict[str, Scores]:
    """Return the scores of one class by source; a source without that class is left out."""
    chosen = crops.live == live
    sources = np.array([row.source for row in crops.rows])
    return {str(name): scores[chosen & (sources == name)] for name in np.unique(sources[chosen])}


def thresholds(scores: Scores, crops: Crops, decision: Decision) -> tuple[float, float]:
    """Return the live and the spoof threshold; between them a person looks.

    The spoof threshold rejects the wanted share of bona fide, the live threshold accepts the wanted share of attacks.
    A model good enough to meet both at once has one threshold, and nothing to review.
    """
    spoof = threshold_at_bpcer(by_source(scores, crops, live=True), decision.spoof_bpcer)
    live = threshold_at_apcer(by_source(scores, crops, live=False), decision.live_apcer)
    return max(spoof, live), spoof
