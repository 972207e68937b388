"""The face cut out upright and at a fixed size, so that a measure means the same at every camera resolution."""

from dataclasses import dataclass

import cv2
import numpy as np
from ekyc_vision.picture import Rgb
from numpy.typing import NDArray

Gray = NDArray[np.uint8]
Mask = NDArray[np.uint8]

PATCH_SIZE = 128
PATCH_EYE_DISTANCE = 48
"""Pixels between the eyes: about the smallest that the gate accepts, so that hardly any face is enlarged."""
PATCH_EYES = (64.0, 46.0)
"""Where the point midway between the eyes lies."""

OVAL = np.array(
    [10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
     152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109]
)  # fmt: skip
"""The outline of the face, in order."""


@dataclass(frozen=True, slots=True)
class Patch:
    """The aligned face.

    Attributes:
        rgb: PATCH_SIZE x PATCH_SIZE x 3, uint8.
        mask: PATCH_SIZE x PATCH_SIZE, uint8: 255 inside the face oval and the picture.
        landmarks: 468 x 2, float32: x and y in pixels of the patch.
    """

    rgb: Rgb
    mask: Mask
    landmarks: NDArray[np.float32]


def cut_patch(rgb: Rgb, landmarks: NDArray[np.float32], eyes: NDArray[np.float32], eye_distance: float) -> Patch:
    """Turn the face upright, scale it to PATCH_EYE_DISTANCE and cut it out.

    A large face is first averaged down by a whole factor: sampling it directly would alias.

    Args:
        rgb: The picture.
        landmarks: 468 x 3 in pixels of ``rgb``.
        eyes: 2 x 2, the eye centres.
        eye_distance: What becomes PATCH_EYE_DISTANCE.

    Raises:
        ValueError: The eyes coincide, or an eye lies outside the picture.
    """
    height, width = rgb.shape[:2]
    if eye_distance <= 0 or (eyes < 0).any() or (eyes >= (width, height)).any():
        raise ValueError("the eyes are not inside the picture")
    across = (eyes[1] - eyes[0]) / np.linalg.norm(eyes[1] - eyes[0])
    turn = np.array([[across[0], across[1]], [-across[1], across[0]]], np.float64)
    scale = PATCH_EYE_DISTANCE / eye_distance
    linear = turn * scale
    to_patch = np.column_stack([linear, np.array(PATCH_EYES) - linear @ eyes.mean(axis=0)])
    moved = (landmarks[:, :2] @ to_patch[:, :2].T + to_patch[:, 2]).astype(np.float32)

    source, from_source = _shrink(rgb, to_patch, int(1 / scale))
    patch = cv2.warpAffine(
        source, from_source, (PATCH_SIZE, PATCH_SIZE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    mask = np.zeros((PATCH_SIZE, PATCH_SIZE), np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(np.round(moved[OVAL]).astype(np.int32)), 255)
    points = landmarks[OVAL, :2]
    if (points < 0).any() or (points > (width, height)).any():
        inside = np.full(source.shape[:2], 255, np.uint8)
        seen = cv2.warpAffine(inside, from_source, (PATCH_SIZE, PATCH_SIZE), flags=cv2.INTER_NEAREST)
        mask = np.asarray(cv2.bitwise_and(mask, seen), np.uint8)
    return Patch(rgb=np.asarray(patch, np.uint8), mask=mask, landmarks=moved)


def _shrink(rgb: Rgb, to_patch: NDArray[np.float64], factor: int) -> tuple[Rgb, NDArray[np.float64]]:
    """Average the part of the picture that the patch shows down by a whole factor; adapt the transform."""
    if factor <= 1:
        return rgb, to_patch
    to_picture = cv2.invertAffineTransform(to_patch)
    corners = np.array([[0, 0], [PATCH_SIZE, 0], [0, PATCH_SIZE], [PATCH_SIZE, PATCH_SIZE]], np.float64)
    corners = corners @ to_picture[:, :2].T + to_picture[:, 2]
    left, top = np.maximum(np.floor(corners.min(axis=0)), 0).astype(int)
    right, bottom = np.ceil(corners.max(axis=0)).astype(int)
    part = rgb[top:bottom, left:right]
    size = (max(part.shape[1] // factor, 1), max(part.shape[0] // factor, 1))
    shrunk = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
    zoom = np.array([part.shape[1] / size[0], part.shape[0] / size[1]])
    linear = to_patch[:, :2] * zoom
    # Pixel centres: the centre of the first averaged pixel lies (zoom - 1) / 2 pixels into the part.
    offset = to_patch[:, 2] + to_patch[:, :2] @ (np.array([left, top]) + (zoom - 1) / 2)
    return np.asarray(shrunk, np.uint8), np.column_stack([linear, offset])
