"""The training loop, top to bottom: a batch, a step, the average, a look at dev, a checkpoint.

One process, or many by `torchrun`: each takes its share of every batch, the gradients are averaged, and the first
looks at dev and writes. A batch and the dropout of a step depend on the seed and the step alone, so a run that was
killed goes on as if it had not been.
"""

import copy
import math
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn.parallel import DistributedDataParallel
from torch.optim import AdamW
from torch.optim.lr_scheduler import LambdaLR
from tqdm import tqdm

from ekyc_training.batches import Batch, Batches
from ekyc_training.bundle_start import is_bundle, start_from_bundle
from ekyc_training.config import Config, Schedule
from ekyc_training.crops import Crops
from ekyc_training.history import History, Look
from ekyc_training.inference import logits_of
from ekyc_training.lessons import Lesson, Lessons
from ekyc_training.loss import loss_of
from ekyc_training.metrics import auc, eer
from ekyc_training.model import LivenessNet, normalise
from ekyc_training.processes import Processes
from ekyc_training.rows import DataError
from ekyc_training.run import begin_run, git_revision, save_atomically
from ekyc_training.teachers import digest_of, is_here

# Batches that are made ahead of the step, and those that open a bundle's batch norms.
AHEAD = 4
FIRST = 16


def train(  # noqa: C901, PLR0912, PLR0915 - reads top to bottom
    config: Config,
    train_crops: Crops,
    dev_crops: Crops,
    run: Path,
    *,
    threads: int = 1,
) -> Path:
    """Train, or go on where a checkpoint of the same run stands.

    The model that is kept is the moving average of the weights: at the last step, or with patience at the look at dev
    with the lowest equal error rate. Without patience dev is only watched: a few hundred people are too few to
    choose a step by.

    Args:
        config: The run's settings.
        train_crops: Learnt from, apart from sources that the settings leave out.
        dev_crops: Watched.
        run: The run's folder; made where absent.
        threads: Of torch on a CPU, and of the making of batches beside a GPU.

    Returns:
        The trained weights, ``run/model.safetensors``.

    Raises:
        DataError: The run was begun with other settings or data, a teacher is not trained, or a source lacks one of
            the classes.
    """
    processes = Processes()
    device, schedule = processes.device, config.schedule
    torch.set_num_threads(threads)
    train_crops = train_crops.without(config.sampling.leave_out)
    dev_crops = dev_crops.without(config.sampling.leave_out)
    absent = [str(teacher.folder) for teacher in config.distil.teachers if not is_here(teacher)]
    if absent:
        raise DataError(f"train the teachers first: {', '.join(absent)}")
    run.mkdir(parents=True, exist_ok=True)
    if processes.first:
        record = {"config": config.as_record(), "git_revision": git_revision(), "torch": torch.__version__}
        lists = {"train_list_sha256": train_crops.sha256, "dev_list_sha256": dev_crops.sha256}
        teachers = {teacher.folder.name: digest_of(teacher) for teacher in config.distil.teachers}
        where = {"processes": processes.world, "device": device.type}
        begin_run(run, record | lists | where | {"teachers": teachers})

    batches = Batches(train_crops, config)
    lessons = Lessons(config, batches) if config.distil.teachers else None

    torch.manual_seed(config.seed)
    bundle = Path(config.network.start) if is_bundle(config.network.start) else None
    net = LivenessNet(
        config.network.model_copy(update={"start": "random"}) if bundle else config.network,
        species=len(batches.species) if config.loss.species else 0,
        features=0 if lessons is None else lessons.width,
    )
    checkpoint = run / "checkpoint.pt"
    if bundle and not checkpoint.exists():
        start_from_bundle(net, bundle, (batches.batch(at).pixels for at in range(FIRST)))
    net = net.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    average = copy.deepcopy(net).eval()
    optimizer = AdamW(parameter_groups(net, schedule.weight_decay), lr=schedule.learning_rate)
    rate = LambdaLR(optimizer, lambda step: rate_at(step, schedule))
    parts: dict[str, LivenessNet | AdamW | LambdaLR] = {
        "net": net, "average": average, "optimizer": optimizer, "rate": rate
    }  # fmt: skip
    looks: list[Look] = []
    step = 0
    if checkpoint.exists():
        state = torch.load(checkpoint, map_location=device, weights_only=True)
        for name, part in parts.items():
            part.load_state_dict(state[name])
        looks = [Look(*look) for look in state["looks"]]
        step = looks[-1].step

    shared = DistributedDataParallel(net) if processes.world > 1 else net
    last = looks[-1].step if stopped(looks, schedule) else schedule.steps
    losses: list[float] = []
    began, first_step = time.monotonic(), step
    with (
        ThreadPoolExecutor(max(threads, 1)) as makers,
        closing(History(run, looks, enabled=processes.first)) as history,
        tqdm(total=last, initial=step, unit="step", disable=not processes.first, mininterval=2) as progress,
    ):

        def make(at: int) -> tuple[Batch, Lesson | None]:
            view = at if lessons is None else lessons.view_at(at)
            made = batches.batch(view, processes.rank, processes.world)
            return made, None if lessons is None else lessons.of(view, made)

        def keep(path: Path) -> None:
            kept = copy.deepcopy(average)
            if lessons is not None and config.distil.guess:
                kept.add_guess(config.distil.guess, *lessons.logit_scale)
            save_weights(kept, path)

        coming: list[Future[tuple[Batch, Lesson | None]]]
        coming = [makers.submit(make, at) for at in range(step, min(step + AHEAD, last))]
        while step < last:
            batch, lesson = coming.pop(0).result()
            if step + AHEAD < last:
                coming.append(makers.submit(make, step + AHEAD))

            torch.manual_seed((config.seed * 1_000_003 + step) * processes.world + processes.rank)  # of dropout
            net.train()
            answer = shared(normalise(batch.pixels.to(device)))
            taught, embedding = (
                None if said is None else torch.from_numpy(said).to(device).float() for said in lesson or (None, None)
            )
            live, species = batch.live.to(device), batch.species.to(device)
            loss = loss_of(answer, live, species, config.loss, config.distil, taught, embedding)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            rate.step()
            step += 1
            move_average(average, net, min(schedule.average, step / (step + 10)))
            losses.append(float(loss.detach()))
            progress.update()

            if step % schedule.check_every == 0 or step == last:
                logits = logits_of(average, dev_crops)
                look = Look(
                    step=step,
                    loss=float(np.mean(losses)),
                    dev_auc=auc(dev_crops.live, logits),
                    dev_eer=eer(dev_crops.live, logits)[0],
                    images_per_s=(step - first_step) * schedule.batch / (time.monotonic() - began),
                )
                looks.append(look)
                losses.clear()
                if processes.first:
                    if schedule.patience and look.dev_eer <= min(earlier.dev_eer for earlier in looks):
                        keep(run / "best.safetensors")
                    states = {name: part.state_dict() for name, part in parts.items()}
                    save_atomically(states | {"looks": [tuple(look) for look in looks]}, checkpoint)
                history.add(look)
                progress.set_postfix(look.shown())
                if stopped(looks, schedule):
                    break
        for waiting in coming:
            waiting.cancel()
    weights = run / "model.safetensors"
    if processes.first:
        if not schedule.patience:
            keep(weights)
        elif (run / "best.safetensors").exists():  # it is gone where a finished run is started again
            (run / "best.safetensors").replace(weights)
    processes.close()
    return weights


def stopped(looks: list[Look], schedule: Schedule) -> bool:
    """Return whether dev has not got better for as long as the settings wait."""
    if not schedule.patience or len(looks) <= schedule.patience:
        return False
    rates = [look.dev_eer for look in looks]
    return min(rates[-schedule.patience :]) >= min(rates[: -schedule.patience])


def save_weights(net: nn.Module, path: Path) -> None:
    """Write weights so that a crash leaves the old file or the new one."""
    unfinished = path.with_suffix(".unfinished")
    save_file({name: value.contiguous() for name, value in net.state_dict().items()}, unfinished)
    unfinished.replace(path)


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
