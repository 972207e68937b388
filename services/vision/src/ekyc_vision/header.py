"""What a file says of itself, read without decoding a pixel."""

import struct
from dataclasses import dataclass

from ekyc_vision.decode_error import DecodeError, Unreadable
from ekyc_vision.jpeg import read_jpeg

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
AVIF_BRANDS = {b"avif", b"avis"}


@dataclass(frozen=True, slots=True)
class Header:
    """Type and size.

    Attributes:
        format: "jpeg", "png", "webp" or "heif".
        width: Stored pixels, before any EXIF turn.
        height: Stored pixels, before any EXIF turn.
    """

    format: str
    width: int
    height: int


def read_header(data: bytes) -> Header:
    """Return the type and size of a file by its first bytes; its name and media type do not matter.

    Raises:
        DecodeError: Not a JPEG, PNG, WebP or HEIF file, or its header is truncated or corrupt.
    """
    if data[:3] == b"\xff\xd8\xff":
        frame = read_jpeg(data)
        return Header("jpeg", frame.width, frame.height)
    if data[:8] == PNG_SIGNATURE:
        return _png(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _webp(data)
    if data[4:8] == b"ftyp" and _is_heif(data):
        return _heif(data)
    raise DecodeError(Unreadable.TYPE_UNSUPPORTED)


def _png(data: bytes) -> Header:
    if len(data) < 33:  # noqa: PLR2004 - signature, then the IHDR chunk
        raise DecodeError(Unreadable.TRUNCATED)
    if data[12:16] != b"IHDR":
        raise DecodeError(Unreadable.CORRUPT)
    width, height = struct.unpack_from(">II", data, 16)
    return Header("png", width, height)


def _webp(data: bytes) -> Header:
    if len(data) < 30:  # noqa: PLR2004 - RIFF header, chunk header, the longest of the three size fields
        raise DecodeError(Unreadable.TRUNCATED)
    if len(data) < int.from_bytes(data[4:8], "little") + 8:
        raise DecodeError(Unreadable.TRUNCATED)
    match data[12:16]:
        case b"VP8X":
            width, height = (1 + int.from_bytes(data[at : at + 3], "little") for at in (24, 27))
        case b"VP8L":
            bits = int.from_bytes(data[21:25], "little")
            width, height = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        case b"VP8 ":
            width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", data, 26))
        case _:
            raise DecodeError(Unreadable.CORRUPT)
    return Header("webp", width, height)


def _is_heif(data: bytes) -> bool:
    """Whether the ftyp box names HEVC pictures and not AVIF."""
    size = min(int.from_bytes(data[:4]), 256)
    brands = {data[8:12], *(data[at : at + 4] for at in range(16, size, 4))}
    return bool(brands & HEIF_BRANDS) and not brands & AVIF_BRANDS


def _heif(data: bytes) -> Header:
    from pi_heif import open_heif  # noqa: PLC0415 - most pictures are not HEIF

    try:
        file = open_heif(data, convert_hdr_to_8bit=True)
    except (ValueError, EOFError, SyntaxError, RuntimeError, IndexError) as error:
        raise DecodeError(Unreadable.TRUNCATED if isinstance(error, EOFError) else Unreadable.CORRUPT) from error
    width, height = file.size
    return Header("heif", width, height)
