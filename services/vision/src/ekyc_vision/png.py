"""PNG: only the chunks that make the still picture reach the decoder."""

import zlib
from collections.abc import Iterator
from io import BytesIO

from PIL.PngImagePlugin import PngImageFile

from ekyc_vision import exif
from ekyc_vision.error import DecodeError, Reason
from ekyc_vision.flatten import flatten
from ekyc_vision.header import Header
from ekyc_vision.picture import Rgb

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# Text and colour profiles may be compressed bombs; animation frames are not wanted.
_PIXEL_CHUNKS = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
_MOST_CHUNKS = 65536


def read_header(data: bytes) -> Header:
    """Read the size from IHDR, which comes first, and the orientation from eXIf wherever it is.

    Raises:
        DecodeError: The file has no whole IHDR, or a side of zero.
    """
    if len(data) < 33:  # noqa: PLR2004 - signature, length, type, 13 bytes, checksum
        raise DecodeError(Reason.TRUNCATED)
    width, height = int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    if data[8:16] != b"\0\0\0\x0dIHDR" or not width or not height:
        raise DecodeError(Reason.CORRUPT, "no size")
    turned = 1
    for kind, start, end in _chunks(data):
        if kind == b"eXIf":
            turned = exif.orientation(data[start + 8 : end - 4])
            break
    return Header("png", width, height, turned)


def decode(data: bytes) -> Rgb:
    """Decode the still picture; of an animated PNG its default picture.

    Raises:
        DecodeError: It lacks its end, a checksum is wrong, or its pixels are not whole.
    """
    kept, ended = [_SIGNATURE], False
    for kind, start, end in _chunks(data):
        if end > len(data):
            break
        if kind in _PIXEL_CHUNKS:
            if zlib.crc32(data[start + 4 : end - 4]) != int.from_bytes(data[end - 4 : end], "big"):
                raise DecodeError(Reason.CORRUPT, f"checksum of {kind!r}")
            kept.append(data[start:end])
        ended = kind == b"IEND"
    if not ended:
        raise DecodeError(Reason.TRUNCATED)
    return flatten(PngImageFile(BytesIO(b"".join(kept))))


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield type, start and end (may lie behind the data) of every chunk up to IEND."""
    start = len(_SIGNATURE)
    for _ in range(_MOST_CHUNKS):
        if start + 8 > len(data):
            return
        kind = data[start + 4 : start + 8]
        end = start + 12 + int.from_bytes(data[start : start + 4], "big")
        yield kind, start, end
        if kind == b"IEND":
            return
        start = end
    raise DecodeError(Reason.CORRUPT, "too many chunks")
