"""The queue's figures: how many cases, how old."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import median

from ekyc_console.answer import Case

AGES = (
    (timedelta(hours=1), "under an hour"),
    (timedelta(days=1), "under a day"),
    (timedelta(days=7), "under a week"),
    (timedelta.max, "older"),
)


def age(span: timedelta) -> str:
    """Return an age in its largest unit, for example "3 h"."""
    seconds = max(0.0, span.total_seconds())
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return "just now"


def figures(cases: Sequence[Case], now: datetime) -> list[tuple[str, str]]:
    """Return what a table of the queue would tell: the waiting cases, the oldest, and how many are how old."""
    waiting = [now - case.created for case in cases if case.status in {"pending", "needs_more"}]
    if not waiting:
        return [("Waiting", "0")]
    pairs = [("Waiting", str(len(waiting))), ("Oldest", age(max(waiting)))]
    pairs.append(("Median age", age(timedelta(seconds=median(span.total_seconds() for span in waiting)))))
    shorter = timedelta(0)
    for limit, words in AGES:
        if number := sum(shorter <= span < limit for span in waiting):
            pairs.append((words.capitalize(), str(number)))
        shorter = limit
    return pairs


def caption(case: Case, now: datetime) -> str:
    """Return a case's second line in the queue: how old it is, the first reason, and where it stands if not waiting."""
    why = case.answer.reasons[0].code.replace("_", " ") if case.answer.reasons else "no reason"
    parts = [age(now - case.created), why, *([] if case.status == "pending" else [case.status.replace("_", " ")])]
    return " · ".join(parts)
