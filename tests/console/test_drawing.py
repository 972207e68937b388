"""The picture that the page shows: upright, small enough, drawn on."""

import io

import numpy as np
import pytest
from ekyc_console.answer import Box, Face, Picture, Point
from ekyc_console.drawing import LONGEST, PictureUnreadableError, draw
from PIL import Image

from tests.pictures import astronaut, jpeg, oriented_jpeg, pillow, png

UPRIGHT = Picture(width=512, height=512, format="jpeg")
FACE = Face(
    box=Box(left=177, top=65, right=271, bottom=179),
    crop=Box(left=150, top=50, right=298, bottom=198),
    landmarks={"nose": Point(x=228, y=126)},
)


def opened(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)), np.int16)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_photo_is_shown_upright(orientation: int) -> None:
    drawn = draw(oriented_jpeg(orientation), UPRIGHT, FACE)
    straight = draw(png(astronaut()), UPRIGHT, FACE)
    assert np.abs(opened(drawn.whole) - opened(straight.whole)).mean() < 3
    assert drawn.crop is not None
    assert straight.crop is not None
    assert np.abs(opened(drawn.crop) - opened(straight.crop)).mean() < 3


def test_lines_are_where_the_face_is_and_nowhere_else() -> None:
    plain, drawn = (
        opened(draw(png(astronaut()), UPRIGHT, None).whole),
        opened(draw(png(astronaut()), UPRIGHT, FACE).whole),
    )
    moved = np.abs(plain - drawn).max(axis=2) > 60
    assert moved[65, 200]
    assert moved[100, 177]
    assert moved[126, 228]
    assert not moved[:45].any()
    assert not moved[:, 310:].any()


def test_a_large_picture_is_made_smaller_and_the_face_with_it() -> None:
    large = pillow(Image.fromarray(astronaut()).resize((4096, 4096)), "JPEG", quality=85)
    times = 8
    box = Box(**{side: value * times for side, value in FACE.box.model_dump().items()})
    drawn = draw(large, Picture(width=4096, height=4096, format="jpeg"), FACE.model_copy(update={"box": box}))
    assert opened(drawn.whole).shape == (LONGEST, LONGEST, 3)


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_other_colours_are_shown_too(mode: str) -> None:
    data = pillow(Image.fromarray(astronaut()).convert(mode), "JPEG")
    assert opened(draw(data, UPRIGHT, FACE).whole).shape == (512, 512, 3)


@pytest.mark.parametrize("data", [b"", b"no picture", jpeg(astronaut())[:2000]])
def test_what_cannot_be_decoded_is_said(data: bytes) -> None:
    with pytest.raises(PictureUnreadableError):
        draw(data, UPRIGHT, None)
