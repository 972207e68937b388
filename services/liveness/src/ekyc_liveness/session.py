"""A bundle's graph in ONNX Runtime: one picture in, one probability out."""

import os
from typing import Literal

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from ekyc_liveness.bundle import Bundle, BundleError

Provider = Literal["openvino", "cpu", "cuda", "tensorrt"]

PROVIDERS: dict[Provider, str] = {
    "openvino": "OpenVINOExecutionProvider",
    "cpu": "CPUExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "tensorrt": "TensorrtExecutionProvider",
}


class ProviderError(Exception):
    """The configured execution provider cannot run the whole graph."""


class Session:
    """The loaded model.

    Thread-safe. The provider is the one that was named or there is no session: ONNX Runtime's silent
    fall-back to its CPU provider runs an INT8 graph slower than FP32.
    """

    def __init__(self, bundle: Bundle, *, provider: Provider, threads: int = 1) -> None:
        """Load the graph.

        Args:
            bundle: Verified (see `open_bundle`).
            provider: "openvino" (Intel CPUs), "cpu" (anywhere), "cuda" or "tensorrt" (with onnxruntime-gpu installed).
            threads: Of one inference.

        Raises:
            ProviderError: The provider is not installed or refused a part of the graph.
            BundleError: The graph's input or output is not what a bundle promises.
        """
        name = PROVIDERS[provider]
        if name not in ort.get_available_providers():
            raise ProviderError(f"{name} is not in this onnxruntime, which has {ort.get_available_providers()}")
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        if provider == "openvino":
            # AMX tiles cost these small graphs more than they save: 1.4 ms for 1.0 on a Sapphire Rapids machine.
            os.environ.setdefault("ONEDNN_MAX_CPU_ISA", "AVX512_CORE_VNNI")
            options.add_session_config_entry("session.disable_cpu_ep_fallback", "1")
        try:
            self._session = ort.InferenceSession(
                bundle.model_path, options, providers=[(name, provider_settings(provider, threads))]
            )
        except Exception as error:
            raise ProviderError(f"{name} cannot run {bundle.model_path}: {error}") from error
        if self._session.get_providers()[0] != name:
            raise ProviderError(f"asked for {name}, got {self._session.get_providers()}")

        size = bundle.manifest.geometry.size
        inputs = [(node.name, node.type, node.shape) for node in self._session.get_inputs()]
        if inputs != [("rgb", "tensor(uint8)", [1, size, size, 3])]:
            raise BundleError(f"{bundle.model_path}: unexpected inputs {inputs}")
        self.shape = (1, size, size, 3)
        self.provider = name

    def run(self, rgb: NDArray[np.uint8]) -> float:
        """Return the calibrated P(bona fide) of one crop.

        Args:
            rgb: size x size x 3, uint8, RGB, cut under the bundle's geometry.
        """
        (probability,) = self._session.run(["live_probability"], {"rgb": rgb.reshape(self.shape)})
        return float(probability[0])

    def warm_up(self) -> None:
        """Run once, so that the first request is not the slow one.

        Raises:
            BundleError: The answer is not a probability.
        """
        probability = self.run(np.full(self.shape, 127, np.uint8))
        if not 0 <= probability <= 1:
            raise BundleError(f"the model answered {probability}, not a probability")


def provider_settings(provider: Provider, threads: int) -> dict[str, str]:
    """Return what a provider is told about one inference at a time."""
    if provider != "openvino":
        return {}
    # f32 is said aloud: OpenVINO's default on AVX-512 BF16 machines is bf16, another model's scores.
    return {"device_type": "CPU", "num_of_threads": str(threads), "num_streams": "1", "precision": "FP32"}
