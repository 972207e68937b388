"""The training loop, top to bottom: sample, disturb, step, average, look at dev, checkpoint."""

import copy
import math
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.optim import AdamW
from torch.optim.lr_scheduler import LambdaLR
from tqdm import tqdm

from ekyc_training.augment import augment
from ekyc_training.config import Config, Schedule
from ekyc_training.crops import Crops
from ekyc_training.metrics import auc
from ekyc_training.model import LivenessNet, normalise
from ekyc_training.run import begin_run, git_revision, save_atomically
from ekyc_training.sampler import Sampler
from ekyc_training.score import logits_of


def train(config: Config, train_crops: Crops, dev_crops: Crops, run: Path, *, threads: int = 1) -> Path:
    """Train, or go on where a checkpoint of the same run stands.

    The model that is kept is the moving average of the weights at the last step: dev is looked at to see that all is
    well, but a few hundred people are too few to choose a step by.

    Args:
        config: The run's settings.
        train_crops: Learnt from.
        dev_crops: Watched.
        run: The run's folder; made where absent.
        threads: Of torch.

    Returns:
        The trained weights, ``run/model.safetensors``.

    Raises:
        DataError: The run was begun with other settings or data.
    """
    torch.manual_seed(config.seed)
    torch.set_num_threads(threads)
    run.mkdir(parents=True, exist_ok=True)
    begin_run(
        run,
        {
            "config": config.as_record(),
            "git_revision": git_revision(),
            "train_list_sha256": train_crops.sha256,
            "dev_list_sha256": dev_crops.sha256,
            "torch": torch.__version__,
        },
    )
    schedule = config.schedule
    net = LivenessNet(config.network).to(memory_format=torch.channels_last)
    average = copy.deepcopy(net).eval()
    optimizer = AdamW(parameter_groups(net, schedule.weight_decay), lr=schedule.learning_rate)
    rate = LambdaLR(optimizer, lambda step: rate_at(step, schedule))
    step = 0
    checkpoint = run / "checkpoint.pt"
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        for part, name in ((net, "net"), (average, "average"), (optimizer, "optimizer"), (rate, "rate")):
            part.load_state_dict(state[name])
        torch.set_rng_state(state["rng"])
        step = int(state["step"])

    sampler = Sampler(train_crops.rows, config.seed)
    history = (run / "history.csv").open("a", encoding="utf-8")
    losses: list[float] = []
    start, first = time.monotonic(), step
    with ThreadPoolExecutor(1) as ahead, tqdm(total=schedule.steps, initial=step, unit="step") as progress, history:
        coming = ahead.submit(make_batch, train_crops, sampler, config, step)
        while step < schedule.steps:
            pixels, live = coming.result()
            coming = ahead.submit(make_batch, train_crops, sampler, config, step + 1)

            net.train()
            target = live * (1 - schedule.label_smoothing) + schedule.label_smoothing / 2
            loss = nn.functional.binary_cross_entropy_with_logits(net(normalise(pixels)), target)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            rate.step()
            step += 1
            move_average(average, net, min(schedule.average, step / (step + 10)))
            losses.append(float(loss.detach()))
            progress.update()

            if step % schedule.check_every == 0 or step == schedule.steps:
                area = auc(dev_crops.live, logits_of(average, dev_crops))
                images_per_s = (step - first) * schedule.batch / (time.monotonic() - start)
                history.write(f"{step},{np.mean(losses):.4f},{area:.4f},{images_per_s:.0f}\n")
                history.flush()
                progress.set_postfix(
                    loss=f"{np.mean(losses):.3f}", dev_auc=f"{area:.4f}", images_per_s=f"{images_per_s:.0f}"
                )
                losses.clear()
                state = {"net": net, "average": average, "optimizer": optimizer, "rate": rate}
                save_atomically(
                    {name: part.state_dict() for name, part in state.items()}
                    | {"step": step, "rng": torch.get_rng_state()},
                    checkpoint,
                )
        coming.cancel()
    weights = run / "model.safetensors"
    save_file({name: value.contiguous() for name, value in average.state_dict().items()}, weights)
    return weights


def make_batch(crops: Crops, sampler: Sampler, config: Config, step: int) -> tuple[Tensor, Tensor]:
    """Return the step's disturbed crops, batch x size x size x 3 uint8, and labels, 1 for bona fide."""
    chosen = sampler.batch(step, config.schedule.batch)
    disturbed = [
        augment(crops[at], config.augment, np.random.default_rng([config.seed, step, slot]))
        for slot, at in enumerate(chosen)
    ]
    live = [float(crops.rows[at].live) for at in chosen]
    return torch.from_numpy(np.stack(disturbed)), torch.tensor(live)


def parameter_groups(net: nn.Module, weight_decay: float) -> list[dict[str, object]]:
    """Decay matrices and kernels; leave biases and batch norms alone."""
    parameters = list(net.parameters())
    return [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": weight_decay},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]


def rate_at(step: int, schedule: Schedule) -> float:
    """Return the share of the peak rate: a linear rise, then a half cosine to zero."""
    rise = schedule.steps * schedule.warm_up
    if step < rise:
        return (step + 1) / (rise + 1)
    return 0.5 * (1 + math.cos(math.pi * min(1.0, (step - rise) / max(schedule.steps - rise, 1))))


@torch.no_grad()
def move_average(average: nn.Module, net: nn.Module, decay: float) -> None:
    """Move every weight and batch-norm statistic of the average towards the network's."""
    for kept, new in zip(average.state_dict().values(), net.state_dict().values(), strict=True):
        if kept.dtype.is_floating_point:
            kept.lerp_(new, 1 - decay)
        else:
            kept.copy_(new)
