"""The queue of kept cases: look, decide, go on."""

import json
from datetime import UTC, datetime

import streamlit as st

from ekyc_console import queue
from ekyc_console.answer import Case, Status, Verdict
from ekyc_console.bars import facts, measure_bars
from ekyc_console.sharing import Sharing, show_trouble
from ekyc_console.trouble import TroubleError
from ekyc_console.verdict import VERDICTS, advice, banner
from ekyc_console.views.try_it import show_drawn

MOST = 500
NOTE = 2000
STATUSES: dict[str, Status | None] = {
    "Waiting": "pending",
    "Needs more": "needs_more",
    "Approved": "approved",
    "Rejected": "rejected",
    "All": None,
}
DAYS = {"1 day": 1, "7 days": 7, "30 days": 30, "90 days": 90}
BUTTONS: tuple[tuple[Verdict, str, str], ...] = (
    ("approve", "Approve", "Alt+A"),
    ("reject", "Reject", "Alt+X"),
    ("needs_more", "Needs more", "Alt+M"),
)
SAID: dict[Verdict, str] = {"approve": "Approved", "reject": "Rejected", "needs_more": "Marked as needing more"}


def show(shared: Sharing) -> None:
    """The page."""
    st.title("Review")
    state = st.session_state
    status, decisions, days = _filters()
    try:
        cases = _cases(shared, status, days)
    except TroubleError as error:
        show_trouble(error)
        st.button("Try again", icon=":material/refresh:")
        return
    cases = [case for case in cases if case.answer.decision in decisions]
    now = datetime.now(UTC)
    st.html(facts(queue.figures(cases, now) if status in {"pending", "needs_more"} else [("Cases", str(len(cases)))]))
    if not cases:
        _confirm()
        st.success("Nothing here. New cases appear some seconds after their answer.", icon=":material/task_alt:")
        return
    if state.get("queue_has_more"):
        st.caption(f"The oldest {MOST} cases are shown; there are more.")
    left, right = st.columns([1, 3], gap="medium")
    with left:
        case = _queue(cases, now)
        _confirm()
    with right:
        _case(shared, case)


def _confirm() -> None:
    """Say what was decided last, where it moves nothing that is about to be pressed."""
    if done := st.session_state.pop("review_done", None):
        st.success(done, icon=":material/check:")


def _filters() -> tuple[Status | None, set[str], int]:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        status = st.segmented_control("Status", STATUSES, default="Waiting", required=True, wrap=True)
        kinds = {VERDICTS[kind][2]: kind for kind in ("review", "reject", "accept", "retake")}
        chosen = st.multiselect("Verdict", kinds, placeholder="any", width=240)
        days = st.selectbox("From the last", DAYS, index=2, width=130)
        if st.button("Refresh", icon=":material/refresh:", shortcut="Alt+U"):
            st.session_state.pop("cases", None)
    return STATUSES[status], {kinds[word] for word in chosen or kinds}, DAYS[days]


def _cases(shared: Sharing, status: Status | None, days: int) -> list[Case]:
    """Ask once a filter, not at every click: each look at the queue is an entry in the audit log."""
    state = st.session_state
    asked, cases = state.get("cases", (None, []))
    if asked != (status, days):
        cases, state["queue_has_more"] = shared.client.cases(status, days=days, most=MOST)
        state["cases"] = ((status, days), cases)
    return list(cases)


def _queue(cases: list[Case], now: datetime) -> Case:
    ids = [case.verification_id for case in cases]
    by_id = dict(zip(ids, cases, strict=True))
    state = st.session_state
    if state.get("case") not in by_id:
        state["case"] = ids[0]

    def step(by: int) -> None:
        state["case"] = ids[(ids.index(state["case"]) + by) % len(ids)]

    with st.container(horizontal=True):
        st.button("Previous", shortcut="Alt+K", on_click=step, args=(-1,), disabled=len(ids) == 1)
        st.button("Next", shortcut="Alt+J", on_click=step, args=(1,), disabled=len(ids) == 1)
    with st.container(height=420 if len(ids) > 5 else "content", border=True):  # noqa: PLR2004 - what fits
        chosen = st.radio(
            "Cases, oldest first",
            ids,
            key="case",
            # Streamlit tells options apart by what they say: numbered, and without the age, which moves.
            format_func=lambda one: f"{ids.index(one) + 1}. {VERDICTS[by_id[one].answer.decision][2]}",
            captions=[queue.caption(case, now) for case in cases],
        )
    return by_id[chosen]


def _case(shared: Sharing, case: Case) -> None:
    picture, evidence = st.columns([1, 1], gap="medium")
    with picture:
        _picture(shared, case)
    with evidence:
        st.html(banner(case.answer))
        _decision(shared, case)
        if words := advice(case.answer):
            st.html(words)
        st.caption(f"Case {case.verification_id}, {case.created:%Y-%m-%d %H:%M} UTC")
    measures, raw = st.tabs(["Measures", "JSON"])
    measures.html(measure_bars(case.answer.detail.measures))
    raw.code(json.dumps(case.model_dump(mode="json"), indent=2), language=None, wrap_lines=True)


def _picture(shared: Sharing, case: Case) -> None:
    state = st.session_state
    name, data = state.get("case_picture", ("", b""))
    if name != case.verification_id:
        try:
            data = shared.client.picture(case.verification_id)
        except TroubleError as error:
            show_trouble(error)
            return
        state["case_picture"] = (case.verification_id, data)
    show_drawn(data, case.answer)


def _decision(shared: Sharing, case: Case) -> None:
    if case.review is not None:
        review = case.review
        note = f" “{review.note}”" if review.note else ""
        st.info(f"{SAID[review.decision]} on {review.decided:%Y-%m-%d %H:%M} UTC with key {review.reviewer}.{note}")
    if case.status in {"approved", "rejected"}:
        return
    # A form, so that a key pressed while the note is still being written sends the note along.
    with st.form(f"decide-{case.verification_id}", border=False):
        note = st.text_area("Note", max_chars=NOTE, height=80, placeholder="What did you see? Kept with the case.")
        with st.container(horizontal=True):
            pressed = [verdict for verdict, word, shortcut in BUTTONS if st.form_submit_button(word, shortcut=shortcut)]
        st.caption("Approve and Reject are final.")
    if pressed:
        _decide(shared, case, pressed[0], note.strip())


def _decide(shared: Sharing, case: Case, verdict: Verdict, note: str) -> None:
    state = st.session_state
    try:
        shared.client.decide(case.verification_id, verdict, note)
    except TroubleError as error:
        show_trouble(error)
        return
    state["review_done"] = f"{SAID[verdict]}."
    state.pop("cases", None)
    st.rerun()
