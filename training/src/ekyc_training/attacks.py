"""Presentation attacks simulated on a bona fide crop: what a print or a screen does to a face, step by step.

Uint8 RGB in and out, square. Strengths are drawn from what prints and screens look like at 128 px of face, from
plainly visible to hardly there.
"""

from typing import Any

import cv2
import numpy as np
from ekyc_vision.picture import Rgb
from numpy.typing import NDArray

Plane = NDArray[np.float32]


def grid(size: int) -> tuple[Plane, Plane]:
    """Return the x and the y of every pixel."""
    y, x = np.mgrid[:size, :size].astype(np.float32)
    return x, y


def to_rgb(values: NDArray[Any]) -> Rgb:
    """Round and clip to uint8."""
    return np.asarray(np.clip(values + 0.5, 0, 255), np.uint8)


def compress(rgb: Rgb, rng: np.random.Generator) -> Rgb:
    """A medium's gamut: black is lifted, white lowered, colours lose some saturation and take a tint."""
    black, white = rng.uniform(0, 45), rng.uniform(190, 255)
    out = rgb.astype(np.float32) * ((white - black) / 255) + black
    luma = out @ np.array([0.299, 0.587, 0.114], np.float32)
    out = luma[..., None] + (out - luma[..., None]) * rng.uniform(0.5, 1.05)
    return to_rgb(out * rng.uniform(0.9, 1.1, 3).astype(np.float32))


def moire(rgb: Rgb, rng: np.random.Generator) -> Rgb:
    """The beat of a screen's pixels with the sensor's: a bent wave of 3 to 24 px, of its own phase in each colour."""
    size = rgb.shape[0]
    x, y = grid(size)
    angle, period = rng.uniform(0, np.pi), np.exp(rng.uniform(np.log(3), np.log(24)))
    along = x * np.cos(angle) + y * np.sin(angle)
    bend = rng.uniform(0, 2.5) * np.sin((x * np.sin(angle) - y * np.cos(angle)) / rng.uniform(12, 40))
    phases = rng.uniform(0, 2 * np.pi) + rng.uniform(0, 1.5) * np.arange(3)
    wave = np.sin(2 * np.pi * (along + bend)[..., None] / period + phases)
    return to_rgb(rgb * (1 + rng.uniform(0.02, 0.12) * wave).astype(np.float32))


def pixels(rgb: Rgb, rng: np.random.Generator) -> Rgb:
    """A screen's pixels, seen by a camera: red, green and blue stripes and dark gaps, finer than the crop's pixels.

    The picture is drawn three times as large, striped there, turned a little, and brought back by area, so the
    stripes fold down as they do on a sensor.
    """
    size = rgb.shape[0]
    large = cv2.resize(rgb, (size * 3, size * 3), interpolation=cv2.INTER_LINEAR).astype(np.float32)
    x, y = grid(size * 3)
    angle, pitch = rng.uniform(-0.3, 0.3), rng.uniform(2.2, 5.0)
    column = (x * np.cos(angle) + y * np.sin(angle)) / pitch
    line = (y * np.cos(angle) - x * np.sin(angle)) / pitch
    stripes = 0.5 + 0.5 * np.cos(2 * np.pi * (column[..., None] - np.arange(3) / 3))
    gaps = 0.5 + 0.5 * np.cos(2 * np.pi * line)
    depth = rng.uniform(0.15, 0.6)
    mask = 1 - depth + depth * 2 * stripes * (0.6 + 0.4 * gaps[..., None])
    return to_rgb(cv2.resize(large * mask.astype(np.float32), (size, size), interpolation=cv2.INTER_AREA))


def halftone(rgb: Rgb, rng: np.random.Generator) -> Rgb:
    """A printer's dots: each ink on a screen of its own angle, mixed with the continuous picture."""
    size = rgb.shape[0]
    large = cv2.resize(rgb, (size * 2, size * 2), interpolation=cv2.INTER_LINEAR).astype(np.float32)
    x, y = grid(size * 2)
    period = rng.uniform(2.5, 5)
    dots = np.empty_like(large)
    for ink, angle in enumerate(np.deg2rad([15, 75, 45]) + rng.uniform(0, np.pi)):
        u, v = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
        threshold = 127.5 + 63.7 * (np.cos(2 * np.pi * u / period) + np.cos(2 * np.pi * v / period))
        dots[..., ink] = np.clip((large[..., ink] - threshold) * 4 + 127.5, 0, 255)
    share = rng.uniform(0.15, 0.5)
    return to_rgb(cv2.resize(large * (1 - share) + dots * share, (size, size), interpolation=cv2.INTER_AREA))


