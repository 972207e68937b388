"""FP32 ONNX to INT8 QDQ ONNX by NNCF."""

import logging
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import onnx

from ekyc_training.crops import Crops

# What is tried, in this order, until one holds the FP32 graph's error rates.
RECIPES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "all layers": (),
        "all but squeeze and excite": (r".*/se/.*",),
        "all but squeeze and excite, stem and head": (
            r".*/se/.*",
            r".*/conv_stem/.*",
            r".*/conv_head/.*",
            r".*/live/.*",
        ),
        # What costs a MobileNetV2 most in INT8, on dev (EXPERIMENTS.md, student 8).
        "all but stem and first stage": (r".*/conv_stem/.*", r".*/blocks\.0/.*"),
    }
)


def quantize(
    source: Path, target: Path, calibration: Crops, *, recipe: str = "all layers", pictures: int = 300
) -> None:
    """Quantize after training.

    The overflow fix is on: without it a CPU that lacks VNNI saturates 16-bit sums and the scores drift. The telemetry
    module is hidden before NNCF is imported, for NNCF reports its use unless told not to.

    Args:
        source: FP32 graph.
        target: Where the INT8 graph goes.
        calibration: Training crops that set the activation ranges, evenly spaced over the list.
        recipe: One of `RECIPES`: which layers stay in floating point.
        pictures: How many crops are looked at.
    """
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    import nncf  # noqa: PLC0415 - after the line above

    nncf.set_log_level(logging.ERROR)

    step = max(len(calibration) // pictures, 1)
    dataset = nncf.Dataset([{"rgb": calibration[at][None]} for at in range(0, len(calibration), step)])
    kept: dict[str, Any] = {}
    if RECIPES[recipe]:
        kept = {"ignored_scope": nncf.IgnoredScope(patterns=list(RECIPES[recipe]), validate=False)}
    quantized = nncf.quantize(
        onnx.load(source),
        dataset,
        preset=nncf.QuantizationPreset.MIXED,
        subset_size=pictures,
        # Layer by layer, each after those before it are corrected: seconds more, and nearer to FP32 on dev.
        fast_bias_correction=False,
        advanced_parameters=nncf.AdvancedQuantizationParameters(overflow_fix=nncf.OverflowFix.ENABLE),
        **kept,
    )
    onnx.save(quantized, target)
