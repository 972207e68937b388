"""What a run minimises."""

import torch
from torch import Tensor
from torch.nn import functional

from ekyc_training.config import Distil, Loss
from ekyc_training.model import Answer


def loss_of(  # noqa: PLR0917 - an answer and what it is held against
    answer: Answer,
    live: Tensor,
    species: Tensor,
    loss: Loss,
    distil: Distil,
    taught: Tensor | None = None,
    features: Tensor | None = None,
) -> Tensor:
    """Return the mean loss of a batch.

    Args:
        answer: The network's logits.
        live: 1 for bona fide, 0 for attacks: batch.
        species: The attack species, -1 for bona fide: batch.
        loss: How labels are held against the answer.
        distil: How teachers are.
        taught: The teachers' mean probability: batch; None without teachers.
        features: A teacher's embedding: batch x its width; None without such a teacher.
    """
    target = live * (1 - loss.label_smoothing) + loss.label_smoothing / 2
    each = functional.binary_cross_entropy_with_logits(answer.live, target, reduction="none")
    if loss.kind == "focal":
        # Lin et al. (2017), eq. 4: what is already right weighs less.
        each = each * (live - torch.sigmoid(answer.live)).abs() ** loss.focus
    total = each.mean()
    if taught is not None:
        apart = functional.binary_cross_entropy_with_logits(answer.live, taught)
        logit = functional.smooth_l1_loss(answer.live, torch.logit(taught, 1e-3))
        total = (1 - distil.weight) * total + distil.weight * apart + distil.logit * logit
    if answer.features is not None and features is not None:
        total = total + distil.features * functional.smooth_l1_loss(answer.features, features)
    if answer.species is not None:
        # Summed and divided here: the library's mean over a batch without attacks is not a number.
        named = functional.cross_entropy(answer.species, species, ignore_index=-1, reduction="sum")
        total = total + loss.species * named / (species >= 0).sum().clamp(min=1)
    return total
