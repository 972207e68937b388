"""MediaPipe's two face graphs on OpenVINO: the same landmarks for a third of the CPU time."""

from math import atan2

import cv2
import numpy as np

from ekyc_vision.blazeface import BlazeFace, Detection
from ekyc_vision.faces import Face
from ekyc_vision.mediapipe_models import TfliteModel
from ekyc_vision.picture import Rgb
from ekyc_vision.roi import Roi

SIZE = 192
LANDMARKS = "conv2d_21"
PRESENCE = "conv2d_31"
ENLARGEMENT = 1.5


def region_of(detection: Detection) -> Roi:
    """Return the square around a detection, turned so that the eyes are level (MediaPipe's detection-to-ROI step)."""
    (left, top), (right, bottom) = detection.box
    run, rise = detection.keypoints[1] - detection.keypoints[0]
    return Roi(
        x=float(left + right) / 2,
        y=float(top + bottom) / 2,
        side=float(max(right - left, bottom - top)) * ENLARGEMENT,
        angle=atan2(float(rise), float(run)),
    )


class OpenVinoFaces:
    """A FaceFinder; tests/vision/test_openvino_faces.py holds it to MediaPipeFaces' landmarks. Not thread-safe."""

    def __init__(self, *, most: int = 2, confidence: float = 0.5) -> None:
        """Load the graphs.

        Args:
            most: Faces to look for; the second one answers "is there another person".
            confidence: Least score of the detector and of the mesh's face presence, between 0 and 1.
        """
        self._most = most
        self._detector = BlazeFace(confidence=confidence)
        self._mesh = TfliteModel("face_landmark/face_landmark.tflite", mean=0.0, scale=255.0)
        self._presence = float(np.log(confidence / (1 - confidence)))

    def find(self, rgb: Rgb) -> list[Face]:
        """Return the faces of an upright RGB picture, largest box first; empty when there is none."""
        faces = [face for detection in self._detector.detect(rgb)[: self._most] if (face := self._face(rgb, detection))]
        return sorted(faces, key=lambda face: face.box.area, reverse=True)

    def _face(self, rgb: Rgb, detection: Detection) -> Face | None:
        region = region_of(detection)
        output = self._mesh.run(region.sample(rgb, SIZE, cv2.BORDER_REPLICATE))
        if output[PRESENCE].item() < self._presence:
            return None
        return Face(region.to_picture(output[LANDMARKS].reshape(-1, 3) / np.float32(SIZE)))

    def close(self) -> None:
        """Nothing to free."""
