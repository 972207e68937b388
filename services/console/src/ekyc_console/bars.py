"""Measures against their bounds, and timings, as tables whose bars are for the eye alone."""

from collections.abc import Iterable, Sequence
from html import escape

from ekyc_console.answer import Measure, Verified
from ekyc_console.measures import Scale, scale_of

OUTCOMES = {
    "passed": ("good", "✓", "good"),
    "warned": ("warn", "!", "could be better"),
    "failed": ("bad", "✕", "not good enough"),
    "not_assessed": ("quiet", "-", "not measured"),
}
WORST_FIRST = ("failed", "warned", "passed", "not_assessed")


def measure_bars(measures: Sequence[Measure]) -> str:
    """Return every measure as a row, the worst first: what it is, where it lies, what is wanted."""
    ordered = sorted(measures, key=lambda one: WORST_FIRST.index(one.outcome) if one.outcome in WORST_FIRST else 0)
    return f'<table class="bars"><caption>Measured, and what is wanted</caption>{"".join(map(_row, ordered))}</table>'


def _row(one: Measure) -> str:
    scale = scale_of(one.measure)
    tone, sign, word = OUTCOMES.get(one.outcome, OUTCOMES["not_assessed"])
    value = "-" if one.value is None else scale.text(one.value)
    wanted = "" if one.value is None else scale.bound_text(one.bound)
    return (
        f'<tr><th scope="row">{escape(scale.title)}</th><td class="track">{_track(one, scale, tone)}</td>'
        f'<td class="value"><b>{value}</b><span>{wanted}</span></td>'
        f'<td class="{tone}"><span aria-hidden="true">{sign}</span><span class="unseen">{word}</span></td></tr>'
    )


def _track(one: Measure, scale: Scale, tone: str) -> str:
    if one.value is None:
        return '<div class="rail" aria-hidden="true"></div>'
    low, high = (one.bound.min, one.bound.max) if one.bound else (None, None)
    left = 0.0 if low is None else scale.place(low)
    right = 100.0 if high is None else scale.place(high)
    return (
        f'<div class="rail" aria-hidden="true"><i class="zone" style="left:{left:.1f}%;right:{100 - right:.1f}%"></i>'
        f'<i class="mark {tone}" style="left:{scale.place(one.value):.1f}%"></i></div>'
    )


def timing_bars(verified: Verified) -> str:
    """Return what took how long: the whole, then each service's stages."""
    whole = max(verified.milliseconds, 0.01)
    rows: list[tuple[str, str, float]] = [("console", "send the picture, wait, read the answer", verified.milliseconds)]
    for service, stages in verified.answer.detail.timings.items():
        rows += [(service, stage.replace("_", " "), milliseconds) for stage, milliseconds in stages.items()]
    body = "".join(
        f'<tr><th scope="row">{escape(service)}<span>{escape(stage)}</span></th><td class="track">'
        f'<div class="rail" aria-hidden="true"><i class="fill" style="width:{min(100, 100 * took / whole):.1f}%"></i>'
        f'</div></td><td class="value"><b>{took:.1f} ms</b></td></tr>'
        for service, stage, took in rows
    )
    return f'<table class="bars"><caption>Timings</caption>{body}</table>'


def facts(figures: Iterable[tuple[str, ...]]) -> str:
    """Return a few figures side by side: what, how much, and a third text in small print where there is one."""
    body = "".join(
        f"<div><dt>{escape(what)}</dt><dd>{escape(how)} {''.join(map(_small, more))}</dd></div>"
        for what, how, *more in figures
    )
    return f'<dl class="facts">{body}</dl>'


def _small(text: str) -> str:
    return f"<small>{escape(text)}</small>"
