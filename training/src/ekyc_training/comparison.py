"""One model in several forms, on the same real crops: what export and quantization cost."""

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from ekyc_liveness.session import Session

from ekyc_training.crops import Crops
from ekyc_training.metrics import Labels, Scores, apcer_at_bpcer, auc

WARM_UP = 20


class ComparisonError(Exception):
    """A form of the model is not the model that was trained."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form of the model against the torch model it came from.

    Attributes:
        auc: On the crops.
        apcer_at_bpcer_1: APCER at BPCER = 1 %, each form at its own threshold.
        changed_verdicts: Crops on another side of the live threshold than torch puts them.
        largest_difference: Of a probability.
        n: Crops.
    """

    auc: float
    apcer_at_bpcer_1: float
    changed_verdicts: int
    largest_difference: float
    n: int


def compare(live: Labels, scores: Mapping[str, Scores], reference: str, threshold: float) -> dict[str, Form]:
    """Return each form against the reference, which is one of them."""
    trained = scores[reference]
    return {
        name: Form(
            auc=auc(live, values),
            apcer_at_bpcer_1=apcer_at_bpcer(live, values, 0.01).value,
            changed_verdicts=int(((values >= threshold) != (trained >= threshold)).sum()),
            largest_difference=float(np.abs(values - trained).max()),
            n=len(values),
        )
        for name, values in scores.items()
    }


def lost_by_quantization(forms: Mapping[str, Form]) -> float:
    """Return the points of APCER at BPCER = 1 % that the INT8 graph loses; below 0 it gains."""
    return (forms["ONNX INT8"].apcer_at_bpcer_1 - forms["torch FP32"].apcer_at_bpcer_1) * 100


def hold_parity(forms: Mapping[str, Form], most: float = 1e-3) -> None:
    """Hold the exported FP32 graph to the torch model.

    Raises:
        ComparisonError: A probability differs by more than ``most``.
    """
    apart = forms["ONNX FP32"].largest_difference
    if apart > most:
        raise ComparisonError(f"the exported graph is another function: probabilities differ by up to {apart:.4f}")


def as_record(forms: Mapping[str, Form], milliseconds: Mapping[str, Mapping[str, float]]) -> dict[str, Any]:
    """Return plain values, with the latencies by provider where they were measured."""
    return {name: asdict(form) | {"p50_ms": dict(milliseconds.get(name, {}))} for name, form in forms.items()}


def p50(session: Session, crops: Crops, runs: int = 300) -> float:
    """Return the median milliseconds of one inference on real crops."""
    took = []
    for at in range(runs):
        crop = crops[at % len(crops)]
        start = time.perf_counter()
        session.run(crop)
        took.append(time.perf_counter() - start)
    return float(np.median(took[WARM_UP:]) * 1000)
