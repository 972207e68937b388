"""Torch to ONNX."""

import warnings
from pathlib import Path

import torch

from ekyc_training.model import LivenessGraph


def export(graph: LivenessGraph, size: int, path: Path) -> None:
    """Write the graph with its fixed shape: uint8 [1, size, size, 3] "rgb" in, float32 [1] "live_probability" out."""
    example = torch.zeros(1, size, size, 3, dtype=torch.uint8)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the TorchScript exporter is deprecated, and needs no onnxscript
        torch.onnx.export(
            graph.eval(),
            (example,),
            path,
            input_names=["rgb"],
            output_names=["live_probability"],
            opset_version=17,
            dynamo=False,
        )
