"""Bounds for your camera, from your camera's pictures."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import streamlit as st
from ekyc_policy.measure import Measure
from ekyc_policy.profile import DEFAULT_PROFILE
from ekyc_policy.proposal import FIXED, Proposal, profile_of, propose

from ekyc_console.bars import facts
from ekyc_console.distributions import distribution_plots, proposal_table
from ekyc_console.settings import MAX_IMAGE_MIB
from ekyc_console.sharing import Sharing, show_trouble
from ekyc_console.trouble import TroubleError
from ekyc_console.views.try_it import KINDS

FEW = 100
NAMES = frozenset(Measure)
NAME = r"^[a-z0-9][a-z0-9_-]{0,63}$"


@dataclass
class Measured:
    """A set of pictures as the gateway measured it.

    Attributes:
        values: By measure.
        pictures: That were measured.
        faces: Of which a face was found in.
        troubles: Sentences about the others, by file name.
    """

    values: dict[Measure, list[float]] = field(default_factory=lambda: defaultdict(list))
    pictures: int = 0
    faces: int = 0
    troubles: dict[str, str] = field(default_factory=dict)


def show(shared: Sharing) -> None:
    """The page."""
    st.title("Calibrate")
    st.markdown(
        "How sharp and how bright a good picture is depends on the camera. Upload pictures of yours that should pass, "
        "better some hundreds than ten; the gateway measures them, and you get bounds that nearly all of them meet."
    )
    good, bad = _ask()
    if st.button("Measure the pictures", icon=":material/straighten:", disabled=not good):
        st.session_state.pop("calibration", None)
        try:
            st.session_state["calibration"] = _measure_all(shared, good), _measure_all(shared, bad)
        except TroubleError as error:
            show_trouble(error)
    if found := st.session_state.get("calibration"):
        _show_result(*found)


def _ask() -> tuple[list[tuple[str, bytes]], list[tuple[str, bytes]]]:
    words = ("Pictures that should pass", "Pictures that should not pass (optional, to compare)")
    sets = []
    for column, word in zip(st.columns(2, gap="large"), words, strict=True):
        files = column.file_uploader(word, type=KINDS, accept_multiple_files=True, max_upload_size=MAX_IMAGE_MIB)
        sets.append([(file.name, file.getvalue()) for file in files])
    st.caption(
        "They are verified like any other picture: those that end in review or reject join the reviewers' queue."
    )
    return sets[0], sets[1]


def _measure_all(shared: Sharing, pictures: Sequence[tuple[str, bytes]]) -> Measured:
    """Measure a set.

    Raises:
        TroubleError: Of a kind that every other picture would meet too.
    """
    found = Measured()
    if not pictures:
        return found
    progress = st.progress(0.0, "Measuring …")
    for number, (name, data) in enumerate(pictures, 1):
        try:
            answer = shared.client.verify_patiently(data).answer
        except TroubleError as error:
            if not error.code.startswith("image_"):
                progress.empty()
                raise
            found.troubles[name] = error.text
        else:
            found.pictures += 1
            found.faces += answer.detail.face is not None
            for one in answer.detail.measures:
                if one.value is not None and one.measure in NAMES:
                    found.values[Measure(one.measure)].append(one.value)
        progress.progress(number / len(pictures), f"Measured {number} of {len(pictures)}")
    progress.empty()
    return found


def _show_result(good: Measured, bad: Measured) -> None:
    for name, sentence in {**good.troubles, **bad.troubles}.items():
        st.warning(f"**{name}** was left out. {sentence}")
    if not good.faces:
        st.error("No face was found in any picture that should pass.", icon=":material/face_retouching_off:")
        return
    st.html(facts(_counts(good, bad)))
    if good.faces < FEW:
        st.warning(f"{good.faces} faces are few: a bound that rejects 1 % needs some hundreds.", icon=":material/info:")
    with st.container(horizontal=True, gap="medium"):
        percent = st.slider("Good pictures that each bound may reject, in percent", 0.5, 10.0, 1.0, 0.5, width=380)
        name = st.text_input("Name of the profile (a-z, 0-9, _ and -)", "camera", max_chars=64, width=280, key="name")
    rate = percent / 100
    proposals = _proposals(good.values, bad.values, rate)
    _download(proposals, name, f"{good.faces} faces of {good.pictures} pictures", rate)
    st.html(proposal_table(proposals))
    st.subheader("Distributions")
    st.caption("Blue: pictures that should pass. Red: that should not. Dashed: the bound now. Green: proposed.")
    st.html(distribution_plots(proposals))


def _counts(good: Measured, bad: Measured) -> list[tuple[str, str]]:
    pairs = [("Should pass", str(good.pictures)), ("with a face", str(good.faces))]
    return [*pairs, ("Should not pass", str(bad.pictures))] if bad.pictures else pairs


def _proposals(good: Mapping[Measure, list[float]], bad: Mapping[Measure, list[float]], rate: float) -> list[Proposal]:
    """Propose against the default profile; what no camera changes is left out."""
    return [
        propose(measure, good[measure], list(bad.get(measure, ())), DEFAULT_PROFILE.rule(measure), rate)
        for measure in Measure
        if good.get(measure) and measure not in FIXED
    ]


def _download(proposals: Sequence[Proposal], name: str, source: str, rate: float) -> None:
    if not re.fullmatch(NAME, name):
        st.error("The name may have a-z, 0-9, _ and -, and begins with a letter or a figure.")
        return
    text = profile_of(proposals, name=name, source=source, rate=rate).text()
    st.download_button(
        f"Download {name}.yaml", text, f"{name}.yaml", "application/yaml", icon=":material/download:", on_click="ignore"
    )
    st.caption(f"Put it into the folder QUALITY_PROFILES of the quality service; clients name it with ?profile={name}.")
