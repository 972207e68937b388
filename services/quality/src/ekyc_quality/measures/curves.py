"""The curves that turn native values into component scores."""

import math


def sigmoid(x: float, x0: float, w: float) -> float:
    """S(x, x0, w) = 1 / (1 + exp((x0 - x) / w)), the scoring curve of ISO/IEC 29794-5."""
    return 0.5 * (1 + math.tanh((x - x0) / w / 2))


def percent(share: float) -> float:
    """A share as a score: 0 to 100."""
    return min(max(100 * share, 0.0), 100.0)
