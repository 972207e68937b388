"""The distributions behind a calibration, one small plot a measure."""

from collections.abc import Sequence
from html import escape

import numpy as np
from ekyc_policy.bound import Bound
from ekyc_policy.proposal import Proposal, interval

from ekyc_console.measures import Scale, scale_of
from ekyc_console.plot import figure

WIDTH, HEIGHT, BINS = 240, 90, 24


def proposal_table(proposals: Sequence[Proposal]) -> str:
    """Return what each bound is and would be, with the share of good pictures that it rejects, as HTML."""
    head: tuple[tuple[str, str], ...] = (
        ("Measure", ""),
        ("Pictures", "number"),
        ("Median", "number"),
        ("Now", ""),
        ("rejects", "number"),
        ("Proposed", ""),
        ("rejects", "number"),
    )
    compare = any(one.bad for one in proposals)
    if compare:
        head += (("of bad", "number"),)
    columns = "".join(f'<th scope="col" class="{kind}">{word}</th>' for word, kind in head)
    rows = "".join(_row(one, compare=compare) for one in proposals)
    return (
        '<div class="sideways" tabindex="0" role="region" aria-label="Proposed bounds"><table class="files">'
        "<caption>Bounds now and proposed, and the good pictures that each rejects</caption>"
        f"<tr>{columns}</tr>{rows}</table></div>"
    )


def _row(one: Proposal, *, compare: bool) -> str:
    scale = scale_of(one.measure)
    bad = f'<td class="number">{one.cells()[-1] or "-"}</td>' if compare else ""
    moved = one.rule.required != one.current.required
    new = scale.bound_text(one.rule.required)
    return (
        f'<tr><th scope="row">{escape(scale.title)}</th><td class="number">{len(one.good)}</td>'
        f'<td class="number">{scale.text(float(np.median(one.good)))}</td>'
        f'<td>{scale.bound_text(one.current.required)}</td><td class="number">'
        f"{_share(one.good, one.current.required)}</td><td>{f'<b>{new}</b>' if moved else 'the same'}</td>"
        f'<td class="number">{_share(one.good, one.rule.required)}</td>{bad}</tr>'
    )


def _share(values: list[float], bound: Bound) -> str:
    return "-" if bound.is_open else interval(values, bound)


def distribution_plots(proposals: Sequence[Proposal]) -> str:
    """Return a histogram a measure as HTML: good pictures, bad ones, the bounds now (dashed) and proposed."""
    return f'<div class="grid">{"".join(map(_plot, proposals))}</div>'


def _plot(one: Proposal) -> str:
    scale = scale_of(one.measure)
    seen = [*one.good, *one.bad, *_sides(one.current.required), *_sides(one.rule.required)]
    low, high = (float(f(seen)) for f in (np.min, np.max))
    low, high = (low, high) if high > low else (scale.low, scale.high)
    bars = _bars(one.bad, low, high, "bar not") + _bars(one.good, low, high, "bar")
    lines = "".join(
        f'<line class="{kind}" x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{HEIGHT}"/>'
        for kind, bound in (("now", one.current.required), ("then", one.rule.required))
        for x in (WIDTH * (side - low) / (high - low) for side in _sides(bound))
    )
    axis = (
        f'<line class="axis" x1="0" x2="{WIDTH}" y1="{HEIGHT}" y2="{HEIGHT}"/>'
        f'<text x="0" y="{HEIGHT + 14}">{scale.text(low)}</text>'
        f'<text x="{WIDTH}" y="{HEIGHT + 14}" text-anchor="end">{scale.text(high)}</text>'
    )
    return figure(scale.title, _words(one, scale), (-2, -4, WIDTH + 4, HEIGHT + 22), bars + axis + lines)


def _bars(values: list[float], low: float, high: float, kind: str) -> str:
    if not values:
        return ""
    counts, _ = np.histogram(values, BINS, (low, high))
    step = WIDTH / BINS
    return "".join(
        f'<rect class="{kind}" x="{number * step:.1f}" width="{step - 1:.1f}" y="{HEIGHT * (1 - share):.1f}" '
        f'height="{HEIGHT * share:.1f}"/>'
        for number, share in enumerate(counts / counts.max())
        if share > 0
    )


def _words(one: Proposal, scale: Scale) -> str:
    low, high = (scale.text(float(f(one.good))) for f in (np.min, np.max))
    return f"{scale.title}: {len(one.good)} good pictures from {low} to {high}, {len(one.bad)} bad ones"


def _sides(bound: Bound) -> list[float]:
    return [side for side in (bound.min, bound.max) if side is not None]
