"""Trivial measures that a model must beat: one that does not has learnt the camera."""

from collections.abc import Sequence

import cv2
import numpy as np
from ekyc_vision.picture import Rgb

from ekyc_training.metrics import Scores, auc, both_classes
from ekyc_training.rows import Row

NAMES = ("saturation", "brightness", "contrast", "sharpness", "bytes a pixel")


def trivial(rgb: Rgb, bytes_per_pixel: float) -> tuple[float, ...]:
    """Return the trivial measures of one crop, in the order of `NAMES`."""
    hsv = cv2.cvtColor(rgb, cv2.COLOR_RGB2HSV)
    value = hsv[..., 2]
    sharpness = cv2.Laplacian(value, cv2.CV_64F).var()
    return float(hsv[..., 1].mean()), float(value.mean()), float(value.std()), float(sharpness), bytes_per_pixel


def baselines(rows: Sequence[Row], values: Scores) -> dict[str, dict[str, float]]:
    """Return each measure's AUC by source; far from .5 either way, the source is easy to cheat on.

    Args:
        rows: The presentations.
        values: Presentations x `NAMES`.
    """
    live = np.array([row.live for row in rows])
    sources = np.array([row.source for row in rows])
    answer: dict[str, dict[str, float]] = {name: {} for name in NAMES}
    for source in np.unique(sources):
        mine = sources == source
        if not both_classes(live[mine]):
            continue
        for at, name in enumerate(NAMES):
            answer[name][str(source)] = auc(live[mine], values[mine, at])
    return answer
