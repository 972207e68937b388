"""JPEG: a walk over its markers, then libjpeg-turbo through OpenCV (through Pillow for CMYK)."""

import re
from dataclasses import dataclass
from io import BytesIO

import cv2
import numpy as np
from PIL.JpegImagePlugin import JpegImageFile

from ekyc_vision import exif
from ekyc_vision.error import DecodeError, Reason
from ekyc_vision.flatten import flatten
from ekyc_vision.header import Header
from ekyc_vision.picture import Rgb

# ITU-T T.81, table B.1: baseline, extended and progressive Huffman. Others (lossless, arithmetic) no camera writes.
_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
_OTHER_FRAMES = frozenset(range(0xC3, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE = frozenset({0x01, *range(0xD0, 0xD8)})
_EOI, _SOS, _APP1 = 0xD9, 0xDA, 0xE1
_CMYK = 4
# A marker that ends entropy-coded data: neither a stuffed zero, nor a restart, nor a fill byte.
_END_OF_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")

_MOST_SEGMENTS = 4096
# Ten scans are usual. Each passes over the whole picture however few bytes it has, so many are a bomb.
_MOST_SCANS = 100

_REDUCED = {
    1: cv2.IMREAD_COLOR_RGB,
    2: cv2.IMREAD_COLOR_RGB | cv2.IMREAD_REDUCED_GRAYSCALE_2,
    4: cv2.IMREAD_COLOR_RGB | cv2.IMREAD_REDUCED_GRAYSCALE_4,
    8: cv2.IMREAD_COLOR_RGB | cv2.IMREAD_REDUCED_GRAYSCALE_8,
}


@dataclass(frozen=True, slots=True)
class JpegHeader(Header):
    """A JPEG's header.

    Attributes:
        components: 1 grey, 3 colour, 4 CMYK or YCCK.
        scan: Where its first scan starts: the offset of the length of its first SOS segment.
    """

    components: int = 3
    scan: int = 0


def read_header(data: bytes) -> JpegHeader:
    """Walk the segments up to the first scan.

    Raises:
        DecodeError: It ends before its first scan, or is no JPEG a camera writes.
    """
    at, turned, frame = 2, 0, None
    for _ in range(_MOST_SEGMENTS):
        marker, at = _marker(data, at)
        if marker in _BARE:
            continue
        end = _segment_end(data, at)
        if marker in _FRAMES:
            if frame is not None:
                raise DecodeError(Reason.CORRUPT, "a second frame")
            frame = data[at + 2 : end]
        elif marker in _OTHER_FRAMES or marker in (0xD8, _EOI):
            raise DecodeError(Reason.CORRUPT, f"marker 0x{marker:02x}")
        elif marker == _APP1 and not turned and data[at + 2 : at + 8] == b"Exif\0\0":
            turned = exif.orientation(data[at + 2 : end])
        elif marker == _SOS:
            return _header(frame, turned or 1, at)
        at = end
    raise DecodeError(Reason.CORRUPT, "too many segments")


def decode(data: bytes, header: JpegHeader, shortest_side: int) -> Rgb:
    """Decode at the largest reduction that leaves the shorter side at ``shortest_side`` pixels or more.

    Raises:
        DecodeError: Its last scan does not end, it has too many, or libjpeg gives up.
    """
    _walk_scans(data, header.scan)
    reduction = next((by for by in (8, 4, 2) if min(header.width, header.height) >= by * shortest_side), 1)
    if header.components == _CMYK:
        image = JpegImageFile(BytesIO(data))
        image.draft("CMYK", (-(-header.width // reduction), -(-header.height // reduction)))
        return flatten(image)
    rgb = cv2.imdecode(np.frombuffer(data, np.uint8), _REDUCED[reduction] | cv2.IMREAD_IGNORE_ORIENTATION)
    if rgb is None:
        raise DecodeError(Reason.CORRUPT)
    return rgb


def _header(frame: bytes | None, turned: int, scan: int) -> JpegHeader:
    """Read the frame segment: precision, height, width, components (T.81, B.2.2)."""
    if frame is None or len(frame) < 6:  # noqa: PLR2004 - up to the number of components
        raise DecodeError(Reason.CORRUPT, "a scan without a frame")
    precision, height, width, components = (
        frame[0],
        int.from_bytes(frame[1:3], "big"),
        int.from_bytes(frame[3:5], "big"),
        frame[5],
    )
    if precision != 8 or components not in (1, 3, _CMYK) or not width or not height:  # noqa: PLR2004 - bits
        raise DecodeError(Reason.CORRUPT, f"{precision} bits, {components} components, {width} x {height}")
    return JpegHeader("jpeg", width, height, turned, components, scan)


def _walk_scans(data: bytes, at: int) -> None:
    """Follow the scans to the end-of-image marker; libjpeg would paint the missing part grey instead."""
    scans = 1
    at = _segment_end(data, at)
    for _ in range(_MOST_SEGMENTS):
        found = _END_OF_SCAN.search(data, at)
        if found is None:
            raise DecodeError(Reason.TRUNCATED)
        marker, at = data[found.end() - 1], found.end()
        if marker == _EOI:
            return
        scans += marker == _SOS
        if scans > _MOST_SCANS:
            raise DecodeError(Reason.CORRUPT, "too many scans")
        at = _segment_end(data, at)
    raise DecodeError(Reason.CORRUPT, "too many segments")


def _marker(data: bytes, at: int) -> tuple[int, int]:
    """Return the marker at an offset and the offset behind it."""
    if data[at : at + 1] not in (b"\xff", b""):
        raise DecodeError(Reason.CORRUPT, "no marker where one is due")
    while data[at : at + 1] == b"\xff":
        at += 1
    if at >= len(data):
        raise DecodeError(Reason.TRUNCATED)
    return data[at], at + 1


def _segment_end(data: bytes, at: int) -> int:
    """Return where the segment ends whose length is stored at an offset."""
    length = int.from_bytes(data[at : at + 2], "big")
    if at + 2 > len(data) or at + length > len(data):
        raise DecodeError(Reason.TRUNCATED)
    if length < 2:  # noqa: PLR2004 - the length counts itself
        raise DecodeError(Reason.CORRUPT, "a segment shorter than its length")
    return at + length
