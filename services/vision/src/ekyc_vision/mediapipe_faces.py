"""MediaPipe's face mesh (BlazeFace short range, then the 468-point mesh; models ride in its wheel)."""

import os
from types import TracebackType
from typing import Self

import cv2
import numpy as np

from ekyc_vision.faces import Face
from ekyc_vision.picture import Rgb

# The detector sees 128 x 128 and the mesh 192 x 192 pixels, so a larger frame only costs time.
LONGEST_SIDE = 960


class MediaPipeFaces:
    """A FaceFinder on MediaPipe 0.10.21's legacy solution, which makes no network calls.

    Not thread-safe, and threads that each own one scale worse than processes that do (README, benchmark).
    """

    def __init__(self, *, most: int = 2, confidence: float = 0.5) -> None:
        """Load the graph.

        Args:
            most: Faces to look for; the second one answers "is there another person".
            confidence: Least score of the face detector, 0 to 1.
        """
        os.environ.setdefault("GLOG_minloglevel", "2")
        from mediapipe.python.solutions.face_mesh import FaceMesh  # noqa: PLC0415 - seconds to import

        self._mesh = FaceMesh(static_image_mode=True, max_num_faces=most, min_detection_confidence=confidence)

    def find(self, rgb: Rgb) -> list[Face]:
        """Return the faces of an upright RGB picture, largest box first; empty when there is none."""
        height, width = rgb.shape[:2]
        reduction = LONGEST_SIDE / max(height, width)
        frame = (
            cv2.resize(rgb, None, fx=reduction, fy=reduction, interpolation=cv2.INTER_AREA) if reduction < 1 else rgb
        )
        found = self._mesh.process(frame).multi_face_landmarks or []
        to_pixels = np.array([width, height, width], np.float32)
        faces = [
            Face(np.array([(point.x, point.y, point.z) for point in mesh.landmark], np.float32) * to_pixels)
            for mesh in found
        ]
        return sorted(faces, key=lambda face: face.box.area, reverse=True)

    def close(self) -> None:
        """Free the graph."""
        self._mesh.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
