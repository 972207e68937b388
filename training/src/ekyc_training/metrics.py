"""Presentation-attack detection error rates (ISO/IEC 30107-3:2023, clause 13.2).

Bona fide is the positive class: a score is P(bona fide), and a presentation is accepted where score >= threshold.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta, rankdata

Scores = NDArray[np.float64]
Labels = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of n presentations with its exact 95 % interval (Clopper and Pearson, 1934)."""

    errors: int
    n: int

    @property
    def value(self) -> float:
        """Errors / n; not a number where n is 0."""
        return self.errors / self.n if self.n else float("nan")

    @property
    def interval(self) -> tuple[float, float]:
        """Lower and upper limit."""
        low = float(beta.ppf(0.025, self.errors, self.n - self.errors + 1)) if self.errors else 0.0
        high = float(beta.ppf(0.975, self.errors + 1, self.n - self.errors)) if self.errors < self.n else 1.0
        return low, high


def apcer(attack_scores: Scores, threshold: float) -> Rate:
    """Attack presentation classification error rate: attacks accepted, of one species."""
    return Rate(int((attack_scores >= threshold).sum()), len(attack_scores))


def bpcer(bona_fide_scores: Scores, threshold: float) -> Rate:
    """Bona fide presentation classification error rate: bona fide not accepted."""
    return Rate(int((bona_fide_scores < threshold).sum()), len(bona_fide_scores))


def apcer_max(scores: Scores, species: Sequence[str], threshold: float) -> tuple[str, Rate]:
    """Return the species with the highest APCER, and its rate; the headline figure.

    Args:
        scores: Of attacks only.
        species: The instrument species of each.
        threshold: Of acceptance.
    """
    names = np.asarray(species)
    rates = {str(name): apcer(scores[names == name], threshold) for name in np.unique(names)}
    return max(rates.items(), key=lambda item: item[1].value)


def both_classes(live: Labels) -> bool:
    """Return whether there is anything to tell apart."""
    return bool(live.any() and not live.all())


def auc(live: Labels, scores: Scores) -> float:
    """Area under the ROC curve: the chance that a bona fide scores above an attack; ties count half (Mann, Whitney)."""
    positives = int(live.sum())
    negatives = len(live) - positives
    ranks = rankdata(scores)[live].sum()
    return float((ranks - positives * (positives + 1) / 2) / (positives * negatives))


def eer(live: Labels, scores: Scores) -> tuple[float, float]:
    """Return the equal error rate and its threshold, attacks pooled: where APCER and BPCER are closest."""
    thresholds = np.unique(scores)
    bona_fide, attacks = np.sort(scores[live]), np.sort(scores[~live])
    rejected = np.searchsorted(bona_fide, thresholds, side="left") / len(bona_fide)
    accepted = 1 - np.searchsorted(attacks, thresholds, side="left") / len(attacks)
    best = int(np.argmin(np.abs(rejected - accepted)))
    return float((rejected[best] + accepted[best]) / 2), float(thresholds[best])


def threshold_at_bpcer(groups: Mapping[str, Scores], target: float) -> float:
    """Return the highest threshold whose BPCER, averaged over groups of bona fide, is at most ``target``.

    Args:
        groups: Bona fide scores by source; a source weighs by the root of its number of pictures, see `_mean_below`.
        target: 0 to 1.
    """
    candidates = np.unique(np.concatenate(list(groups.values())))
    return float(candidates[np.flatnonzero(_mean_below(groups, candidates) <= target)[-1]])


def threshold_at_apcer(groups: Mapping[str, Scores], target: float) -> float:
    """Return the lowest threshold whose APCER, averaged over groups of attacks, is at most ``target``.

    Args:
        groups: Attack scores by source; a source weighs by the root of its number of pictures, see `_mean_below`.
        target: 0 to 1.
    """
    candidates = np.unique(np.concatenate([*groups.values(), [np.nextafter(max(map(np.max, groups.values())), 2)]]))
    return float(candidates[np.flatnonzero(1 - _mean_below(groups, candidates) <= target)[0]])


