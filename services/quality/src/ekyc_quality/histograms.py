"""The distributions behind a calibration, as one picture."""

from pathlib import Path

import matplotlib as mpl
import numpy as np
from ekyc_policy.bound import Bound
from ekyc_policy.proposal import Proposal

COLUMNS = 4
BINS = 40


def draw(proposals: list[Proposal], path: Path) -> None:
    """Draw one histogram a measure: good pictures, bad ones where given, current bounds dashed, proposed ones solid."""
    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415 - after the backend is chosen

    rows = -(-len(proposals) // COLUMNS)
    figure, axes = plt.subplots(rows, COLUMNS, figsize=(4 * COLUMNS, 2.6 * rows), squeeze=False, layout="constrained")
    for axis in axes.flat[len(proposals) :]:
        axis.axis("off")
    for axis, proposal in zip(axes.flat, proposals, strict=False):
        low, high = np.quantile([*proposal.good, *proposal.bad], (0.002, 0.998))
        bins = np.linspace(low, high if high > low else low + 1, BINS)
        axis.hist(np.clip(proposal.good, low, high), bins, density=True, color="#4a90d9", alpha=0.8, label="good")
        if proposal.bad:
            axis.hist(np.clip(proposal.bad, low, high), bins, density=True, color="#d9534a", alpha=0.5, label="bad")
        for bound, style in ((proposal.current.required, "--"), (proposal.rule.required, "-")):
            for side in sides(bound):
                axis.axvline(side, linestyle=style, color="black", linewidth=1)
        axis.set_title(f"{proposal.measure.value} (n = {len(proposal.good)})", fontsize=9)
        axis.set_yticks([])
    axes.flat[0].legend(fontsize=8)
    figure.suptitle("dashed: current bound; solid: proposed")
    figure.savefig(path, dpi=110)
    plt.close(figure)


def sides(bound: Bound) -> list[float]:
    """The sides that are not open."""
    return [side for side in (bound.min, bound.max) if side is not None]
