"""What teachers say of the views that a student will see.

A view is a function of the student's settings, the step and the place in the batch, so a teacher can score all of
them once, before the student starts and beside other work, and the student sees exactly what its teachers saw
("consistent teaching", Beyer et al., 2022).
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from tqdm import trange

from ekyc_training.batches import Batches
from ekyc_training.config import Config, Teacher
from ekyc_training.crops import Crops
from ekyc_training.rows import DataError
from ekyc_training.teachers import as_logits, ask_bundle, ask_run, digest_of

Logits = NDArray[np.float32]


def key_of(config: Config, crops: Crops) -> str:
    """Name the views: all that decides them."""
    parts = [config.seed, config.schedule.batch, config.distil.views]
    record = [*parts, config.augment.model_dump(), config.sampling.model_dump(), crops.sha256]
    return hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()[:12]


def teach(teacher: Teacher, config: Config, crops: Crops, batches: Batches, run: Path) -> Logits:
    """Return a teacher's logits of every view, from a file where it has been asked before.

    A run keeps the file itself. A bundle is never changed, so the student's run keeps what it said.

    Args:
        teacher: A run or a bundle.
        config: Of the student.
        crops: That the student learns from.
        batches: Of the student.
        run: Of the student.

    Returns:
        Views x batch.
    """
    key = key_of(config, crops)
    if teacher.kind == "run":
        path = teacher.folder / f"lessons-{key}.npy"
    else:
        path = run / f"lessons-{digest_of(teacher)[:12]}-{key}.npy"
    if path.exists():
        return np.asarray(np.load(path), np.float32)
    ask = ask_run(teacher.folder) if teacher.kind == "run" else ask_bundle(teacher.folder)
    logits = np.empty((config.distil.views, config.schedule.batch), np.float32)
    for step in trange(config.distil.views, desc=f"{teacher.folder.name} teaches", unit="batch", mininterval=2):
        logits[step] = ask(batches.batch(step).pixels)
    unfinished = path.with_suffix(".unfinished.npy")
    np.save(unfinished, logits)
    unfinished.replace(path)
    return logits


def teach_by_picture(scores: Mapping[str, float], config: Config, crops: Crops, batches: Batches) -> Logits:
    """Return the logits of the undisturbed picture behind every view.

    Args:
        scores: P(bona fide) by path.
        config: Of the student.
        crops: That the student learns from.
        batches: Of the student.

    Returns:
        Views x batch.

    Raises:
        DataError: A picture has no score.
    """
    absent = [crop.path for crop in crops.crops if crop.path not in scores]
    if absent:
        raise DataError(f"the MiniFASNet pair has not scored {len(absent)} pictures, the first is {absent[0]}")
    known = as_logits([scores[crop.path] for crop in crops.crops])
    return np.stack([known[batches.drawn(step)] for step in range(config.distil.views)])


def mean_probability(logits: Sequence[Logits], weights: Sequence[float]) -> NDArray[np.float32]:
    """Return the teachers' weighted mean probability: views x batch."""
    return np.asarray(np.average([expit(given) for given in logits], axis=0, weights=weights), np.float32)
