"""Where the faces of a picture are: 468 landmarks each."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ekyc_vision.picture import Rgb


@dataclass(frozen=True, slots=True)
class Box:
    """An axis-aligned box in pixels; right and bottom are exclusive."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """Horizontal extent in pixels."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Vertical extent in pixels."""
        return self.bottom - self.top

    @property
    def area(self) -> float:
        """Square pixels."""
        return self.width * self.height


@dataclass(frozen=True, slots=True)
class Face:
    """One face.

    Attributes:
        landmarks: 468 x 3, float32: x and y in pixels of the picture it was found in, z in the same
            unit, smaller towards the camera. The order is MediaPipe's canonical face mesh.
    """

    landmarks: NDArray[np.float32]

    @property
    def box(self) -> Box:
        """The bounds of the landmarks; may reach outside the picture."""
        left, top = self.landmarks[:, :2].min(axis=0)
        right, bottom = self.landmarks[:, :2].max(axis=0)
        return Box(float(left), float(top), float(right), float(bottom))


class FaceFinder(Protocol):
    """Finds faces, largest first."""

    def find(self, rgb: Rgb) -> list[Face]:
        """Return the faces of an upright RGB picture, largest box first; empty when there is none."""

    def close(self) -> None:
        """Free the model."""
