"""Curves as PNG bytes."""

import io
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from scipy.stats import norm

from ekyc_training.metrics import Bin, Labels, Scores, det

TICKS = (0.001, 0.01, 0.05, 0.1, 0.2, 0.4, 0.6)
LEAST = 5e-4
Named = Mapping[str, tuple[Labels, Scores]]


def png(figure: Figure) -> bytes:
    """Return a figure as PNG."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=110, bbox_inches="tight")
    return buffer.getvalue()


def det_plot(curves: Named) -> bytes:
    """Return detection error trade-off curves on normal deviates (Martin et al., 1997)."""
    figure = Figure(figsize=(5.2, 4.6))
    axes = figure.subplots()
    for name, (live, scores) in curves.items():
        accepted, rejected = det(live, scores)
        axes.plot(norm.ppf(np.clip(accepted, LEAST, 0.9)), norm.ppf(np.clip(rejected, LEAST, 0.9)), label=name)
    axes.plot(norm.ppf([LEAST, 0.6]), norm.ppf([LEAST, 0.6]), color="0.8", linestyle=":")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_ticks(norm.ppf(TICKS), [f"{tick:.1%}" for tick in TICKS])
    axes.set(xlabel="APCER, attacks pooled", ylabel="BPCER", title="DET", xlim=norm.ppf((LEAST, 0.6)))
    axes.set_ylim(norm.ppf((LEAST, 0.6)))
    axes.legend(fontsize=8)
    axes.grid(alpha=0.3)
    return png(figure)


def roc_plot(curves: Named) -> bytes:
    """Return ROC curves with the attack's share on a logarithmic axis, where it matters."""
    figure = Figure(figsize=(5.2, 4.6))
    axes = figure.subplots()
    for name, (live, scores) in curves.items():
        accepted, rejected = det(live, scores)
        axes.plot(np.maximum(accepted, LEAST), 1 - rejected, label=name)
    axes.set(xscale="log", xlabel="attacks accepted", ylabel="bona fide accepted", title="ROC", xlim=(LEAST, 1))
    axes.legend(fontsize=8)
    axes.grid(alpha=0.3)
    return png(figure)


def reliability_plot(bins: Sequence[Bin], error: float) -> bytes:
    """Return a reliability diagram."""
    figure = Figure(figsize=(4.4, 4.2))
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="0.8", linestyle=":")
    axes.plot([b.score for b in bins], [b.live for b in bins], marker="o")
    for b in bins:
        axes.annotate(str(b.n), (b.score, b.live), fontsize=7, xytext=(4, -9), textcoords="offset points")
    axes.set(xlabel="mean score", ylabel="share that is bona fide", title=f"Reliability, ECE {error:.3f}")
    return png(figure)


def histogram_plot(live: Labels, scores: Scores, thresholds: Mapping[str, float]) -> bytes:
    """Return the distribution of the scores of both classes."""
    figure = Figure(figsize=(5.2, 4.2))
    axes = figure.subplots()
    for name, chosen, colour in (("bona fide", scores[live], "tab:green"), ("attack", scores[~live], "tab:red")):
        axes.hist(chosen, bins=40, range=(0, 1), alpha=0.55, label=name, color=colour, log=True)
    for name, threshold in thresholds.items():
        axes.axvline(threshold, color="0.3", linestyle="--")
        axes.annotate(name, (threshold, axes.get_ylim()[1]), fontsize=8, ha="center")
    axes.set(xlabel="P(bona fide)", ylabel="pictures")
    axes.legend(fontsize=8)
    return png(figure)
