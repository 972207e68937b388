"""A face box to the model's square input. Training and serving both call `crop_face`."""

from dataclasses import dataclass

import cv2
import numpy as np

from ekyc_vision.faces import Box
from ekyc_vision.picture import Rgb


@dataclass(frozen=True, slots=True)
class CropGeometry:
    """A named, versioned way to cut a face; a change of any output pixel is a new version.

    Attributes:
        name: What the square is built on.
        version: Of the procedure in `crop_face`.
        size: Side of the output in pixels.
        margin: Side of the square cut from the picture, as a multiple of the box's longer side.
    """

    name: str = "mesh-square"
    version: int = 1
    size: int = 128
    margin: float = 1.2


DEFAULT_GEOMETRY = CropGeometry()


def square_around(box: Box, geometry: CropGeometry = DEFAULT_GEOMETRY) -> tuple[int, int, int]:
    """Return the left, top and side in whole pixels of the square that `crop_face` cuts; may leave the picture."""
    side = round(max(box.width, box.height) * geometry.margin)
    return round((box.left + box.right - side) / 2), round((box.top + box.bottom - side) / 2), side


def crop_face(rgb: Rgb, box: Box, geometry: CropGeometry = DEFAULT_GEOMETRY) -> Rgb:
    """Cut the square around a face and scale it to the model's input.

    The square is centred on the box; its side is ``margin`` times the longer side of the box, rounded to
    whole pixels. Where it leaves the picture the border pixels are repeated. Shrinking averages (INTER_AREA),
    so no detail aliases into a false moire; enlarging is bilinear.

    Args:
        rgb: Height x width x 3, uint8, RGB.
        box: Bounds of the face in pixels of ``rgb``.
        geometry: Size and margin.

    Returns:
        size x size x 3, uint8, RGB, contiguous.

    Raises:
        ValueError: The box is empty or lies wholly outside the picture.
    """
    height, width = rgb.shape[:2]
    left, top, side = square_around(box, geometry)
    right, bottom = left + side, top + side
    if side < 1 or left >= width or top >= height or right <= 0 or bottom <= 0:
        raise ValueError("the face box is empty or outside the picture")

    square = rgb[max(top, 0) : min(bottom, height), max(left, 0) : min(right, width)]
    if square.shape[:2] != (side, side):
        beyond = max(-top, 0), max(bottom - height, 0), max(-left, 0), max(right - width, 0)
        square = np.asarray(cv2.copyMakeBorder(square, *beyond, cv2.BORDER_REPLICATE), np.uint8)
    interpolation = cv2.INTER_AREA if side > geometry.size else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(square, (geometry.size, geometry.size), interpolation=interpolation), np.uint8)
