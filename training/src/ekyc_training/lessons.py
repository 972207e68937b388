"""What teachers say of the views that a student will see.

A view is a function of the student's settings, the step and the place in the batch, so a teacher can score all of
them once, before the student starts and beside other work, and the student sees exactly what its teachers saw
("consistent teaching", Beyer et al., 2022).
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import expit
from torch import Tensor
from tqdm import trange

from ekyc_training.config import Config
from ekyc_training.crops import Crops
from ekyc_training.model import LivenessNet, normalise, read_net
from ekyc_training.run import config_of


def key_of(config: Config, crops: Crops) -> str:
    """Name the views: all that decides them."""
    parts = [config.seed, config.schedule.batch, config.distil.views]
    record = [*parts, config.augment.model_dump(), config.sampling.model_dump(), crops.sha256]
    return hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()[:12]


@torch.inference_mode()
def teach(teacher: Path, config: Config, crops: Crops, views: Callable[[int], Tensor]) -> NDArray[np.float32]:
    """Return a teacher's logits of every view, from the file beside it where it has been asked before.

    Args:
        teacher: Folder of its run.
        config: Of the student.
        crops: That the student learns from.
        views: The batch of a step: batch x size x size x 3, uint8.

    Returns:
        Views x batch; the mean over the view and its mirror image.
    """
    path = teacher / f"lessons-{key_of(config, crops)}.npy"
    if path.exists():
        return np.asarray(np.load(path), np.float32)
    net = read_net(teacher / "model.safetensors", config_of(teacher).network).to(memory_format=torch.channels_last)
    logits = np.empty((config.distil.views, config.schedule.batch), np.float32)
    for step in trange(config.distil.views, desc=f"{teacher.name} teaches", unit="batch", mininterval=2):
        pixels = normalise(views(step))
        logits[step] = mean_of_mirrors(net, pixels).numpy()
    unfinished = path.with_suffix(".unfinished.npy")
    np.save(unfinished, logits)
    unfinished.replace(path)
    return logits


def mean_of_mirrors(net: LivenessNet, pixels: Tensor) -> Tensor:
    """Return the mean logit over a batch and its mirror image."""
    return (net.answer(pixels).live + net.answer(pixels.flip(3)).live) / 2


def mean_probability(logits: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Return the teachers' mean probability: views x batch."""
    return np.asarray(np.mean([expit(given) for given in logits], axis=0), np.float32)
