"""The MiniFASNet pair of Silent-Face-Anti-Spoofing (minivision-ai, Apache-2.0): a peer, and a teacher.

It was trained on pictures that are not in the data here, and looks at 2.7 and 4 times the face. It is no part of what
ships.
"""

import hashlib
from pathlib import Path

import cv2
import numpy as np
import onnxruntime as ort
from ekyc_liveness.bundle import sha256_of
from ekyc_liveness.session import PROVIDERS, Provider, provider_settings
from ekyc_vision.faces import Box
from ekyc_vision.picture import Rgb
from numpy.typing import NDArray
from scipy.special import softmax

from ekyc_training.rows import DataError

# Each graph's file, and its view as a multiple of the face box.
GRAPHS = {"2.7_80x80_MiniFASNetV2.onnx": 2.7, "4_0_0_80x80_MiniFASNetV1SE.onnx": 4.0}
SIZE = 80
LIVE = 1


class MiniFasNet:
    """The two graphs, on the CPU provider, one thread."""

    def __init__(self, folder: Path) -> None:
        """Load both.

        Raises:
            DataError: One is not in the folder.
        """
        absent = [name for name in GRAPHS if not (folder / name).exists()]
        if absent:
            raise DataError(f"{folder} is no MiniFASNet pair: {', '.join(absent)} is missing")
        self.sha256 = pair_sha256(folder)
        self._views = [(times, open_graph(folder / name)) for name, times in GRAPHS.items()]

    def score(self, rgb: Rgb, box: Box) -> float:
        """Return P(bona fide), the mean of the two.

        Args:
            rgb: The whole picture: height x width x 3, uint8, RGB.
            box: Of the face, in pixels of ``rgb``.
        """
        said = []
        for times, session in self._views:
            (logits,) = session.run(None, {session.get_inputs()[0].name: as_input(cut_wide(rgb, box, times)[None])})
            said.append(float(softmax(logits[0])[LIVE]))
        return float(np.mean(said))


def open_graph(graph: Path | bytes, provider: Provider = "cpu") -> ort.InferenceSession:
    """Load a graph for one thread."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return ort.InferenceSession(graph, options, providers=[(PROVIDERS[provider], provider_settings(provider, 1))])


def as_input(views: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return what a graph takes: batch x 3 x `SIZE` x `SIZE`, BGR, 0 to 255.

    Args:
        views: Batch x `SIZE` x `SIZE` x 3, uint8, RGB.
    """
    return np.asarray(views[..., ::-1].transpose(0, 3, 1, 2), np.float32)


def pair_sha256(folder: Path) -> str:
    """Return one digest of both graphs."""
    return hashlib.sha256("".join(sha256_of(folder / name) for name in GRAPHS).encode()).hexdigest()


def cut_wide(rgb: Rgb, box: Box, times: float) -> Rgb:
    """Cut a box enlarged about its centre, as the pair's authors do: never padded.

    Where the picture is too small for ``times``, less is taken; where the box would leave the picture, it is shifted
    back inside. Its shape stays the face's, and is squeezed to a square.

    Returns:
        `SIZE` x `SIZE` x 3, uint8, RGB.
    """
    height, width = rgb.shape[:2]
    left, top = max(box.left, 0), max(box.top, 0)
    face_width = max(min(box.right, width) - left, 1)
    face_height = max(min(box.bottom, height) - top, 1)
    times = min(times, (width - 1) / face_width, (height - 1) / face_height)
    x, right = inside(left + face_width / 2, face_width * times, width)
    y, bottom = inside(top + face_height / 2, face_height * times, height)
    return np.asarray(cv2.resize(rgb[y : bottom + 1, x : right + 1], (SIZE, SIZE)), np.uint8)


def inside(centre: float, length: float, room: int) -> tuple[int, int]:
    """Return the first and last pixel of a stretch that is shifted so as to lie within 0 to ``room`` - 1."""
    first = min(max(centre - length / 2, 0), max(room - 1 - length, 0))
    return int(first), int(first + length)
