"""Pictures for the tests, all drawn or derived from scikit-image's astronaut (NASA, public domain)."""

import io
import struct
import zlib
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from ekyc_stack.sample import sample_photo
from numpy.typing import NDArray
from PIL import Image

Rgb = NDArray[np.uint8]


@cache
def astronaut() -> Rgb:
    """The portrait, 512 x 512 x 3, RGB. Shared: copy before drawing on it."""
    picture = cv2.imread(str(sample_photo()), cv2.IMREAD_COLOR_RGB)
    assert picture is not None
    rgb = np.asarray(picture, np.uint8)
    rgb.flags.writeable = False
    return rgb


def jpeg(rgb: Rgb, quality: int = 92) -> bytes:
    encoded, data = cv2.imencode(".jpg", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert encoded
    return data.tobytes()


def png(rgb: Rgb) -> bytes:
    encoded, data = cv2.imencode(".png", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR))
    assert encoded
    return data.tobytes()


def pillow(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def heic() -> bytes:
    """Return the astronaut as libheif's heif-enc wrote it with x265; the decoder-only build that ships cannot."""
    return Path(__file__).with_name("astronaut.heic").read_bytes()


def oriented_jpeg(orientation: int) -> bytes:
    """The portrait stored turned, with the EXIF orientation (1-8) that turns it back."""
    store = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    image = Image.fromarray(astronaut())
    exif = Image.Exif()
    exif[0x0112] = orientation
    return pillow(image if store is None else image.transpose(store), "JPEG", quality=95, exif=exif)


def png_claiming(width: int, height: int) -> bytes:
    """A whole, valid PNG of width x height black pixels, one bit each: 240 Mpx in about 30 KB."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = bytes(1 + (width + 7) // 8) * height
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def with_dark_glasses(rgb: Rgb, eyes: tuple[tuple[int, int], tuple[int, int]], radius: int) -> Rgb:
    """Draw two black lenses and a bridge over the eyes, given as (x, y)."""
    drawn = rgb.copy()
    for eye in eyes:
        cv2.ellipse(drawn, eye, (radius, round(radius * 0.8)), 0, 0, 360, (12, 12, 14), -1, cv2.LINE_AA)
    cv2.line(drawn, eyes[0], eyes[1], (12, 12, 14), max(2, radius // 5), cv2.LINE_AA)
    return drawn


# Where the astronaut's eyes are, (x, y).
ASTRONAUT_EYES = ((204, 102), (247, 104))
