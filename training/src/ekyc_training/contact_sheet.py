"""What the model sees: a page of training views with their labels. It shows people: never commit it."""

from pathlib import Path

import cv2
import numpy as np
from ekyc_vision.picture import Rgb

from ekyc_training.batches import Batches

GREEN, RED = (60, 200, 60), (220, 50, 50)
BORDER = 4


def contact_sheet(batches: Batches, columns: int = 12, rows: int = 8) -> Rgb:
    """Return views as a run would draw them: framed green for bona fide, red for attacks; uint8 RGB."""
    tiles: list[Rgb] = []
    step = 0
    while len(tiles) < columns * rows:
        batch = batches.batch(step)
        for pixels, live in zip(batch.pixels.numpy(), batch.live, strict=True):
            colour = GREEN if live else RED
            framed = cv2.copyMakeBorder(pixels, BORDER, BORDER, BORDER, BORDER, cv2.BORDER_CONSTANT, value=colour)
            tiles.append(np.asarray(framed, np.uint8))
        step += 1
    return np.concatenate([np.concatenate(tiles[at * columns : (at + 1) * columns], 1) for at in range(rows)])


def write_contact_sheet(batches: Batches, path: Path) -> None:
    """Write the page as PNG or JPEG."""
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), contact_sheet(batches)[..., ::-1])
