"""A JPEG's marker segments (ITU-T T.81, annex B; Exif 2.32, section 4.5)."""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from ekyc_vision.decode_error import DecodeError, Unreadable

PREFIX, SOI, EOI, SOS, APP1 = 0xFF, 0xD8, 0xD9, 0xDA, 0xE1
LENGTH_BYTES = 2
MOST_SCANS = 32
# In entropy-coded data FF is followed by a zero or a restart marker; anything else is a segment (T.81, B.1.1.5).
NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
STANDALONE = {0x01, *range(0xD0, 0xD8)}
# Start of frame: every 0xC? but DHT (C4), JPG (C8) and DAC (CC).
FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
ORIENTATION = 0x0112


@dataclass(frozen=True, slots=True)
class JpegFrame:
    """What the segments before the first scan tell.

    Attributes:
        width: Stored pixels.
        height: Stored pixels.
        components: 1 grey, 3 YCbCr or RGB, 4 CMYK or YCCK.
        precision: Bits a sample.
        orientation: EXIF orientation, 1 to 8; 1 where there is none.
        scan: Offset of the first scan.
    """

    width: int
    height: int
    components: int
    precision: int
    orientation: int
    scan: int


def segments(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield the marker, the offset and the content of each segment up to the first scan.

    Raises:
        DecodeError: The file ends before the scan, or is not a sequence of segments.
    """
    at = 2
    while True:
        while data[at : at + 2] == b"\xff\xff":  # fill bytes
            at += 1
        if at + 4 > len(data):
            raise DecodeError(Unreadable.TRUNCATED)
        prefix, marker = data[at : at + 2]
        if marker in STANDALONE:
            at += 2
            continue
        length = int.from_bytes(data[at + 2 : at + 4])
        if prefix != PREFIX or length < LENGTH_BYTES or marker in {SOI, EOI}:
            raise DecodeError(Unreadable.CORRUPT)
        segment = data[at + 4 : at + 2 + length]
        if len(segment) < length - LENGTH_BYTES:
            raise DecodeError(Unreadable.TRUNCATED)
        yield marker, at, segment
        if marker == SOS:
            return
        at += 2 + length


def read_jpeg(data: bytes) -> JpegFrame:
    """Read what comes before the first scan.

    Raises:
        DecodeError: The file ends before the scan, is not a sequence of segments, or has no frame.
    """
    orientation, frame, scan = 1, b"", 0
    for marker, at, segment in segments(data):
        if marker in FRAMES:
            frame = segment
        elif marker == APP1 and segment.startswith(b"Exif\0\0") and orientation == 1:
            orientation = exif_orientation(segment[6:])
        scan = at
    try:
        precision, height, width, components = struct.unpack_from(">BHHB", frame)
    except struct.error as error:
        raise DecodeError(Unreadable.CORRUPT) from error
    return JpegFrame(width, height, components, precision, orientation, scan)


def exif_orientation(tiff: bytes) -> int:
    """Return the orientation, 1 to 8, of an Exif block that starts at its TIFF header; 1 where it is not readable."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return 1
    try:
        (directory,) = struct.unpack_from(order + "I", tiff, 4)
        (count,) = struct.unpack_from(order + "H", tiff, directory)
        for entry in range(min(count, 512)):
            tag, kind, _, value = struct.unpack_from(order + "HHIH", tiff, directory + 2 + entry * 12)
            if tag == ORIENTATION and kind == 3:  # noqa: PLR2004 - SHORT
                return value if 1 <= value <= 8 else 1  # noqa: PLR2004
    except struct.error:
        return 1
    return 1


def follow_scans(data: bytes, scan: int) -> None:
    """Walk from the first scan to the end of the image; what follows it does not matter.

    A decoder passes over the whole picture once a scan, however few bytes the scan holds, so their number is bounded:
    1,500 scans in 69 kB kept libjpeg busy for 11 s. Encoders write about ten. Whether a scan holds all that its part
    of the picture needs is not seen here, nor does libjpeg say so: it paints what is missing grey.

    Args:
        data: The whole file.
        scan: Offset of the first scan's marker.

    Raises:
        DecodeError: The file ends before the image does, or has too many scans.
    """
    at, scans = scan + 2, 1
    while True:
        length = int.from_bytes(data[at : at + 2])
        if length < LENGTH_BYTES:
            raise DecodeError(Unreadable.CORRUPT if at + 2 <= len(data) else Unreadable.TRUNCATED)
        found = NEXT_MARKER.search(data, at + length)
        if found is None:
            raise DecodeError(Unreadable.TRUNCATED)
        marker, at = data[found.end() - 1], found.end()
        if marker == EOI:
            return
        scans += marker == SOS
        if scans > MOST_SCANS:
            raise DecodeError(Unreadable.CORRUPT)
