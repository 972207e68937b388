"""The batch of a step: a function of the settings, the step and the rank, and of nothing that happened before."""

from dataclasses import dataclass

import numpy as np
import torch
from ekyc_vision.picture import Rgb
from numpy.typing import NDArray
from torch import Tensor

from ekyc_training.attacks import simulate
from ekyc_training.augment import augment, lab_statistics
from ekyc_training.config import Config
from ekyc_training.crops import Crops
from ekyc_training.sampler import Draw, Sampler

# Pictures that lend their colours to others.
PALETTE = 2000


@dataclass(frozen=True, slots=True)
class Batch:
    """What one process learns from in one step.

    Attributes:
        pixels: Batch x size x size x 3, uint8, RGB.
        live: 1 for bona fide, 0 for attacks: batch, float32.
        species: Position in `Batches.species`, or -1 for bona fide: batch, int64.
    """

    pixels: Tensor
    live: Tensor
    species: Tensor


class Batches:
    """Makes the batches of a run."""

    def __init__(self, crops: Crops, config: Config) -> None:
        """Take up the crops to learn from; sources that are left out are already gone.

        Raises:
            DataError: A source lacks one of the classes.
        """
        self._crops = crops
        self._config = config
        self._sampler = Sampler(crops.rows, config.sampling, config.seed)
        self.species = sorted({row.species for row in crops.rows if not row.live} | {"simulated"})
        self._species_at = {name: at for at, name in enumerate(self.species)}
        step = max(len(crops) // PALETTE, 1)
        self._palette: NDArray[np.float32] = np.stack([lab_statistics(crops[at]) for at in range(0, len(crops), step)])

    def batch(self, step: int, rank: int = 0, world: int = 1) -> Batch:
        """Return the share of one process of a step's batch."""
        draws = list(enumerate(self._sampler.batch(step, self._config.schedule.batch)))[rank::world]
        pixels = np.stack([self._view(draw, step, slot) for slot, draw in draws])
        species = [self._species(draw) for _, draw in draws]
        return Batch(
            pixels=torch.from_numpy(pixels),
            live=torch.tensor([float(at < 0) for at in species]),
            species=torch.tensor(species),
        )

    def _view(self, draw: Draw, step: int, slot: int) -> Rgb:
        rng = np.random.default_rng([self._config.seed, step, slot])
        crop = self._crops[draw.at]
        if draw.simulated:
            crop = simulate(crop, rng)
        return augment(crop, self._config.augment, rng, self._palette)

    def _species(self, draw: Draw) -> int:
        if draw.simulated:
            return self._species_at["simulated"]
        row = self._crops.rows[draw.at]
        return -1 if row.live else self._species_at[row.species]
