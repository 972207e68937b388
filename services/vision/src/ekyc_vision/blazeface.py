"""BlazeFace, short range: where faces within about two metres are (Bazarevsky et al., 2019, arXiv:1907.05047)."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ekyc_vision.mediapipe_models import TfliteModel
from ekyc_vision.picture import Rgb
from ekyc_vision.roi import Roi

SIZE = 128
# (cells a side, anchors a cell): strides 8 and 16 of MediaPipe's short-range SSD anchor options.
GRIDS = ((16, 2), (8, 6))
OVERLAP = 0.3


def anchors() -> NDArray[np.float32]:
    """Return the 896 anchor centres, x and y in units of the input side."""
    centres = [
        np.repeat(np.stack(np.meshgrid(cells, cells), axis=-1).reshape(-1, 2), count, axis=0)
        for side, count in GRIDS
        for cells in [(np.arange(side, dtype=np.float32) + 0.5) / side]
    ]
    return np.concatenate(centres)


@dataclass(frozen=True, slots=True)
class Detection:
    """A face, in pixels of the picture.

    Attributes:
        score: 0 to 1.
        box: 2 x 2: top left, bottom right.
        keypoints: 6 x 2; the first two are the person's right and left eye.
    """

    score: float
    box: NDArray[np.float32]
    keypoints: NDArray[np.float32]


def overlaps(box: NDArray[np.float32], boxes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the intersection over union of one box (4) with others (n x 4), each left, top, right, bottom."""
    low = np.maximum(box[:2], boxes[:, :2])
    high = np.minimum(box[2:], boxes[:, 2:])
    intersection = np.prod(np.clip(high - low, 0, None), axis=1)
    areas = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    union = float(np.prod(box[2:] - box[:2])) + areas - intersection
    return np.asarray(intersection / np.maximum(union, 1e-9), np.float32)


class BlazeFace:
    """The detector and its weighted non-maximum suppression."""

    def __init__(self, *, confidence: float) -> None:
        """Load the graph; detections below ``confidence`` (0 to 1, exclusive) are dropped."""
        self._model = TfliteModel("face_detection/face_detection_short_range.tflite", mean=127.5, scale=127.5)
        self._anchors = anchors()
        self._logit = float(np.log(confidence / (1 - confidence)))

    def detect(self, rgb: Rgb) -> list[Detection]:
        """Return the faces of an upright RGB picture, most certain first."""
        height, width = rgb.shape[:2]
        frame = Roi(width / 2, height / 2, max(width, height))
        output = self._model.run(frame.sample(rgb, SIZE, cv2.BORDER_CONSTANT))
        logits = output["classificators"][0, :, 0]
        likely = np.flatnonzero(logits > self._logit)
        if not likely.size:
            return []
        likely = likely[np.argsort(-logits[likely])]
        scores = 1 / (1 + np.exp(-logits[likely]))
        raw = output["regressors"][0, likely] / SIZE
        centres = raw[:, :2] + self._anchors[likely]
        keypoints = raw[:, 4:].reshape(-1, 6, 2) + self._anchors[likely, np.newaxis]
        boxes = np.concatenate([centres - raw[:, 2:4] / 2, centres + raw[:, 2:4] / 2], axis=1)

        origin = np.array([frame.x - frame.side / 2, frame.y - frame.side / 2], np.float32)
        found = []
        remaining = np.arange(len(likely))
        while remaining.size:
            best = remaining[0]
            same = overlaps(boxes[best], boxes[remaining]) > OVERLAP
            same[0] = True  # even a degenerate box ends the loop
            group, remaining = remaining[same], remaining[~same]
            weights = scores[group] / scores[group].sum()
            corners = np.concatenate([boxes[group].reshape(-1, 2, 2), keypoints[group]], axis=1)
            points = np.tensordot(weights, corners, axes=1) * np.float32(frame.side) + origin
            found.append(Detection(float(scores[best]), points[:2], points[2:]))
        return found