def _mean_below(groups: Mapping[str, Scores], candidates: Scores) -> Scores:
    """Return the share of scores below each candidate, averaged over the groups.

    Weights are the roots of the groups' sizes, as in the sampler: no source drowns another by its number alone, and one
    of a few dozen pictures, which cannot measure a share of 5 %, does not move the mean as one of a thousand does.
    """
    shares = [np.searchsorted(np.sort(scores), candidates, side="left") / len(scores) for scores in groups.values()]
    return np.average(shares, axis=0, weights=[math.sqrt(len(scores)) for scores in groups.values()])


def bpcer_at_apcer_max(live: Labels, scores: Scores, species: Sequence[str], target: float) -> Rate:
    """BPCER at the lowest threshold where no species' APCER exceeds ``target``: BPCER10, 20 and 100 at .1, .05, .01.

    Args:
        live: Labels.
        scores: Of all.
        species: Of all; that of bona fide is not looked at.
        target: 0 to 1.
    """
    names = np.asarray(species)[~live]
    attacks = scores[~live]
    thresholds = [threshold_at_apcer({"one": attacks[names == name]}, target) for name in np.unique(names)]
    return bpcer(scores[live], max(thresholds))


def acer(apcer_value: float, bpcer_value: float) -> float:
    """Return the mean of the two rates; no ISO metric, for comparison with papers only."""
    return (apcer_value + bpcer_value) / 2


def det(live: Labels, scores: Scores) -> tuple[Scores, Scores]:
    """Return APCER (attacks pooled) and BPCER at every threshold, from accepting all to accepting none."""
    thresholds = np.append(np.unique(scores), np.inf)
    accepted = 1 - np.searchsorted(np.sort(scores[~live]), thresholds, side="left") / (~live).sum()
    rejected = np.searchsorted(np.sort(scores[live]), thresholds, side="left") / live.sum()
    return accepted, rejected


@dataclass(frozen=True, slots=True)
class Bin:
    """Presentations of like score: their mean score, the share that is bona fide, and how many they are."""

    score: float
    live: float
    n: int


def reliability(live: Labels, scores: Scores, bins: int = 10) -> list[Bin]:
    """Return the bins of equal width of a reliability diagram; empty ones are left out."""
    at = np.minimum((scores * bins).astype(int), bins - 1)
    return [
        Bin(float(scores[at == n].mean()), float(live[at == n].mean()), int((at == n).sum()))
        for n in range(bins)
        if (at == n).any()
    ]


def expected_calibration_error(live: Labels, scores: Scores) -> float:
    """Return the mean distance between score and share of bona fide over bins, by their size (Guo et al., 2017)."""
    return float(sum(abs(b.score - b.live) * b.n for b in reliability(live, scores)) / len(scores))


def bootstrap(
    subjects: Sequence[str], statistic: Callable[[NDArray[np.intp]], float], rounds: int = 500, seed: int = 0
) -> tuple[float, float]:
    """Return a 95 % interval by drawing whole subjects with replacement: pictures of one person are not independent.

    Args:
        subjects: Of each presentation.
        statistic: Of the positions that were drawn; not a number where it is undefined, which is left out.
        rounds: Draws.
        seed: Of the draws.
    """
    names, inverse = np.unique(np.asarray(subjects), return_inverse=True)
    members = [np.flatnonzero(inverse == n) for n in range(len(names))]
    rng = np.random.default_rng(seed)
    values = [
        statistic(np.concatenate([members[n] for n in rng.integers(len(names), size=len(names))]))
        for _ in range(rounds)
    ]
    low, high = np.nanpercentile(values, [2.5, 97.5])
    return float(low), float(high)


def apcer_at_bpcer(live: Labels, scores: Scores, target: float) -> Rate:
    """Pooled APCER at the threshold where BPCER is ``target`` on these same presentations."""
    return apcer(scores[~live], threshold_at_bpcer({"all": scores[live]}, target))
