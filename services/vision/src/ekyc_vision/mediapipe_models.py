"""The face models inside the mediapipe wheel, run by OpenVINO without MediaPipe's framework."""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import openvino
from numpy.typing import NDArray
from openvino.preprocess import PrePostProcessor

MODULES = "modules"


class TfliteModel:
    """One tflite graph on one CPU thread: a uint8 picture in, float32 tensors out by name. Not thread-safe."""

    def __init__(self, path: str, *, mean: float, scale: float) -> None:
        """Load a graph of the wheel, with its normalisation in front.

        Args:
            path: Below ``mediapipe/modules``, for example "face_landmark/face_landmark.tflite".
            mean: Subtracted from each 0-255 value.
            scale: Then divided by.

        Raises:
            FileNotFoundError: mediapipe is not installed, or holds no such file.
        """
        package = find_spec("mediapipe")  # located, never imported: that takes seconds
        if package is None or package.origin is None:
            raise FileNotFoundError("mediapipe is not installed; its wheel carries the face models")
        file = Path(package.origin).parent / MODULES / path
        if not file.exists():
            raise FileNotFoundError(file)
        core = openvino.Core()
        steps = PrePostProcessor(core.read_model(file))
        steps.input().tensor().set_element_type(openvino.Type.u8)
        steps.input().preprocess().convert_element_type(openvino.Type.f32).mean(mean).scale(scale)
        compiled = core.compile_model(
            steps.build(),
            "CPU",
            # f32 is said aloud: on processors with AVX-512 BF16 OpenVINO's default is bf16.
            {
                "PERFORMANCE_HINT": "LATENCY",
                "INFERENCE_PRECISION_HINT": "f32",
                "INFERENCE_NUM_THREADS": 1,
                "NUM_STREAMS": 1,
            },
        )
        self._request = compiled.create_infer_request()
        self._names = {output: output.any_name for output in compiled.outputs}

    def run(self, rgb: NDArray[np.uint8]) -> Mapping[str, NDArray[np.float32]]:
        """Return the outputs for one picture.

        Args:
            rgb: Height x width x 3, uint8, RGB, at the graph's input size.
        """
        answer = self._request.infer({0: rgb[np.newaxis]}, share_inputs=True)
        return {name: np.asarray(answer[output]) for output, name in self._names.items()}
