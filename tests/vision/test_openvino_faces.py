"""OpenVinoFaces against MediaPipe's own framework on the same pictures."""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from ekyc_vision.blazeface import anchors, overlaps
from ekyc_vision.faces import Face
from ekyc_vision.finder import open_finder
from ekyc_vision.mediapipe_faces import MediaPipeFaces
from ekyc_vision.openvino_faces import OpenVinoFaces

from tests.pictures import Rgb, astronaut

PAD = Path(__file__).parents[3] / "shared" / "pad"


@pytest.fixture(scope="module")
def reference() -> Iterator[MediaPipeFaces]:
    with MediaPipeFaces() as finder:
        yield finder


@pytest.fixture(scope="module")
def finder() -> OpenVinoFaces:
    return OpenVinoFaces()


def distance(one: Face, other: Face) -> float:
    """Mean distance of the landmarks in the picture plane, as a share of the inter-eye distance."""
    eyes = one.landmarks[[33, 133], :2].mean(axis=0) - one.landmarks[[362, 263], :2].mean(axis=0)
    return float(np.linalg.norm(one.landmarks[:, :2] - other.landmarks[:, :2], axis=1).mean() / np.linalg.norm(eyes))


def turned(rgb: Rgb, degrees: float) -> Rgb:
    matrix = cv2.getRotationMatrix2D((225, 125), degrees, 1)
    return np.asarray(cv2.warpAffine(rgb, matrix, (512, 512)), np.uint8)


PICTURES: dict[str, Callable[[], Rgb]] = {
    "portrait": lambda: astronaut().copy(),
    "landscape": lambda: np.ascontiguousarray(astronaut()[:288]),
    "enlarged": lambda: np.asarray(cv2.resize(astronaut()[:288], (1280, 720)), np.uint8),
    "two faces": lambda: np.hstack([astronaut()[:, 100:400]] * 2),
    "turned left": lambda: turned(astronaut(), 25),
    "turned right": lambda: turned(astronaut(), -25),
    "at the border": lambda: np.ascontiguousarray(astronaut()[60:, 190:]),
    "no face": lambda: np.full((480, 640, 3), 127, np.uint8),
}


@pytest.mark.parametrize("name", PICTURES)
def test_the_same_faces_as_mediapipe(reference: MediaPipeFaces, finder: OpenVinoFaces, name: str) -> None:
    picture = PICTURES[name]()
    ours, theirs = finder.find(picture), reference.find(picture)
    assert len(ours) == len(theirs)
    for one in ours:
        assert min(distance(other, one) for other in theirs) < 0.01


@pytest.mark.shared
def test_the_same_faces_on_real_cameras(reference: MediaPipeFaces, finder: OpenVinoFaces) -> None:
    if not PAD.exists():
        pytest.skip("the research pictures are not here (../shared/pad)")
    with (PAD / "manifest.csv").open() as file:
        paths = [row["path"] for row in csv.DictReader(file)][::87]
    distances = []
    for path in paths:
        picture = np.asarray(cv2.imread(str(PAD / path), cv2.IMREAD_COLOR_RGB), np.uint8)
        ours, theirs = finder.find(picture), reference.find(picture)
        assert len(ours) == len(theirs), path
        distances += [distance(other, one) for one, other in zip(ours, theirs, strict=True)]
    assert len(distances) > 90
    assert np.median(distances) < 0.002
    assert np.percentile(distances, 99) < 0.03


def test_two_finders_by_name() -> None:
    assert isinstance(open_finder(), OpenVinoFaces)
    with MediaPipeFaces() as expected:
        other = open_finder("mediapipe")
        assert type(other) is type(expected)
        other.close()


def test_anchors_are_cell_centres() -> None:
    centres = anchors()
    assert centres.shape == (896, 2)
    np.testing.assert_allclose(centres[0], 0.5 / 16)
    np.testing.assert_allclose(centres[2], (1.5 / 16, 0.5 / 16))
    np.testing.assert_allclose(centres[-1], 7.5 / 8)


def test_overlap_is_intersection_over_union() -> None:
    box = np.array([0, 0, 2, 2], np.float32)
    others = np.array([[0, 0, 2, 2], [1, 0, 3, 2], [5, 5, 6, 6]], np.float32)
    np.testing.assert_allclose(overlaps(box, others), [1, 1 / 3, 0], atol=1e-6)
