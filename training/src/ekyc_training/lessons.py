"""What teachers say of the very views that a student sees ("consistent teaching", Beyer et al., 2022)."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from ekyc_training.batches import Batch, Batches
from ekyc_training.config import Config
from ekyc_training.teachers import ask

# Batches whose embeddings tell what they are on the whole.
SAMPLE = 32


class Lesson(NamedTuple):
    """What is taught of a batch.

    Attributes:
        probability: The teachers' weighted mean, or the label of a simulated attack: batch, float32.
        features: The MiniFASNet pair's embeddings and logit, each number of mean 0 and deviation 1 over the first
            views: batch x width, float16; None where they are not taught.
    """

    probability: NDArray[np.float32]
    features: NDArray[np.float16] | None


class Lessons:
    """Asks the teachers of a student. Thread-safe; a view that comes round again is not asked about twice."""

    def __init__(self, config: Config, batches: Batches) -> None:
        """Load the teachers.

        Args:
            config: Of the student.
            batches: Of the student.
        """
        distil = config.distil
        self._weights = [teacher.weight for teacher in distil.teachers]
        self._asks = [ask(teacher) for teacher in distil.teachers]
        self._simulated = batches.species.index("simulated")
        self._attack = config.loss.label_smoothing / 2
        self._period = distil.views if 0 < distil.views < config.schedule.steps else 0
        self._kept: dict[int, Lesson] = {}
        self._mean = self._deviation = np.zeros(0, np.float32)
        if distil.features:
            pair = self._asks[[teacher.kind for teacher in distil.teachers].index("minifasnet")]
            said = [pair(batches.batch(at).pixels).features for at in range(SAMPLE)]
            sample = np.concatenate([each for each in said if each is not None])
            self._mean, self._deviation = sample.mean(0), sample.std(0) + 1e-3

    @property
    def width(self) -> int:
        """Of the embeddings that are taught; 0 where none are."""
        return len(self._mean)

    @property
    def logit_scale(self) -> tuple[float, float]:
        """Mean and deviation of the pair's logit, the last of what is guessed."""
        return float(self._mean[-1]), float(self._deviation[-1])

    def view_at(self, step: int) -> int:
        """Return which views a step sees."""
        return step % self._period if self._period else step

    def of(self, view: int, batch: Batch) -> Lesson:
        """Return what is taught of a batch, one process's share of the views that are named."""
        lesson = self._kept.get(view)
        if lesson is None:
            lesson = self._ask(batch)
            if self._period:
                self._kept[view] = lesson
        return lesson

    def _ask(self, batch: Batch) -> Lesson:
        said = [answer(batch.pixels) for answer in self._asks]
        features = [each.features for each in said if each.features is not None] if self.width else []
        probability = mean_probability([each.logits for each in said], self._weights)
        probability[batch.species.numpy() == self._simulated] = self._attack
        return Lesson(
            probability,
            ((features[0] - self._mean) / self._deviation).astype(np.float16) if features else None,
        )


def mean_probability(logits: Sequence[NDArray[np.float32]], weights: Sequence[float]) -> NDArray[np.float32]:
    """Return the teachers' weighted mean probability: batch."""
    return np.asarray(np.average([expit(given) for given in logits], axis=0, weights=weights), np.float32)
