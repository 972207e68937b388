"""A decoder for each format: bytes and a reduction to stored RGB pixels and their EXIF orientation."""

import io
import struct
from collections.abc import Callable, Mapping
from types import MappingProxyType

import cv2
import numpy as np
from PIL import Image

from ekyc_vision.decode_error import DecodeError, Unreadable
from ekyc_vision.jpeg import ORIENTATION, JpegFrame, follow_scans, read_jpeg
from ekyc_vision.picture import Rgb

Codec = Callable[[bytes, int], tuple[Rgb, int]]

# cv2 turns by EXIF of its own accord unless told not to; one place turns, for all formats.
REDUCED = {
    1: cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION,
    2: cv2.IMREAD_REDUCED_COLOR_2 | cv2.IMREAD_IGNORE_ORIENTATION,
    4: cv2.IMREAD_REDUCED_COLOR_4 | cv2.IMREAD_IGNORE_ORIENTATION,
    8: cv2.IMREAD_REDUCED_COLOR_8 | cv2.IMREAD_IGNORE_ORIENTATION,
}


def decode_jpeg(data: bytes, reduction: int) -> tuple[Rgb, int]:
    """Decode at 1/reduction through libjpeg-turbo: OpenCV for what cameras write, Pillow for CMYK and YCCK."""
    frame = read_jpeg(data)
    follow_scans(data, frame.scan)
    if frame.components not in {1, 3}:
        return _decode_jpeg_with_pillow(data, frame, reduction)
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), REDUCED[reduction])
    if pixels is None:
        raise DecodeError(Unreadable.CORRUPT)
    if reduction > 1:
        pixels = cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB)
    return np.asarray(pixels, np.uint8), frame.orientation


def _decode_jpeg_with_pillow(data: bytes, frame: JpegFrame, reduction: int) -> tuple[Rgb, int]:
    with Image.open(io.BytesIO(data), formats=["JPEG"]) as image:
        image.draft(None, (frame.width // reduction, frame.height // reduction))
        return np.asarray(image.convert("RGB")), frame.orientation


def decode_png(data: bytes, reduction: int) -> tuple[Rgb, int]:
    """Decode a PNG, the default picture of an animated one."""
    require_chunks(data)
    return decode_with_pillow(data, "PNG", reduction)


def decode_webp(data: bytes, reduction: int) -> tuple[Rgb, int]:
    """Decode a WebP, the first frame of an animated one."""
    return decode_with_pillow(data, "WEBP", reduction)


def decode_heif(data: bytes, reduction: int) -> tuple[Rgb, int]:
    """Decode the primary picture of a HEIF file; libheif has already turned it."""
    from pi_heif import open_heif  # noqa: PLC0415 - most pictures are not HEIF

    image = open_heif(data, convert_hdr_to_8bit=True).to_pillow()
    return reduce(to_rgb(image), reduction), 1


def decode_with_pillow(data: bytes, format_: str, reduction: int) -> tuple[Rgb, int]:
    """Decode the first frame with Pillow, which raises on damaged data."""
    with Image.open(io.BytesIO(data), formats=[format_]) as image:
        image.load()
        return reduce(to_rgb(image), reduction), int(image.getexif().get(ORIENTATION, 1))


def to_rgb(image: Image.Image) -> Rgb:
    """Return 8-bit RGB: 16-bit greys scaled, transparency laid on white."""
    if image.mode.startswith("I"):
        grey = np.asarray(image).astype(np.uint32)
        return np.repeat((np.clip(grey, 0, 65535) >> 8).astype(np.uint8)[..., np.newaxis], 3, axis=2)
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        paper = Image.new("RGBA", layer.size, "white")
        image = Image.alpha_composite(paper, layer)
    return np.asarray(image.convert("RGB"))


def reduce(rgb: Rgb, reduction: int) -> Rgb:
    """Average blocks of reduction x reduction pixels, so that later stages see what a reduced JPEG gives them."""
    if reduction == 1:
        return rgb
    size = -(-rgb.shape[1] // reduction), -(-rgb.shape[0] // reduction)
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)


def require_chunks(data: bytes) -> None:
    """Walk a PNG's chunks to IEND (PNG 1.2, section 3.2).

    Raises:
        DecodeError: The file ends before it.
    """
    at = 8
    while at + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        if data[at + 4 : at + 8] == b"IEND":
            return
        at += 12 + length
    raise DecodeError(Unreadable.TRUNCATED)


CODECS: Mapping[str, Codec] = MappingProxyType(
    {"jpeg": decode_jpeg, "png": decode_png, "webp": decode_webp, "heif": decode_heif}
)
