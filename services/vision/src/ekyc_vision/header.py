"""What a file says of itself before a pixel is decoded."""

from dataclasses import dataclass

from ekyc_vision.error import DecodeError, Reason

# ISO 14496-12 brands of still HEVC pictures; "mif1" alone may hold any codec, so one of these must be listed.
_HEVC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"})
_MOST_BRANDS = 64


@dataclass(frozen=True, slots=True)
class Header:
    """The size a file declares.

    Attributes:
        format: "jpeg", "png", "webp" or "heif".
        width: Stored pixels a row, before `orientation`.
        height: Stored rows, before `orientation`.
        orientation: EXIF orientation, 1 (upright) to 8.
    """

    format: str
    width: int
    height: int
    orientation: int = 1

    @property
    def upright(self) -> tuple[int, int]:
        """Width and height after `orientation`."""
        return (self.height, self.width) if self.orientation > 4 else (self.width, self.height)  # noqa: PLR2004 - 5 to 8 turn by a quarter


def sniff(data: bytes) -> str:
    """Return the format by the first bytes: "jpeg", "png", "webp" or "heif".

    Raises:
        DecodeError: Empty, or of any other type (a picture further inside the bytes does not count).
    """
    if not data:
        raise DecodeError(Reason.EMPTY)
    if data.startswith(b"\xff\xd8"):
        return "jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "webp"
    if data[4:8] == b"ftyp":
        brands = data[8 : min(int.from_bytes(data[:4], "big"), 4 * _MOST_BRANDS)]
        listed = {brands[at : at + 4] for at in range(0, len(brands), 4)}
        if listed & _HEVC_BRANDS and not brands.startswith((b"avif", b"avis")):
            return "heif"
    raise DecodeError(Reason.TYPE_UNSUPPORTED)
