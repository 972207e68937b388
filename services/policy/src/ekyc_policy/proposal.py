"""A bound for one measure from the values of good pictures."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ekyc_policy.bound import Bound
from ekyc_policy.interval import exact_interval
from ekyc_policy.measure import Measure
from ekyc_policy.profile import Profile, Rule

# A calibration moves what depends on the camera; these follow from the model and the rules of the game.
FIXED = frozenset({Measure.RESOLUTION, Measure.ONE_FACE, Measure.FACE_SIZE})


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a calibration says of one measure.

    Attributes:
        measure: Which.
        good: Its values over pictures that should pass.
        bad: Its values over pictures that should not; may be empty.
        current: The rule in force.
        rule: The rule proposed: the same sides as the current one, moved to the wanted quantile.
    """

    measure: Measure
    good: list[float]
    bad: list[float]
    current: Rule
    rule: Rule

    def cells(self) -> tuple[str, ...]:
        """One table row: measure, n, quantiles, the bound and what it rejects now and as proposed, and of bad ones."""
        low, middle, high = np.quantile(self.good, (0.01, 0.5, 0.99))
        return (
            self.measure.value,
            str(len(self.good)),
            *(f"{value:.3g}" for value in (low, middle, high)),
            show(self.current.required),
            interval(self.good, self.current.required),
            show(self.rule.required),
            interval(self.good, self.rule.required),
            f"{rejected(self.bad, self.rule.required) / len(self.bad):.0%}" if self.bad else "",
        )


def propose(measure: Measure, good: list[float], bad: list[float], current: Rule, rate: float) -> Proposal:
    """Move each side that the current rule bounds to the quantile that rejects ``rate`` of the good values.

    A rule with two sides spends half of the rate on each. A measure that the current rule leaves open stays open.
    """
    required = current.required
    sides = (required.min is not None) + (required.max is not None)
    share = rate / max(sides, 1)
    moved = Bound(
        min=None if required.min is None else float(f"{np.quantile(good, share, method='lower'):.4g}"),
        max=None if required.max is None else float(f"{np.quantile(good, 1 - share, method='higher'):.4g}"),
    )
    rule = Rule(required=moved, recommended=inside(current.recommended, moved), optional=current.optional)
    return Proposal(measure, good, bad, current, rule)


def profile_of(proposals: Iterable[Proposal], *, name: str, source: str, rate: float) -> Profile:
    """Return the profile of a calibration: every rule that it moves and may move.

    Args:
        proposals: One a measure.
        name: Of the profile.
        source: Where the pictures came from, for the note.
        rate: Share of good pictures that each bound may reject.

    Raises:
        pydantic.ValidationError: The name has other characters than a-z, 0-9, _ and -.
    """
    moved = [one for one in proposals if one.measure not in FIXED and one.rule != one.current]
    return Profile(
        name=name,
        note=f"{source}, each bound rejects at most {rate:.2%} of them",
        rules={one.measure: one.rule for one in moved},
    )


def inside(recommended: Bound, required: Bound) -> Bound:
    """Return the recommended bound where it is the stricter one, side by side; an idle side is dropped."""
    low, high = recommended.min, recommended.max
    if low is not None and required.min is not None and low <= required.min:
        low = None
    if high is not None and required.max is not None and high >= required.max:
        high = None
    return Bound(min=low, max=high)


def rejected(values: list[float], bound: Bound) -> int:
    """Count the values outside a bound."""
    return sum(bound.is_below(value) or bound.is_above(value) for value in values)


def interval(values: list[float], bound: Bound) -> str:
    """The rejected share with its exact interval in percent."""
    errors, n = rejected(values, bound), len(values)
    low, high = exact_interval(errors, n)
    return f"{errors / n:.1%} ({low:.1%}-{high:.1%})"


def show(bound: Bound) -> str:
    """A bound in a few characters."""
    return (
        "open" if bound.is_open else "…".join("" if side is None else f"{side:.3g}" for side in (bound.min, bound.max))
    )
