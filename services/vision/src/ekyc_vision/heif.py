"""HEIC and HEIF with HEVC pixels, by libheif and libde265 (pi-heif carries no encoder)."""

from pi_heif import HeifFile, open_heif
from PIL import Image

from ekyc_vision.error import DecodeError, Reason
from ekyc_vision.flatten import flatten
from ekyc_vision.header import Header
from ekyc_vision.picture import Rgb


def read_header(data: bytes) -> tuple[Header, HeifFile]:
    """Let libheif read the boxes, and no pixel.

    libheif itself turns the picture as its boxes ask, so the size is upright and EXIF must not turn it again.

    Raises:
        DecodeError: A top-level box is longer than the data, or libheif finds no picture.
    """
    _walk_boxes(data)
    try:
        file = open_heif(data)
        width, height = file.size
    except (ValueError, EOFError, SyntaxError, RuntimeError, OSError, IndexError) as error:
        raise DecodeError(Reason.CORRUPT, str(error)) from error
    if not width or not height:
        raise DecodeError(Reason.CORRUPT, "no size")
    return Header("heif", width, height), file


def decode(file: HeifFile) -> Rgb:
    """Decode the primary picture; HDR is cut to eight bits."""
    image = file[file.primary_index]
    return flatten(Image.frombytes(image.mode, image.size, image.data, "raw", image.mode, image.stride))


def _walk_boxes(data: bytes) -> None:
    """Check that the top-level boxes are all there (ISO 14496-12, section 4.2)."""
    start = 0
    while start + 8 <= len(data):
        size = int.from_bytes(data[start : start + 4], "big")
        if size == 1:
            size = int.from_bytes(data[start + 8 : start + 16], "big")
        if size == 0:  # up to the end of the file
            return
        if size < 8:  # noqa: PLR2004 - a box holds at least its size and type
            raise DecodeError(Reason.CORRUPT, "a box shorter than its header")
        start += size
    if start > len(data):
        raise DecodeError(Reason.TRUNCATED)
