"""Drawn pictures to try the pipeline on where there are no data: faces of ellipses, and simulated attacks on them.

A model of these knows nothing of people; its bundle is marked as a test bundle, which production refuses.
"""

import csv
from pathlib import Path

import cv2
import numpy as np
from ekyc_vision.picture import Rgb

from ekyc_training.attacks import grid, halftone, moire, to_rgb
from ekyc_training.manifest import COLUMNS

SIZE = 160
SUBJECTS = {"train": 24, "dev": 10, "test": 10}
PICTURES = 4


def face(rng: np.random.Generator) -> Rgb:
    """Draw a face on a shaded background: `SIZE` x `SIZE`, uint8, RGB."""
    x, _ = grid(SIZE)
    wall = rng.uniform(60, 200, 3) + (x[..., None] - SIZE / 2) * rng.uniform(-0.3, 0.3)
    out = np.ascontiguousarray(to_rgb(wall.astype(np.float32)))
    skin = rng.uniform(0.35, 1) * np.array([235, 195, 170])
    centre = (int(SIZE / 2 + rng.uniform(-8, 8)), int(SIZE / 2 + rng.uniform(-8, 8)))
    half = (int(rng.uniform(42, 54)), int(rng.uniform(56, 68)))
    cv2.ellipse(out, centre, (half[0] + 8, half[1] + 10), 0, 180, 360, (skin * 0.25).tolist(), -1, cv2.LINE_AA)
    cv2.ellipse(out, centre, half, 0, 0, 360, skin.tolist(), -1, cv2.LINE_AA)
    for side in (-1, 1):
        eye = (centre[0] + side * half[0] // 2, centre[1] - half[1] // 5)
        cv2.ellipse(out, eye, (9, 5), 0, 0, 360, (245, 245, 245), -1, cv2.LINE_AA)
        cv2.circle(out, eye, 4, (40, 30, 20), -1, cv2.LINE_AA)
    cv2.ellipse(out, (centre[0], centre[1] + half[1] // 2), (16, 6), 0, 0, 180, (skin * 0.55).tolist(), -1, cv2.LINE_AA)
    soft = cv2.GaussianBlur(out, (0, 0), 1.2)
    return to_rgb(soft + rng.standard_normal(soft.shape, np.float32) * 3)


def draw(folder: Path, seed: int = 0) -> None:
    """Write pictures and their `manifest.csv`; a folder that has one is left alone."""
    if (folder / "manifest.csv").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    lines: list[tuple[str, ...]] = []
    for split, subjects in SUBJECTS.items():
        for subject in range(subjects):
            for number in range(PICTURES):
                live = face(rng)
                for label, rgb in (("live", live), ("print", halftone(live, rng)), ("replay", moire(live, rng))):
                    path = f"{split}-{subject}-{number}-{label}.png"
                    cv2.imwrite(str(folder / path), rgb[..., ::-1])
                    lines.append((path, "drawn", split, label, "", f"{split}-{subject}"))
    with (folder / "manifest.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([COLUMNS, *lines])
