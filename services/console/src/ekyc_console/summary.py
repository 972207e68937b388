"""Several pictures and their verdicts in one table."""

from collections import Counter
from collections.abc import Sequence
from html import escape

from ekyc_console.answer import Verified
from ekyc_console.trouble import TroubleError
from ekyc_console.verdict import VERDICTS, chip


def summary(sent: Sequence[tuple[str, Verified | TroubleError]]) -> str:
    """Return a row a picture as HTML: its name, its verdict, the first thing to change."""
    rows = "".join(
        f'<tr><td class="number">{number}</td><th scope="row">{escape(name)}</th>{_cells(outcome)}</tr>'
        for number, (name, outcome) in enumerate(sent, 1)
    )
    return (
        f'<table class="files"><caption>{_count([outcome for _, outcome in sent])}</caption>'
        '<tr><th scope="col" class="number">#</th><th scope="col">Picture</th><th scope="col">Verdict</th>'
        f'<th scope="col">Why</th></tr>{rows}</table>'
    )


def _cells(outcome: Verified | TroubleError) -> str:
    if isinstance(outcome, TroubleError):
        return f'<td><span class="chip quiet">No answer</span></td><td>{escape(outcome.what)}</td>'
    answer = outcome.answer
    why = answer.reasons[0].message if answer.reasons else ""
    return f"<td>{chip(answer.decision)}</td><td>{escape(why)}</td>"


def _count(outcomes: Sequence[Verified | TroubleError]) -> str:
    words = Counter(
        VERDICTS[one.answer.decision][2].lower() if isinstance(one, Verified) else "no answer" for one in outcomes
    )
    return f"{len(outcomes)} pictures: " + ", ".join(f"{number} {word}" for word, number in words.most_common())
