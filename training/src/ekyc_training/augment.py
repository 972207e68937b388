"""Disturbances that a camera, a codec or a lamp may cause, on uint8 RGB, for one CPU thread.

Colour is disturbed hard: within a source the two classes often differ in saturation and white balance, and a
network that may look at that learns the camera instead of the attack.
"""

from collections.abc import Callable

import cv2
import numpy as np
from ekyc_vision.picture import Rgb
from numpy.typing import NDArray

from ekyc_training.config import Augment

LUMA = np.array([0.299, 0.587, 0.114], np.float32)


def move(rgb: Rgb, rng: np.random.Generator) -> Rgb:
    """Crop jitter: turn up to 10 degrees, scale .88 to 1.14, shift up to 6 % of the side."""
    size = rgb.shape[0]
    affine = cv2.getRotationMatrix2D((size / 2, size / 2), rng.uniform(-10, 10), rng.uniform(0.88, 1.14))
    affine[:, 2] += rng.uniform(-0.06, 0.06, 2) * size
    return np.asarray(cv2.warpAffine(rgb, affine, (size, size), borderMode=cv2.BORDER_REPLICATE), np.uint8)


def rescale(rgb: Rgb, rng: np.random.Generator) -> Rgb:
    """A farther or poorer camera: down to 35 to 90 % of the side and up again."""
    size = rgb.shape[0]
    small = max(int(size * rng.uniform(0.35, 0.9)), 8)
    down = cv2.resize(rgb, (small, small), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(down, (size, size), interpolation=int(rng.choice([1, 2]))), np.uint8)


def blur(rgb: Rgb, rng: np.random.Generator) -> Rgb:
    """Out of focus, sigma .4 to 1.6 px, or a hand that moved 3 to 7 px."""
    if rng.integers(2):
        return np.asarray(cv2.GaussianBlur(rgb, (0, 0), rng.uniform(0.4, 1.6)), np.uint8)
    length = int(rng.choice([3, 5, 7]))
    kernel = np.zeros((length, length), np.float32)
    half = length / 2 - 0.5
    angle = rng.uniform(0, np.pi)
    ends = [(round(half + sign * half * np.cos(angle)), round(half + sign * half * np.sin(angle))) for sign in (-1, 1)]
    cv2.line(kernel, ends[0], ends[1], 1.0)
    return np.asarray(cv2.filter2D(rgb, -1, kernel / kernel.sum()), np.uint8)


def gamma(rgb: Rgb, rng: np.random.Generator) -> Rgb:
    """Exposure: gamma .55 to 1.8, contrast .75 to 1.25, brightness up to 12 %, as one table."""
    levels = (np.arange(256) / 255) ** np.exp(rng.uniform(-0.6, 0.6))
    levels = (levels - 0.5) * rng.uniform(0.75, 1.25) + 0.5 + rng.uniform(-0.12, 0.12)
    return np.asarray(cv2.LUT(rgb, np.clip(levels * 255, 0, 255).astype(np.uint8)), np.uint8)


def colour(rgb: Rgb, rng: np.random.Generator) -> Rgb:
    """Lamp and processing in one matrix: white balance .75 to 1.33, saturation .2 to 1.7, a slight hue turn."""
    gains = np.exp(rng.uniform(-0.28, 0.28, 3)).astype(np.float32)
    gains /= float(gains @ LUMA)
    saturation = rng.uniform(0.2, 1.7)
    grey = np.broadcast_to(LUMA, (3, 3))
    turn = rng.uniform(-0.12, 0.12) * np.array([[0, 1, -1], [-1, 0, 1], [1, -1, 0]])
    matrix = (grey + saturation * (np.eye(3) + turn - grey)) * gains[:, None]
    return np.asarray(cv2.transform(rgb, matrix.astype(np.float32)), np.uint8)


def grey(rgb: Rgb, rng: np.random.Generator) -> Rgb:  # noqa: ARG001 - one signature for all
    """No colour at all, so that colour is never needed."""
    return np.asarray(cv2.transform(rgb, np.broadcast_to(LUMA, (3, 3)).copy()), np.uint8)


def noise(rgb: Rgb, rng: np.random.Generator) -> Rgb:
    """Sensor noise, sigma 1 to 9 levels."""
    return np.asarray(np.clip(rgb + rng.standard_normal(rgb.shape, np.float32) * rng.uniform(1, 9), 0, 255), np.uint8)


def jpeg(rgb: Rgb, rng: np.random.Generator) -> Rgb:
    """Compression, quality 30 to 95."""
    _, code = cv2.imencode(".jpg", rgb, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(30, 96))])
    return np.asarray(cv2.imdecode(code, cv2.IMREAD_COLOR), np.uint8)


def lab_statistics(rgb: Rgb) -> NDArray[np.float32]:
    """Return mean and standard deviation of L, a and b (OpenCV's 8-bit scale): 2 x 3."""
    return np.stack(cv2.meanStdDev(cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)))[..., 0].astype(np.float32)


def restyle(rgb: Rgb, towards: NDArray[np.float32], share: float) -> Rgb:
    """Give a crop the colour statistics of another picture (Reinhard et al., 2001), by a share of the way.

    Args:
        rgb: The crop.
        towards: `lab_statistics` of the other picture.
        share: 0 leaves the crop, 1 takes the other's mean and deviation; the gain is kept within 0.5 to 2.
    """
    lab = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB).astype(np.float32)
    mean, deviation = lab_statistics(rgb)
    gain = np.clip((towards[1] + 1) / (deviation + 1), 0.5, 2) ** share
    lab = (lab - mean) * gain + mean + (towards[0] - mean) * share
    return np.asarray(cv2.cvtColor(np.clip(lab, 0, 255).astype(np.uint8), cv2.COLOR_LAB2RGB), np.uint8)


Stage = Callable[[Rgb, np.random.Generator], Rgb]

# In the order of nature: the pose, the lamp, the lens, the sensor, the codec.
STAGES: dict[str, Stage] = {
    "move": move,
    "gamma": gamma,
    "colour": colour,
    "grey": grey,
    "blur": blur,
    "rescale": rescale,
    "noise": noise,
    "jpeg": jpeg,
}


# Of the stages, those that change the light and the colours.
COLOUR = frozenset({"gamma", "colour", "grey"})


def augment(rgb: Rgb, settings: Augment, rng: np.random.Generator, palette: NDArray[np.float32]) -> Rgb:
    """Disturb one crop; the shape stays, the input is left alone.

    Every stage draws from a stream of its own, so that one that is left out changes nothing in the others. A `plain`
    view is left without `restyle` and the stages in `COLOUR`.

    Args:
        rgb: The crop.
        settings: How often each disturbance is drawn.
        rng: Decides everything; made from a seed, and only spawned from.
        palette: N x 2 x 3 colour statistics, of pictures of both classes and all sources, to restyle by.
    """
    flips, styles, *streams, plains = rng.spawn(3 + len(STAGES))
    plain = plains.random() < settings.plain
    out = np.ascontiguousarray(rgb[:, ::-1] if flips.random() < settings.flip else rgb)
    if styles.random() < settings.restyle and not plain:
        out = restyle(out, palette[styles.integers(len(palette))], styles.uniform(0.3, 1))
    for (name, stage), stream in zip(STAGES.items(), streams, strict=True):
        if stream.random() < getattr(settings, name) and not (plain and name in COLOUR):
            out = stage(out, stream)
    return out
