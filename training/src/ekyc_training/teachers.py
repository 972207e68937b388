"""Networks that a student learns from: runs, published bundles, and the MiniFASNet pair."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import onnx
import onnxruntime as ort
import torch
from ekyc_liveness.bundle import open_bundle, sha256_of
from ekyc_liveness.session import PROVIDERS, Provider, Session
from numpy.typing import NDArray
from scipy.special import logit, softmax
from torch import Tensor

from ekyc_training.config import Teacher
from ekyc_training.minifasnet import GRAPHS, LIVE, SIZE, as_input, open_graph, pair_sha256
from ekyc_training.model import LivenessNet, normalise, read_net
from ekyc_training.run import config_of

# Probabilities are held this far from 0 and 1, so that their logits are finite.
LEAST = 1e-4


class Said(NamedTuple):
    """What a teacher says of a batch.

    Attributes:
        logits: Of P(bona fide): batch.
        features: The pair's embeddings side by side, and last its logit: batch x width; None of other teachers.
    """

    logits: NDArray[np.float32]
    features: NDArray[np.float32] | None = None


# Of views: batch x size x size x 3, uint8, RGB.
Ask = Callable[[Tensor], Said]


def is_here(teacher: Teacher) -> bool:
    """Return whether a teacher can teach: a run that ended, a bundle, both graphs of the pair."""
    needed = {"run": ["model.safetensors"], "bundle": ["model.onnx"], "minifasnet": list(GRAPHS)}
    return all((teacher.folder / name).exists() for name in needed[teacher.kind])


def digest_of(teacher: Teacher) -> str:
    """Return the SHA-256 of a teacher's weights."""
    if teacher.kind == "minifasnet":
        return pair_sha256(teacher.folder)
    return sha256_of(teacher.folder / ("model.safetensors" if teacher.kind == "run" else "model.onnx"))


def ask(teacher: Teacher) -> Ask:
    """Return what asks a teacher."""
    return {"run": ask_run, "bundle": ask_bundle, "minifasnet": ask_pair}[teacher.kind](teacher.folder)


def ask_run(run: Path) -> Ask:
    """Return what asks a trained network: the mean logit of a view and its mirror image."""
    net = read_net(run / "model.safetensors", config_of(run).network).to(memory_format=torch.channels_last)

    def answer(views: Tensor) -> Said:
        return Said(np.asarray(mean_of_mirrors(net, normalise(views)).numpy(), np.float32))

    return answer


@torch.inference_mode()
def mean_of_mirrors(net: LivenessNet, pixels: Tensor) -> Tensor:
    """Return the mean logit over a batch and its mirror image."""
    return (net.answer(pixels).live + net.answer(pixels.flip(3)).live) / 2


def ask_bundle(folder: Path) -> Ask:
    """Return what asks a published graph, as it is served: the mean logit of a view and its mirror image."""
    session = Session(open_bundle(folder), provider=fastest())

    def answer(views: Tensor) -> Said:
        pixels = views.numpy()
        said = [[session.run(view) for view in (each, np.ascontiguousarray(each[:, ::-1]))] for each in pixels]
        return Said(np.asarray(as_logits(said).mean(axis=1), np.float32))

    return answer


def ask_pair(folder: Path) -> Ask:
    """Return what asks the MiniFASNet pair: the logit of its mean probability, and what led to it.

    It is shown the student's view in place of its wide ones: what it makes of them, a student can learn.
    """
    sessions = [open_graph(with_embedding(folder / name), fastest()) for name in GRAPHS]

    def answer(views: Tensor) -> Said:
        small = [cv2.resize(view, (SIZE, SIZE), interpolation=cv2.INTER_AREA) for view in views.numpy()]
        pixels = as_input(np.stack(small).astype(np.uint8))
        said = [session.run(None, {session.get_inputs()[0].name: pixels}) for session in sessions]
        probabilities = np.mean([softmax(logits, axis=1)[:, LIVE] for logits, _ in said], axis=0)
        logits = as_logits(probabilities)
        return Said(logits, np.column_stack([*(embedding for _, embedding in said), logits]))

    return answer


def fastest() -> Provider:
    """Return OpenVINO where this onnxruntime has it: the pair takes half the time there."""
    return "openvino" if PROVIDERS["openvino"] in ort.get_available_providers() else "cpu"


def with_embedding(path: Path) -> bytes:
    """Return a graph that also gives what its last layer sees: batch x width."""
    model = onnx.load(path)
    last = [node for node in model.graph.node if node.op_type in {"Gemm", "MatMul"}][-1]
    model.graph.output.append(onnx.helper.make_tensor_value_info(last.input[0], onnx.TensorProto.FLOAT, None))
    return bytes(model.SerializeToString())


def as_logits(probabilities: object) -> NDArray[np.float32]:
    """Return finite logits."""
    return np.asarray(logit(np.clip(np.asarray(probabilities, np.float64), LEAST, 1 - LEAST)), np.float32)
