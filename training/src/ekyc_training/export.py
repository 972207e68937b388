"""Torch to TorchScript and to ONNX."""

import warnings
from pathlib import Path

import torch

from ekyc_training.model import LivenessGraph


def export(graph: LivenessGraph, size: int, path: Path) -> None:
    """Write the graph with its fixed shape: uint8 [1, size, size, 3] "rgb" in, float32 [1] "live_probability" out.

    Args:
        graph: With normalisation, chroma planes and calibration inside.
        size: Side of the crop in pixels.
        path: Of the ONNX file; TorchScript goes beside it as .pt.
    """
    example = torch.zeros(1, size, size, 3, dtype=torch.uint8)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # both are deprecated; the new exporter needs onnxscript and says no more
        traced = torch.jit.trace(graph.eval(), example)  # type: ignore[no-untyped-call]
        traced.save(str(path.with_suffix(".pt")))
        torch.onnx.export(
            graph,
            (example,),
            path,
            input_names=["rgb"],
            output_names=["live_probability"],
            opset_version=17,
            dynamo=False,
        )
