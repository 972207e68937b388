"""A turned square of a picture, sampled to a model's input, as MediaPipe's ImageToTensorCalculator does."""

from dataclasses import dataclass
from math import cos, degrees, sin

import cv2
import numpy as np
from numpy.typing import NDArray

from ekyc_vision.picture import Rgb


@dataclass(frozen=True, slots=True)
class Roi:
    """A square of a picture.

    Attributes:
        x: Centre in pixels of the picture.
        y: Centre in pixels of the picture.
        side: In pixels of the picture.
        angle: Clockwise in radians (y points down).
    """

    x: float
    y: float
    side: float
    angle: float = 0.0

    def sample(self, rgb: Rgb, size: int, border: int) -> Rgb:
        """Return the square at size x size pixels, bilinear; ``border`` (cv2.BORDER_*) fills what lies outside."""
        corners = cv2.boxPoints(((self.x, self.y), (self.side, self.side), degrees(self.angle)))
        target = np.array([[0, size], [0, 0], [size, 0], [size, size]], np.float32)
        matrix = cv2.getPerspectiveTransform(corners, target)
        return np.asarray(
            cv2.warpPerspective(rgb, matrix, (size, size), flags=cv2.INTER_LINEAR, borderMode=border), np.uint8
        )

    def to_picture(self, points: NDArray[np.float32]) -> NDArray[np.float32]:
        """Map points of the square to the picture.

        Args:
            points: n x 3, in units of the square's side from its top left corner; z in the same unit.

        Returns:
            n x 3, in pixels of the picture.
        """
        turn = np.array([[cos(self.angle), -sin(self.angle)], [sin(self.angle), cos(self.angle)]], np.float32)
        flat = (points[:, :2] - 0.5) @ turn.T * self.side + np.array([self.x, self.y], np.float32)
        return np.column_stack([flat, points[:, 2] * self.side]).astype(np.float32)
