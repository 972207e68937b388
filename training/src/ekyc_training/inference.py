"""Scores of many crops."""

import numpy as np
import torch
from ekyc_liveness.session import Session
from numpy.typing import NDArray

from ekyc_training.crops import Crops
from ekyc_training.model import LivenessNet, normalise

BATCH = 128


@torch.inference_mode()
def logits_of(net: LivenessNet, crops: Crops) -> NDArray[np.float64]:
    """Return the network's logits, one a crop; the network must be in evaluation mode."""
    device = next(net.parameters()).device
    batches = []
    for start in range(0, len(crops), BATCH):
        pixels = np.stack([crops[at] for at in range(start, min(start + BATCH, len(crops)))])
        batches.append(net.answer(normalise(torch.from_numpy(pixels).to(device))).live)
    return torch.cat(batches).double().cpu().numpy()


def probabilities_of(session: Session, crops: Crops) -> NDArray[np.float64]:
    """Return P(bona fide) of each crop from the graph that is served."""
    return np.array([session.run(crops[at]) for at in range(len(crops))])
