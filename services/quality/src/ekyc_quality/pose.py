"""How a head is turned, from its own three-dimensional landmarks."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Landmarks of the person's left and right that mirror each other: outer eye corners, temples, cheekbones, jaw.
LEFT = np.array([263, 356, 454, 361])
RIGHT = np.array([33, 127, 234, 132])
FOREHEAD, CHIN = 10, 152


@dataclass(frozen=True, slots=True)
class Pose:
    """Degrees.

    Attributes:
        yaw: Positive when the person turns to their own left.
        pitch: Positive when the head is raised.
        roll: Positive when the head leans towards the person's own left shoulder.
    """

    yaw: float
    pitch: float
    roll: float


def pose_of(landmarks: NDArray[np.float32]) -> Pose:
    """Read the head's turn off two lines of the face: right to left, and forehead to chin.

    The first is the mean of four mirrored pairs. The second joins the top of the forehead and the chin, which lie
    equally deep in a level face. Both exist in every face, so no model face and no camera matrix is needed; the
    landmarks' depth is in the unit of their x and y (weak perspective). The angles are those of
    R = roll about z, times yaw about y, times pitch about x.

    Args:
        landmarks: 468 x 3, z smaller towards the camera.

    Raises:
        ValueError: The landmarks are degenerate.
    """
    across = (landmarks[LEFT] - landmarks[RIGHT]).mean(axis=0, dtype=np.float64)
    down = landmarks[CHIN].astype(np.float64) - landmarks[FOREHEAD]
    length = np.linalg.norm(across)
    if not length > 0:
        raise ValueError("the landmarks have no width")
    x = across / length
    y = down - x * (down @ x)
    height = np.linalg.norm(y)
    if not height > 0:
        raise ValueError("the landmarks have no height")
    y /= height
    z = np.cross(x, y)
    yaw = np.arcsin(np.clip(x[2], -1, 1))
    pitch = np.arctan2(-y[2], z[2])
    roll = np.arctan2(x[1], x[0])
    return Pose(*(float(np.degrees(angle)) for angle in (yaw, pitch, roll)))