def paper(rgb: Rgb, rng: np.random.Generator) -> Rgb:
    """Paper's fibres, and its waves when held: fine grain and broad shading, the same in all colours."""
    size = rgb.shape[0]
    grain = cv2.GaussianBlur(rng.standard_normal((size, size), np.float32), (0, 0), rng.uniform(0.6, 1.2))
    coarse = cv2.resize(rng.standard_normal((4, 4), np.float32), (size, size), interpolation=cv2.INTER_CUBIC)
    shade = 1 + rng.uniform(0.01, 0.05) * grain / grain.std() + rng.uniform(0, 0.08) * coarse
    return to_rgb(rgb * shade[..., None].astype(np.float32))


def banding(rgb: Rgb, rng: np.random.Generator) -> Rgb:
    """A printer's or a screen's few levels: 12 to 40 a colour."""
    levels = rng.integers(12, 41)
    table = np.round(np.arange(256) / 255 * levels) / levels * 255
    return np.asarray(cv2.LUT(rgb, table.astype(np.uint8)), np.uint8)


def glare(rgb: Rgb, rng: np.random.Generator) -> Rgb:
    """A lamp mirrored by glass or gloss: a soft bright ellipse, or a veil from one side."""
    size = rgb.shape[0]
    x, y = grid(size)
    if rng.integers(2):
        dx, dy = (x - rng.uniform(0, size)) / rng.uniform(6, 30), (y - rng.uniform(0, size)) / rng.uniform(6, 30)
        light = np.exp(-(dx**2) - dy**2) * rng.uniform(60, 200)
    else:
        angle = rng.uniform(0, 2 * np.pi)
        light = np.clip(((x - size / 2) * np.cos(angle) + (y - size / 2) * np.sin(angle)) / size + 0.5, 0, 1)
        light = light ** rng.uniform(1, 3) * rng.uniform(15, 70)
    return to_rgb(rgb + light[..., None].astype(np.float32))


def border(rgb: Rgb, rng: np.random.Generator) -> Rgb:
    """The edge of the paper, light, or of the device, dark, cutting off one or two sides, a little turned."""
    size = rgb.shape[0]
    x, y = grid(size)
    dark = bool(rng.integers(2))
    colour = (rng.uniform(0, 45) if dark else rng.uniform(170, 250)) + rng.uniform(-8, 8, 3)
    out = rgb.astype(np.float32)
    for side in rng.choice(4, rng.integers(1, 3), replace=False):
        angle = side * np.pi / 2 + rng.uniform(-0.12, 0.12)
        beyond = (x - size / 2) * np.cos(angle) + (y - size / 2) * np.sin(angle) - size * rng.uniform(0.38, 0.49)
        share = np.clip(beyond + 0.5, 0, 1)[..., None]
        out = out * (1 - share) + colour * share
    return to_rgb(out.astype(np.float32))


def bend(rgb: Rgb, rng: np.random.Generator) -> Rgb:
    """A print held by hand: bent about an upright axis and seen in perspective."""
    size = rgb.shape[0]
    x, y = grid(size)
    u, v = x / size - 0.5, y / size - 0.5
    curve, tilt = rng.uniform(-0.25, 0.25), rng.uniform(-0.18, 0.18, 2)
    depth = 1 + tilt[0] * u + tilt[1] * v
    map_x = ((u + curve * u * np.abs(u)) * depth + 0.5) * size
    map_y = ((v + curve * 0.4 * u * u) * depth + 0.5) * size
    out = cv2.remap(
        rgb, map_x.astype(np.float32), map_y.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(out, np.uint8)


def recapture(rgb: Rgb, rng: np.random.Generator) -> Rgb:
    """Seen through a second lens: a little softer."""
    return np.asarray(cv2.GaussianBlur(rgb, (0, 0), rng.uniform(0.4, 1.1)), np.uint8)


# How often each step is taken, in the order of nature: the medium, its surface, its edge, the second camera.
SPECIES = {
    "print": ((compress, 0.9), (banding, 0.15), (halftone, 0.5), (paper, 0.7), (bend, 0.5), (glare, 0.25),
              (border, 0.3), (recapture, 0.7)),
    "replay": ((compress, 0.7), (banding, 0.1), (pixels, 0.6), (moire, 0.6), (glare, 0.4), (border, 0.3),
               (recapture, 0.5)),
}  # fmt: skip


def simulate(rgb: Rgb, rng: np.random.Generator) -> Rgb:
    """Return a bona fide crop as a print or a screen replay would show it, each as likely."""
    steps = SPECIES["print" if rng.integers(2) else "replay"]
    taken = [step for step, share in steps if rng.random() < share]
    # A picture that went through nothing would be a bona fide one with the wrong label.
    for step in taken or [steps[2][0]]:
        rgb = step(rgb, rng)
    return rgb
