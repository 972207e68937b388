"""What teachers say of the views that a student will see.

A view is a function of the student's settings, the step and the place in the batch, so a teacher can score all of
them once, before the student starts and beside other work, and the student sees exactly what its teachers saw
("consistent teaching", Beyer et al., 2022).
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from tqdm import trange

from ekyc_training.batches import Batches
from ekyc_training.config import Config, Teacher
from ekyc_training.crops import Crops
from ekyc_training.teachers import Said, ask, digest_of


class Lessons(NamedTuple):
    """What is taught of every view.

    Attributes:
        probability: The teachers' weighted mean: views x batch, float32.
        features: The MiniFASNet pair's embeddings, each number of mean 0 and deviation 1: views x batch x width,
            float32; None where they are not taught.
    """

    probability: NDArray[np.float32]
    features: NDArray[np.float32] | None


def key_of(config: Config, crops: Crops) -> str:
    """Name the views: all that decides them."""
    parts = [config.seed, config.schedule.batch, config.distil.views]
    record = [*parts, config.augment.model_dump(), config.sampling.model_dump(), crops.sha256]
    return hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()[:12]


def lessons_of(config: Config, crops: Crops, batches: Batches, run: Path) -> Lessons:
    """Return what all teachers of a student say.

    Args:
        config: Of the student.
        crops: That the student learns from.
        batches: Of the student.
        run: Of the student.
    """
    teachers = config.distil.teachers
    said = [teach(teacher, config, crops, batches, run) for teacher in teachers]
    features = [each.features for each in said if each.features is not None]
    return Lessons(
        mean_probability([each.logits for each in said], [teacher.weight for teacher in teachers]),
        standardised(features[0]) if features and config.distil.features else None,
    )


def teach(teacher: Teacher, config: Config, crops: Crops, batches: Batches, run: Path) -> Said:
    """Return what a teacher says of every view, from a file where it has been asked before.

    A run keeps the file itself. A bundle or a pair is never changed, so the student's run keeps what it said.

    Returns:
        Logits: views x batch; features: views x batch x width.
    """
    key = key_of(config, crops)
    if teacher.kind == "run":
        path = teacher.folder / f"lessons-{key}.npz"
    else:
        path = run / f"lessons-{digest_of(teacher)[:12]}-{key}.npz"
    if not path.exists():
        answer = ask(teacher)
        steps = trange(config.distil.views, desc=f"{teacher.folder.name} teaches", unit="batch", mininterval=2)
        said = [answer(batches.batch(step).pixels) for step in steps]
        stacked = {"logits": np.stack([each.logits for each in said])}
        features = [each.features for each in said if each.features is not None]
        if features:
            stacked["features"] = np.stack(features).astype(np.float16)
        unfinished = path.with_suffix(".unfinished.npz")
        np.savez(unfinished, **stacked)  # type: ignore[arg-type]
        unfinished.replace(path)
    with np.load(path) as kept:
        return Said(kept["logits"], kept.get("features"))


def standardised(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return features with mean 0 and deviation 1 over all views."""
    wide = features.astype(np.float32)
    return np.asarray((wide - wide.mean((0, 1))) / (wide.std((0, 1)) + 1e-3), np.float32)


def mean_probability(logits: Sequence[NDArray[np.float32]], weights: Sequence[float]) -> NDArray[np.float32]:
    """Return the teachers' weighted mean probability: views x batch."""
    return np.asarray(np.average([expit(given) for given in logits], axis=0, weights=weights), np.float32)
