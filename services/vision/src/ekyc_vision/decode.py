"""Bytes to an upright RGB picture: the only decoder of serving and training."""

import struct
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import UnidentifiedImageError

from ekyc_vision import heif, jpeg, png, webp
from ekyc_vision.error import DecodeError, Reason
from ekyc_vision.exif import turn_upright
from ekyc_vision.header import Header, sniff
from ekyc_vision.picture import Picture, Rgb

__all__ = ["DecodeError", "Limits", "Reason", "decode"]

# What Pillow, OpenCV and libheif raise for bytes they cannot read.
_GIVEN_UP = (
    OSError,
    ValueError,
    SyntaxError,
    RuntimeError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    OverflowError,
    struct.error,
    cv2.error,
    UnidentifiedImageError,
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a picture may cost.

    Attributes:
        bytes: Largest file.
        pixels: Most pixels the header may declare, at native resolution.
        shortest_side: A JPEG is decoded at 1/2, 1/4 or 1/8 as long as its shorter side keeps this many pixels.
    """

    bytes: int = 12 * 2**20
    pixels: int = 50_000_000
    shortest_side: int = 720


def decode(data: bytes, limits: Limits = Limits()) -> Picture:  # noqa: B008 - frozen
    """Decode a JPEG, PNG, WebP or HEIC picture and turn it upright.

    Type and size are checked on the header, before a pixel is decoded. Transparency is laid on white; of an
    animation the first frame is taken; sixteen bits keep their upper eight; ICC profiles are ignored, as the
    models were trained without them.

    Args:
        data: The file.
        limits: How much it may cost.

    Returns:
        The picture; ``rgb`` is contiguous and writable.

    Raises:
        DecodeError: With the reason; no other exception leaves.
    """
    if len(data) > limits.bytes:
        raise DecodeError(Reason.TOO_LARGE)
    try:
        header, rgb = _read(data, limits)
    except _GIVEN_UP as error:
        raise DecodeError(Reason.CORRUPT, str(error)) from error
    width, height = header.upright
    return Picture(turn_upright(rgb, header.orientation), width, height, header.format)


def _read(data: bytes, limits: Limits) -> tuple[Header, Rgb]:
    match sniff(data):
        case "jpeg":
            header = jpeg.read_header(data)
            _check_pixels(header, limits)
            return header, jpeg.decode(data, header, limits.shortest_side)
        case "png":
            png_header = png.read_header(data)
            _check_pixels(png_header, limits)
            return png_header, png.decode(data)
        case "webp":
            webp_header = webp.read_header(data)
            _check_pixels(webp_header, limits)
            return webp_header, webp.decode(data)
        case _:
            heif_header, file = heif.read_header(data)
            _check_pixels(heif_header, limits)
            return heif_header, heif.decode(file)


def _check_pixels(header: Header, limits: Limits) -> None:
    if header.width * header.height > limits.pixels:
        raise DecodeError(Reason.TOO_MANY_PIXELS, f"{header.width} x {header.height}")
