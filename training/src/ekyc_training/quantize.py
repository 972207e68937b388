"""FP32 ONNX to INT8 QDQ ONNX by NNCF."""

import sys
from pathlib import Path

import onnx

from ekyc_training.crops import Crops


def quantize(source: Path, target: Path, calibration: Crops, *, pictures: int = 300) -> None:
    """Quantize after training.

    The overflow fix is on: without it a CPU that lacks VNNI saturates 16-bit sums and the scores drift. The telemetry
    module is hidden before NNCF is imported, for NNCF reports its use unless told not to.

    Args:
        source: FP32 graph.
        target: Where the INT8 graph goes.
        calibration: Training crops that set the activation ranges, evenly spaced over the list.
        pictures: How many of them.
    """
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    import nncf  # noqa: PLC0415 - after the line above

    step = max(len(calibration) // pictures, 1)
    dataset = nncf.Dataset([{"rgb": calibration[at][None]} for at in range(0, len(calibration), step)])
    quantized = nncf.quantize(
        onnx.load(source),
        dataset,
        preset=nncf.QuantizationPreset.MIXED,
        subset_size=pictures,
        advanced_parameters=nncf.AdvancedQuantizationParameters(overflow_fix=nncf.OverflowFix.ENABLE),
    )
    onnx.save(quantized, target)
