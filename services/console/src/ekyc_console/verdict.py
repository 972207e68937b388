"""A decision in words and one colour."""

from collections.abc import Mapping
from html import escape
from types import MappingProxyType

from ekyc_console.answer import Answer, Decision

VERDICTS: Mapping[Decision, tuple[str, str, str, str]] = MappingProxyType(
    {
        "accept": ("good", "✓", "Accepted", "The picture is good and shows a living person."),
        "review": ("warn", "?", "For review", "A person should look at this picture."),
        "reject": ("bad", "✕", "Rejected", "This looks like a print or a screen, not like a living person."),
        "retake": ("info", "↻", "Take another picture", "This one is not good enough to decide on."),
    }
)
"""By decision: tone, sign, word, sentence."""


def banner(answer: Answer) -> str:
    """Return the verdict as HTML, to be understood at a glance."""
    tone, sign, word, sentence = VERDICTS[answer.decision]
    live = answer.live_probability
    sure = "" if live is None else f'<p class="sure">Living person: <b>{live:.1%}</b></p>'
    return (
        f'<div class="verdict {tone}" role="status"><span class="sign" aria-hidden="true">{sign}</span>'
        f"<div><h2>{word}</h2><p>{sentence}</p>{sure}</div></div>"
    )


def advice(answer: Answer) -> str:
    """Return what to change as HTML: what stopped the picture, then what would make it better; empty where nothing."""
    better = [one.message for one in answer.detail.warnings]
    stops = [one.message for one in answer.reasons]
    parts = []
    if stops:
        title = "What to change" if answer.decision == "retake" else "Why"
        parts.append(f'<h3>{title}</h3><ul class="advice">{_items(stops)}</ul>')
    if better:
        parts.append(f'<h3>It would be better still</h3><ul class="advice">{_items(better)}</ul>')
    return "".join(parts)


def chip(decision: Decision) -> str:
    """Return the word in its colour, for a list."""
    tone, sign, word, _ = VERDICTS[decision]
    return f'<span class="chip {tone}"><span aria-hidden="true">{sign}</span> {word}</span>'


def _items(sentences: list[str]) -> str:
    return "".join(f"<li>{escape(one)}</li>" for one in dict.fromkeys(sentences))
