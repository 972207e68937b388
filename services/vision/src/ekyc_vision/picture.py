"""A decoded picture."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Rgb = NDArray[np.uint8]
"""Height x width x 3, uint8, red first, upright."""


@dataclass(frozen=True, slots=True)
class Picture:
    """An upright RGB picture and what its file said of itself.

    Attributes:
        rgb: Height x width x 3, uint8. A large JPEG is decoded at a fraction of its resolution.
        width: Pixels of the upright picture at native resolution.
        height: Pixels of the upright picture at native resolution.
        format: "jpeg", "png", "webp" or "heif".
    """

    rgb: Rgb
    width: int
    height: int
    format: str

    @property
    def scale(self) -> float:
        """Native pixels a pixel of ``rgb``: 1.0, or about 2, 4 or 8 where the decoder reduced."""
        return self.width / int(self.rgb.shape[1])
