"""How sharp the face is, in its less sharp direction."""

import cv2
import numpy as np

from ekyc_quality.facts import Facts
from ekyc_quality.measures.curves import percent, sigmoid

# cv2.Sobel's 3 x 3 second-derivative kernel is four times the plain one.
KERNEL_GAIN = 16
# Variance of sensor noise and rounding: a face with no more contrast than that has no sharpness to speak of.
FLOOR = 25


def value(facts: Facts) -> float:
    """Natural logarithm of the second derivative's variance over the face at a fixed face size, contrast taken out.

    The Laplacian's variance (Pech-Pacheco et al., ICPR 2000), with two changes. It is split into its two directions,
    of which the weaker one counts: a hand that moves sideways leaves the horizontal edges sharp. And it is divided by
    the luminance variance of the same pixels: a dark or flatly lit face is not a blurred one.
    """
    inside = facts.inner_mask > 0
    luminance = facts.luminance.astype(np.float32)
    curvature = min(
        float(cv2.Sobel(luminance, cv2.CV_32F, dx, dy, ksize=3)[inside].var()) for dx, dy in ((2, 0), (0, 2))
    )
    return float(np.log((curvature / KERNEL_GAIN + 1e-3) / (luminance[inside].var() + FLOOR)))


def score(sharpness: float) -> float:
    """100 S(x, -4.5, .4); the scale is ours, for sharpness depends on the camera."""
    return percent(sigmoid(sharpness, -4.5, 0.4))
