"""DET and ROC of a model, drawn."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

from ekyc_console.bundle import Operating
from ekyc_console.plot import figure

WIDTH, HEIGHT, LEFT, BELOW = 360, 260, 44, 36
DET_TICKS = (0.002, 0.01, 0.05, 0.1, 0.2, 0.4, 0.6)
DET_RANGE = (0.001, 0.75)
ROC_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Plot:
    """What a plot's axes say.

    Attributes:
        title: Over it.
        words: Of the axis to the right, and of the one upwards.
        ticks: Shares with a line, of both axes.
        axis: Where on an axis a share lies, 0 to 1.
    """

    title: str
    words: tuple[str, str]
    ticks: Sequence[float]
    axis: Callable[[float], float]


def det(curve: Sequence[Operating], here: Operating) -> str:
    """Return the detection error trade-off as HTML: attacks accepted against people not accepted, normal deviates."""
    quantile = NormalDist().inv_cdf
    low, high = map(quantile, DET_RANGE)

    def axis(share: float) -> float:
        return (quantile(min(DET_RANGE[1], max(DET_RANGE[0], share))) - low) / (high - low)

    return _figure(
        Plot("DET", ("attacks accepted", "living people not accepted"), DET_TICKS, axis),
        [(one.apcer_all, one.bpcer) for one in curve if _on_det(one.apcer_all) and _on_det(one.bpcer)],
        [(one.apcer, one.bpcer) for one in curve if _on_det(one.apcer) and _on_det(one.bpcer)],
        (here.apcer_all, here.bpcer),
    )


def _on_det(share: float) -> bool:
    return DET_RANGE[0] <= share <= DET_RANGE[1]


def roc(curve: Sequence[Operating], here: Operating) -> str:
    """Return the receiver operating characteristic as HTML: attacks accepted against people accepted."""
    return _figure(
        Plot("ROC", ("attacks accepted", "living people accepted"), ROC_TICKS, lambda share: share),
        [(one.apcer_all, 1 - one.bpcer) for one in curve],
        [(one.apcer, 1 - one.bpcer) for one in curve],
        (here.apcer_all, 1 - here.bpcer),
    )


def _figure(plot: Plot, pooled: list[Point], worst: list[Point], here: Point) -> str:
    def at(point: Point) -> Point:
        return LEFT + (WIDTH - LEFT) * plot.axis(point[0]), (HEIGHT - BELOW) * (1 - plot.axis(point[1]))

    def path(points: list[Point]) -> str:
        return " ".join(f"{x:.1f},{y:.1f}" for x, y in map(at, points))

    grid = ""
    for tick in plot.ticks:
        x, y = at((tick, tick))
        grid += (
            f'<line class="axis" x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{HEIGHT - BELOW}"/>'
            f'<line class="axis" x1="{LEFT}" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<text x="{x:.1f}" y="{HEIGHT - BELOW + 14}" text-anchor="middle">{100 * tick:.3g} %</text>'
            f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{100 * tick:.3g} %</text>'
        )
    x, y = at(here)
    told = f"{plot.title}: at the chosen threshold {here[0]:.1%} {plot.words[0]}, {here[1]:.1%} {plot.words[1]}"
    middle = (HEIGHT - BELOW) / 2
    drawn = (
        f'{grid}<polyline class="other" points="{path(worst)}"/><polyline class="curve" points="{path(pooled)}"/>'
        f'<circle class="here" cx="{x:.1f}" cy="{y:.1f}" r="6"/>'
        f'<text x="{(WIDTH + LEFT) / 2}" y="{HEIGHT - 4}" text-anchor="middle">{plot.words[0]}</text>'
        f'<text transform="translate(-6 {middle}) rotate(-90)" text-anchor="middle">{plot.words[1]}</text>'
    )
    return figure(plot.title, told, (-20, -8, WIDTH + 40, HEIGHT + 12), drawn)
