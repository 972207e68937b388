"""Bytes to an upright RGB picture: the one decoder of serving, calibration and training."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from ekyc_vision.codecs import CODECS
from ekyc_vision.decode_error import DecodeError, Unreadable
from ekyc_vision.header import read_header
from ekyc_vision.picture import Picture, Rgb


@dataclass(frozen=True, slots=True)
class Limits:
    """What a picture may cost.

    Attributes:
        bytes: Of the file.
        pixels: Of the picture as stored, checked before any is decoded.
        shorter_side: A larger picture is reduced by 2, 4 or 8 while its shorter side keeps at least this many
            pixels; a JPEG already while it is decoded, which takes a third of the time at 12 Mpx.
    """

    bytes: int = 12 * 2**20
    pixels: int = 50_000_000
    shorter_side: int = 720


DEFAULT_LIMITS = Limits()


def decode(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Picture:
    """Decode one picture, whatever its colour mode and orientation.

    Grey, palette, CMYK and 16-bit pictures become 8-bit RGB; transparency is laid on white; of an animation the first
    frame counts; the EXIF orientation (all eight) is applied; colour profiles are ignored.

    Args:
        data: A whole JPEG, PNG, WebP or HEIF file.
        limits: What it may cost.

    Raises:
        DecodeError: The file is empty, too large, of another type, has too many pixels, ends early or is corrupt.
    """
    if not data:
        raise DecodeError(Unreadable.EMPTY)
    if len(data) > limits.bytes:
        raise DecodeError(Unreadable.TOO_LARGE)
    header = read_header(data)
    if header.width * header.height == 0:
        raise DecodeError(Unreadable.CORRUPT)
    if header.width * header.height > limits.pixels:
        raise DecodeError(Unreadable.TOO_MANY_PIXELS)
    reduction = reduction_of(min(header.width, header.height), limits.shorter_side)
    try:
        with warnings.catch_warnings(action="ignore"):
            rgb, orientation = CODECS[header.format](data, reduction)
    except DecodeError:
        raise
    except Exception as error:  # whatever a codec raises over hostile bytes
        raise DecodeError(Unreadable.CORRUPT) from error
    width, height = (header.height, header.width) if orientation in ON_A_SIDE else (header.width, header.height)
    return Picture(upright(rgb, orientation), width, height, header.format)


def reduction_of(side: int, least: int) -> int:
    """Return the largest of 8, 4, 2 and 1 that leaves ``side`` at ``least`` pixels or more."""
    return next((factor for factor in (8, 4, 2) if side // factor >= least), 1)


ON_A_SIDE = {5, 6, 7, 8}


def upright(rgb: Rgb, orientation: int) -> Rgb:
    """Apply an EXIF orientation (Exif 2.32, tag 0x0112): 1 is upright, 6 wants a clockwise quarter turn, and so on."""
    turns: dict[int, Callable[[], Any]] = {
        2: lambda: rgb[:, ::-1],
        3: lambda: rgb[::-1, ::-1],
        4: lambda: rgb[::-1],
        5: lambda: rgb.transpose(1, 0, 2),
        6: lambda: cv2.rotate(rgb, cv2.ROTATE_90_CLOCKWISE),
        7: lambda: rgb[::-1, ::-1].transpose(1, 0, 2),
        8: lambda: cv2.rotate(rgb, cv2.ROTATE_90_COUNTERCLOCKWISE),
    }
    return np.ascontiguousarray(turns.get(orientation, lambda: rgb)(), np.uint8)
