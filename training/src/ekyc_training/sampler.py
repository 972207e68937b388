"""Which pictures make a batch."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import torch
from torch.utils.data import WeightedRandomSampler

from ekyc_training.config import Sampling
from ekyc_training.rows import DataError, Row


@dataclass(frozen=True, slots=True)
class Draw:
    """A picture to learn from.

    Attributes:
        at: The row's position.
        simulated: Whether a presentation attack is simulated on it, which makes it an attack.
    """

    at: int
    simulated: bool


class Sampler:
    """Draws a source by a power of its size, then a class evenly, then a species evenly, then a picture.

    So a large source does not drown a small one, no source teaches "this camera is an attacker's", and a rare
    attack is seen as often as a common one. Simulated attacks take their share of the attacks, so that the classes
    stay even. Stateless: a batch is a function of the seed and the step, which is what makes a resumed run the
    same run, and a run in two processes the run in one.
    """

    def __init__(self, rows: Sequence[Row], sampling: Sampling, seed: int) -> None:
        """Weigh the rows.

        Raises:
            DataError: A source lacks one of the classes.
        """
        self._seed = seed
        sizes = Counter(row.source for row in rows)
        classes = {(row.source, row.live) for row in rows}
        one_sided = sorted(source for source in sizes if len({live for s, live in classes if s == source}) == 1)
        if one_sided or not rows:
            raise DataError(f"sources without both classes teach their camera, not liveness: {one_sided}")
        total = sum(size**sampling.source_exponent for size in sizes.values())
        members = Counter((row.source, row.live, row.species) for row in rows)
        species = Counter((source, live) for source, live, _ in members)
        self._draws: list[Draw] = []
        weights: list[float] = []
        for at, row in enumerate(rows):
            of_class = sizes[row.source] ** sampling.source_exponent / total / 2
            group = (row.source, row.live)
            weight = of_class / species[group] / members[(*group, row.species)]
            self._draws.append(Draw(at, simulated=False))
            weights.append(weight if row.live else weight * (1 - sampling.simulated))
            if row.live and sampling.simulated:
                self._draws.append(Draw(at, simulated=True))
                weights.append(weight * sampling.simulated)
        self._weights = torch.tensor(weights, dtype=torch.double)

    def batch(self, step: int, size: int) -> list[Draw]:
        """Return the pictures of one batch."""
        generator = torch.Generator().manual_seed(self._seed * 1_000_003 + step)
        # A tensor is taken as it is; a list would be copied for every batch.
        chosen = WeightedRandomSampler(cast("Sequence[float]", self._weights), size, generator=generator)
        return [self._draws[at] for at in chosen]
