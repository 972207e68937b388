"""The crop's geometry, pixel by pixel where it can be said."""

import numpy as np
import pytest
from ekyc_vision.crop import DEFAULT_GEOMETRY, CropGeometry, crop_face
from ekyc_vision.faces import Box

from tests.pictures import astronaut


def test_the_default_contract() -> None:
    assert CropGeometry("mesh-square", 1, 128, 1.2) == DEFAULT_GEOMETRY


def test_a_crop_of_the_models_size_is_a_copy_of_the_pixels() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (200, 300, 3), np.uint8)
    crop = crop_face(picture, Box(100, 50, 140, 90), CropGeometry(size=40, margin=1.0))
    np.testing.assert_array_equal(crop, picture[50:90, 100:140])


def test_the_square_is_the_longer_side_times_the_margin_about_the_centre() -> None:
    picture = np.zeros((400, 400, 3), np.uint8)
    picture[140:260, 140:260] = 255
    crop = crop_face(picture, Box(180, 150, 220, 250), CropGeometry(size=120, margin=1.2))
    assert (crop == 255).all()
    assert not (crop_face(picture, Box(180, 150, 220, 250), CropGeometry(size=122, margin=1.22)) == 255).all()


def test_beyond_the_border_the_border_is_repeated() -> None:
    picture = np.full((50, 50, 3), 10, np.uint8)
    picture[:, 0] = 200
    crop = crop_face(picture, Box(-20, 10, 20, 50), CropGeometry(size=40, margin=1.0))
    assert (crop[:, :20] == 200).all()
    assert (crop[:, 22:] == 10).all()


def test_shrinking_averages_and_makes_no_moire() -> None:
    checks = (np.indices((512, 512)).sum(axis=0) % 2 * 255).astype(np.uint8)
    crop = crop_face(np.repeat(checks[..., None], 3, axis=2), Box(0, 0, 512, 512), CropGeometry(size=128, margin=1.0))
    assert crop.std() < 2


def test_the_same_pixels_each_time() -> None:
    box = Box(178.3, 72.0, 271.9, 175.5)
    one, other = crop_face(astronaut(), box), crop_face(astronaut().copy(), box)
    assert one.shape == (128, 128, 3)
    np.testing.assert_array_equal(one, other)
    assert one.mean() == pytest.approx(139.7, abs=8)


@pytest.mark.parametrize("box", [Box(10, 10, 10, 10), Box(600, 0, 700, 100), Box(0, -300, 100, -200)])
def test_a_box_that_holds_nothing_is_an_error(box: Box) -> None:
    with pytest.raises(ValueError, match="box"):
        crop_face(astronaut(), box)
