"""Which pictures make a batch."""

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from ekyc_training.manifest import Row


class Sampler:
    """Draws a source by the square root of its size, then a class evenly, then a species evenly, then a picture.

    So a large source does not drown a small one, no source teaches "this camera is an attacker's", and a rare
    attack is seen as often as a common one. Stateless: a batch is a function of the seed and the step, which is
    what makes a resumed run the same run.
    """

    def __init__(self, rows: list[Row], seed: int) -> None:
        """Group the rows.

        Raises:
            ValueError: A source lacks one of the classes.
        """
        self._seed = seed
        groups: dict[str, dict[bool, dict[str, list[int]]]] = defaultdict(lambda: {True: {}, False: {}})
        for at, row in enumerate(rows):
            groups[row.source][row.live].setdefault(row.species, []).append(at)
        one_sided = [source for source, classes in groups.items() if not (classes[True] and classes[False])]
        if one_sided or not groups:
            raise ValueError(f"sources without both classes teach their camera, not liveness: {one_sided}")
        self._groups = [
            {live: [np.array(members) for members in species.values()] for live, species in classes.items()}
            for classes in groups.values()
        ]
        sizes = np.sqrt([sum(len(m) for species in classes.values() for m in species) for classes in self._groups])
        self._shares = sizes / sizes.sum()

    def batch(self, step: int, size: int) -> NDArray[np.intp]:
        """Positions of the rows of one batch."""
        rng = np.random.default_rng([self._seed, step])
        chosen = np.empty(size, np.intp)
        for slot in range(size):
            source = self._groups[rng.choice(len(self._groups), p=self._shares)]
            species = source[bool(rng.integers(2))]
            members = species[rng.integers(len(species))]
            chosen[slot] = members[rng.integers(len(members))]
        return chosen
