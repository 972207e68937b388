"""The picture, upright, with what was seen drawn on it."""

import io
from dataclasses import dataclass

from pi_heif import register_heif_opener
from PIL import Image, ImageDraw, ImageOps, UnidentifiedImageError

from ekyc_console.answer import Box, Face, Picture

LONGEST = 1280
"""Pixels of the longer side that is shown."""
CYAN, YELLOW, WHITE, BLACK = "#00d5ff", "#ffd400", "#ffffff", "#000000"


class PictureUnreadableError(Exception):
    """The picture cannot be decoded here."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """JPEG files for the page.

    Attributes:
        whole: The upright picture with the face's box, its landmarks and the crop; at most `LONGEST` pixels long.
        crop: What the model saw; None where there was no face.
    """

    whole: bytes
    crop: bytes | None


def draw(data: bytes, picture: Picture, face: Face | None) -> Drawn:
    """Draw where the face is.

    Args:
        data: The file.
        picture: Its upright size, in whose pixels the face is given.
        face: What was found; None draws nothing.

    Raises:
        PictureUnreadableError: The file is no picture that this can decode.
    """
    plain = _upright(data)
    canvas = plain.copy()
    crop = None
    if face is not None:
        scale = plain.width / picture.width
        _mark(ImageDraw.Draw(canvas), face, scale, thick=max(2, max(plain.size) // 200))
        if face.crop is not None:
            # Outside the picture the crop is black, as the model sees it nearly.
            crop = _jpeg(plain.crop(_corners(face.crop, scale)).resize((256, 256), Image.Resampling.BICUBIC))
    return Drawn(_jpeg(canvas), crop)


def _upright(data: bytes) -> Image.Image:
    register_heif_opener()
    try:
        with Image.open(io.BytesIO(data)) as opened:
            opened.draft("RGB", (2 * LONGEST, 2 * LONGEST))
            # The smaller copy first: turning a phone's picture would cost more than all the rest.
            opened.thumbnail((LONGEST, LONGEST), Image.Resampling.BILINEAR)
            return ImageOps.exif_transpose(opened).convert("RGB")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError) as error:
        raise PictureUnreadableError from error


def _mark(pen: ImageDraw.ImageDraw, face: Face, scale: float, thick: int) -> None:
    """Light lines with a dark rim show on any picture."""
    for box, colour in ((face.crop, YELLOW), (face.box, CYAN)):
        if box is not None:
            left, top, right, bottom = _corners(box, scale)
            pen.rectangle((left - 1, top - 1, right + 1, bottom + 1), outline=BLACK, width=thick + 2)
            pen.rectangle((left, top, right, bottom), outline=colour, width=thick)
    for point in (face.landmarks or {}).values():
        x, y, radius = point.x * scale, point.y * scale, thick * 1.3
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=WHITE, outline=BLACK, width=1)


def _corners(box: Box, scale: float) -> tuple[int, int, int, int]:
    left, top, right, bottom = (round(side * scale) for side in (box.left, box.top, box.right, box.bottom))
    return left, top, max(right, left + 3), max(bottom, top + 3)


def _jpeg(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=88)
    return file.getvalue()
