"""Networks that a student learns from: runs and published bundles see its views, the MiniFASNet pair whole pictures."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime as ort
import torch
from ekyc_liveness.bundle import open_bundle, sha256_of
from ekyc_liveness.session import PROVIDERS, Session
from numpy.typing import NDArray
from scipy.special import logit
from torch import Tensor

from ekyc_training.config import Teacher
from ekyc_training.minifasnet import GRAPHS, pair_sha256
from ekyc_training.model import LivenessNet, normalise, read_net
from ekyc_training.run import config_of

# Probabilities are held this far from 0 and 1, so that their logits are finite.
LEAST = 1e-4
# Views (batch x size x size x 3, uint8) to logits (batch).
Ask = Callable[[Tensor], NDArray[np.float32]]


def is_here(teacher: Teacher) -> bool:
    """Return whether a teacher can teach: a run that ended, a bundle, both graphs of the pair."""
    needed = {"run": ["model.safetensors"], "bundle": ["model.onnx"], "minifasnet": list(GRAPHS)}
    return all((teacher.folder / name).exists() for name in needed[teacher.kind])


def digest_of(teacher: Teacher) -> str:
    """Return the SHA-256 of a teacher's weights."""
    if teacher.kind == "minifasnet":
        return pair_sha256(teacher.folder)
    return sha256_of(teacher.folder / ("model.safetensors" if teacher.kind == "run" else "model.onnx"))


def ask_run(run: Path) -> Ask:
    """Return what asks a trained network: the mean logit of a view and its mirror image."""
    net = read_net(run / "model.safetensors", config_of(run).network).to(memory_format=torch.channels_last)

    def ask(views: Tensor) -> NDArray[np.float32]:
        return np.asarray(mean_of_mirrors(net, normalise(views)).numpy(), np.float32)

    return ask


@torch.inference_mode()
def mean_of_mirrors(net: LivenessNet, pixels: Tensor) -> Tensor:
    """Return the mean logit over a batch and its mirror image."""
    return (net.answer(pixels).live + net.answer(pixels.flip(3)).live) / 2


def ask_bundle(folder: Path) -> Ask:
    """Return what asks a published graph, as it is served: the mean logit of a view and its mirror image."""
    installed = PROVIDERS["openvino"] in ort.get_available_providers()
    session = Session(open_bundle(folder), provider="openvino" if installed else "cpu")

    def ask(views: Tensor) -> NDArray[np.float32]:
        pixels = views.numpy()
        said = [[session.run(view) for view in (each, np.ascontiguousarray(each[:, ::-1]))] for each in pixels]
        return np.asarray(as_logits(said).mean(axis=1), np.float32)

    return ask


def as_logits(probabilities: object) -> NDArray[np.float32]:
    """Return finite logits."""
    return np.asarray(logit(np.clip(np.asarray(probabilities, np.float64), LEAST, 1 - LEAST)), np.float32)
