"""The one EXIF tag that changes pixels."""

import struct

import cv2
import numpy as np

from ekyc_vision.picture import Rgb

_ORIENTATION_TAG = 0x0112
_SHORT = 3
_MOST_TAGS = 512


def orientation(tiff: bytes) -> int:
    """Return the orientation, 1 to 8, from an EXIF block; 1 where it is absent or makes no sense.

    Args:
        tiff: The block from its TIFF header on ("II*\\0" or "MM\\0*"), with or without "Exif\\0\\0" before it.
    """
    tiff = tiff.removeprefix(b"Exif\0\0")
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None:
        return 1
    try:
        (start,) = struct.unpack_from(order + "I", tiff, 4)
        (tags,) = struct.unpack_from(order + "H", tiff, start)
        for index in range(min(tags, _MOST_TAGS)):
            tag, kind, _, value = struct.unpack_from(order + "HHIH", tiff, start + 2 + 12 * index)
            if tag == _ORIENTATION_TAG:
                return int(value) if kind == _SHORT and 1 <= value <= 8 else 1  # noqa: PLR2004 - EXIF 2.32, table 6
    except struct.error:
        return 1
    return 1


def turn_upright(rgb: Rgb, exif_orientation: int) -> Rgb:
    """Undo how the camera was held; the result is contiguous."""
    if exif_orientation in (5, 7):
        rgb = cv2.transpose(rgb)
    match exif_orientation:
        case 2:
            rgb = cv2.flip(rgb, 1)
        case 3 | 7:
            rgb = cv2.rotate(rgb, cv2.ROTATE_180)
        case 4:
            rgb = cv2.flip(rgb, 0)
        case 6:
            rgb = cv2.rotate(rgb, cv2.ROTATE_90_CLOCKWISE)
        case 8:
            rgb = cv2.rotate(rgb, cv2.ROTATE_90_COUNTERCLOCKWISE)
    return np.ascontiguousarray(rgb)
