"""The exact interval of a share (Clopper and Pearson, 1934), without SciPy, which would be half of an image."""

from math import lgamma

import numpy as np

HALVINGS = 50


def exact_interval(errors: int, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a share of which ``errors`` of ``n`` were seen; each side is right to 1e-12."""
    low = 0.0 if errors == 0 else _root(errors - 1, n, 0.975)
    high = 1.0 if errors == n else _root(errors, n, 0.025)
    return low, high


def _root(k: int, n: int, probability: float) -> float:
    """Return the share at which at most ``k`` of ``n`` happen with a probability; found by halving."""
    seen = np.arange(k + 1)
    ways = lgamma(n + 1) - np.array([lgamma(i + 1) + lgamma(n - i + 1) for i in seen])
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        share = (low + high) / 2
        at_most = float(np.exp(ways + seen * np.log(share) + (n - seen) * np.log1p(-share)).sum())
        low, high = (share, high) if at_most > probability else (low, share)
    return (low + high) / 2
