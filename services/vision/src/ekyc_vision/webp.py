"""WebP, still or the first frame of an animation, by libwebp through Pillow."""

from collections.abc import Iterator
from io import BytesIO

from PIL.WebPImagePlugin import WebPImageFile

from ekyc_vision import exif
from ekyc_vision.error import DecodeError, Reason
from ekyc_vision.flatten import flatten
from ekyc_vision.header import Header
from ekyc_vision.picture import Rgb

_MOST_CHUNKS = 4096


def read_header(data: bytes) -> Header:
    """Read the size of the canvas (VP8X) or of the only frame, and the orientation from EXIF.

    Raises:
        DecodeError: The RIFF container is longer than the data, or no size is found.
    """
    if len(data) < 30 or int.from_bytes(data[4:8], "little") + 8 > len(data):  # noqa: PLR2004 - the longest of the headers
        raise DecodeError(Reason.TRUNCATED)
    width, height = _size(data[12:16], data[20:30])
    turned = 1
    for kind, body in _chunks(data):
        if kind == b"EXIF":
            turned = exif.orientation(body)
            break
    return Header("webp", width, height, turned)


def decode(data: bytes) -> Rgb:
    """Decode the first frame."""
    return flatten(WebPImageFile(BytesIO(data)))


def _size(kind: bytes, body: bytes) -> tuple[int, int]:
    """Read a size from the first chunk (RFC 9649, sections 2.5 to 2.7; RFC 6386, section 9.1)."""
    if kind == b"VP8X":
        return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
    if kind == b"VP8L" and body[0] == 0x2F:  # noqa: PLR2004 - its signature
        bits = int.from_bytes(body[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
        width, height = (int.from_bytes(body[at : at + 2], "little") & 0x3FFF for at in (6, 8))
        if width and height:
            return width, height
    raise DecodeError(Reason.CORRUPT, "no size")


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield type and content of the chunks of the container."""
    start = 12
    for _ in range(_MOST_CHUNKS):
        if start + 8 > len(data):
            return
        length = int.from_bytes(data[start + 4 : start + 8], "little")
        yield data[start : start + 4], data[start + 8 : start + 8 + length]
        start += 8 + length + length % 2
    raise DecodeError(Reason.CORRUPT, "too many chunks")
