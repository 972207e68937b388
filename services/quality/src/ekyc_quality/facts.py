"""What several measures need to know of a picture, computed once and only when asked for."""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from ekyc_vision.faces import Face
from ekyc_vision.picture import Picture, Rgb
from numpy.typing import NDArray

from ekyc_quality.patch import Gray, Mask, Patch, cut_patch
from ekyc_quality.pose import CHIN, Pose, pose_of

Points = NDArray[np.float32]
"""n x 2 (x, y)."""


@dataclass(frozen=True, slots=True)
class EyeIndices:
    """Landmark numbers of one eye: its corners, and three points of each lid from the outer to the inner corner."""

    outer: int
    inner: int
    upper: tuple[int, int, int]
    lower: tuple[int, int, int]


RIGHT_EYE = EyeIndices(33, 133, (160, 159, 158), (144, 145, 153))
LEFT_EYE = EyeIndices(263, 362, (387, 386, 385), (373, 374, 380))

NOSE_TIP = 1
MOUTH_CORNERS = (61, 291)

RIGHT_CHEEK = (117, 118, 101, 205, 187, 123)
LEFT_CHEEK = (346, 347, 330, 425, 411, 352)


class NoFaceError(Exception):
    """The measure needs a face and the picture has none."""


class Facts:
    """A picture and its faces, largest first; every property is computed at most once.

    A property that cannot be computed raises, and only the measures that read it are not assessed.
    Lengths are in pixels of ``picture.rgb`` unless a name says native.
    """

    def __init__(self, picture: Picture, faces: list[Face]) -> None:
        self.picture = picture
        self.faces = faces

    @property
    def face(self) -> Face:
        """The largest face.

        Raises:
            NoFaceError: There is none.
        """
        if not self.faces:
            raise NoFaceError
        return self.faces[0]

    @cached_property
    def pose(self) -> Pose:
        """How the head is turned, in degrees."""
        return pose_of(self.face.landmarks)

    @cached_property
    def eyes(self) -> Points:
        """Centres of the person's right and left eye: 2 x 2, midway between the corners (ISO/IEC 29794-5)."""
        points = self.face.landmarks[:, :2]
        return np.stack([(points[eye.outer] + points[eye.inner]) / 2 for eye in (RIGHT_EYE, LEFT_EYE)])

    @property
    def five_landmarks(self) -> Points:
        """Centre of the right and the left eye, nose tip, right and left corner of the mouth: 5 x 2."""
        return np.vstack([self.eyes, self.face.landmarks[[NOSE_TIP, *MOUTH_CORNERS], :2]])

    @cached_property
    def eye_distance(self) -> float:
        """Between the eye centres (ISO/IEC 29794-5: IED)."""
        return float(np.linalg.norm(self.eyes[1] - self.eyes[0]))

    @property
    def native_eye_distance(self) -> float:
        """IED in pixels of the picture as it was taken."""
        return self.eye_distance * self.picture.scale

    @cached_property
    def frontal_eye_distance(self) -> float:
        """IED as it would be if the head were not turned aside: IED / cos(yaw)."""
        return self.eye_distance / max(float(np.cos(np.radians(self.pose.yaw))), 0.25)

    @cached_property
    def chin_distance(self) -> float:
        """From midway between the eyes to the chin (ISO/IEC 29794-5: T)."""
        return float(np.linalg.norm(self.face.landmarks[CHIN, :2] - self.eyes.mean(axis=0)))

    @cached_property
    def patch(self) -> Patch:
        """The face upright at a fixed size."""
        return cut_patch(self.picture.rgb, self.face.landmarks, self.eyes, self.frontal_eye_distance)

    @cached_property
    def rgb(self) -> Rgb:
        """The patch in colour: PATCH_SIZE x PATCH_SIZE x 3, uint8."""
        return self.patch.rgb

    @cached_property
    def luminance(self) -> Gray:
        """The patch's luma (Rec. 601, gamma-coded): PATCH_SIZE x PATCH_SIZE, uint8."""
        return np.asarray(cv2.cvtColor(self.patch.rgb, cv2.COLOR_RGB2GRAY), np.uint8)

    @cached_property
    def ycrcb(self) -> Rgb:
        """The patch as Y', Cr, Cb (ITU-R BT.601, full range): PATCH_SIZE x PATCH_SIZE x 3, uint8."""
        return np.asarray(cv2.cvtColor(self.patch.rgb, cv2.COLOR_RGB2YCrCb), np.uint8)

    @property
    def mask(self) -> Mask:
        """255 inside the face oval (and the picture), else 0: PATCH_SIZE x PATCH_SIZE, uint8."""
        return self.patch.mask

    @cached_property
    def inner_mask(self) -> Mask:
        """The mask without its rim, where face and background mix."""
        return np.asarray(cv2.erode(self.mask, np.ones((7, 7), np.uint8), borderValue=0), np.uint8)

    def region(self, outline: tuple[int, ...]) -> Mask:
        """255 inside the hull of some landmarks (and the picture), else 0: PATCH_SIZE x PATCH_SIZE, uint8."""
        mask = np.zeros_like(self.mask)
        cv2.fillConvexPoly(mask, cv2.convexHull(np.round(self.patch.landmarks[list(outline)]).astype(np.int32)), 255)
        return mask & self.mask

    @cached_property
    def cheeks(self) -> tuple[Mask, Mask]:
        """The person's right and left cheek.

        Raises:
            ValueError: One of them is not in the picture.
        """
        right, left = self.region(RIGHT_CHEEK), self.region(LEFT_CHEEK)
        if not (right.any() and left.any()):
            raise ValueError("a cheek is not in the picture")
        return right, left

    @cached_property
    def histogram(self) -> NDArray[np.float64]:
        """Shares of the face's pixels a luminance level: 256 numbers that sum to 1.

        Raises:
            ValueError: No pixel of the face is inside the picture.
        """
        counts = np.bincount(self.luminance[self.mask > 0], minlength=256)
        total = counts.sum()
        if total == 0:
            raise ValueError("no pixel of the face is inside the picture")
        return np.asarray(counts / total, np.float64)
