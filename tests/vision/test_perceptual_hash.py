"""Copies of a picture share nearly all bits, other pictures about half of them."""

import cv2
import numpy as np
import pytest
from ekyc_vision.decode import decode
from ekyc_vision.perceptual_hash import perceptual_hash
from skimage import data

from tests.pictures import Rgb, astronaut, jpeg


def distance(one: Rgb, other: Rgb) -> int:
    return (perceptual_hash(one) ^ perceptual_hash(other)).bit_count()


def scaled(size: int) -> Rgb:
    return np.asarray(cv2.resize(astronaut(), (size, size), interpolation=cv2.INTER_AREA), np.uint8)


@pytest.mark.parametrize(
    "copy",
    [
        decode(jpeg(astronaut(), 50)).rgb,
        scaled(256),
        scaled(1024),
        decode(jpeg(scaled(300), 30)).rgb,
        astronaut()[4:-4, 4:-4],
        np.clip(astronaut() * 1.1, 0, 255).astype(np.uint8),
    ],
    ids=["quality 50", "half", "twice", "small and poor", "trimmed", "brighter"],
)
def test_a_copy_is_near(copy: Rgb) -> None:
    assert distance(astronaut(), copy) <= 3


@pytest.mark.parametrize("name", ["chelsea", "coffee", "rocket", "mirrored"])
def test_another_picture_is_far(name: str) -> None:
    other = np.ascontiguousarray(astronaut()[:, ::-1]) if name == "mirrored" else getattr(data, name)()
    assert distance(astronaut(), other) > 16


def test_it_is_64_bits_of_any_picture() -> None:
    for rgb in (np.zeros((1, 1, 3), np.uint8), np.full((2000, 3, 3), 255, np.uint8), astronaut()):
        assert 0 <= perceptual_hash(rgb) < 2**64
