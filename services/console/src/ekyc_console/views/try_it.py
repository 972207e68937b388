"""Send a picture, see the verdict and everything that led to it."""

import hashlib
import json
import shlex
from dataclasses import dataclass

import streamlit as st

from ekyc_console.answer import Answer, Verified
from ekyc_console.bars import measure_bars, timing_bars
from ekyc_console.drawing import PictureUnreadableError, draw
from ekyc_console.settings import MAX_IMAGE_MIB
from ekyc_console.sharing import Sharing, show_trouble
from ekyc_console.summary import summary
from ekyc_console.trouble import TroubleError
from ekyc_console.verdict import advice, banner

KINDS = ("jpg", "jpeg", "png", "webp", "heic", "heif")
CAMERA, FILES = "Camera", "Files"


@dataclass(frozen=True, slots=True)
class Sent:
    """A picture and what came of it."""

    name: str
    data: bytes
    outcome: Verified | TroubleError


def show(shared: Sharing) -> None:
    """The page."""
    st.title("Try it")
    st.markdown("Is the picture good enough, and was a living person in front of the camera?")
    left, right = st.columns([5, 7], gap="large")
    with left:
        pictures, profile = _ask()
    with right:
        if not pictures:
            st.info("Take a photo or choose files; the verdict appears here.", icon=":material/photo_camera:")
            return
        sent = _send_all(shared, pictures, profile)
        one = _choose(sent)
        _show_outcome(shared, one, profile)


def _ask() -> tuple[list[tuple[str, bytes]], str]:
    source = st.segmented_control("Picture from", (CAMERA, FILES), default=CAMERA, required=True)
    if source == FILES:
        files = st.file_uploader(
            f"One or more pictures of one face each, at most {MAX_IMAGE_MIB} MiB",
            type=KINDS,
            accept_multiple_files=True,
            max_upload_size=MAX_IMAGE_MIB,
        )
        pictures = [(file.name, file.getvalue()) for file in files]
    else:
        photo = st.camera_input("Look at the camera and take a photo", resolution="720p")
        pictures = [("photo.jpg", photo.getvalue())] if photo else []
    with st.expander("Options"):
        profile = st.text_input("Camera profile", max_chars=64, placeholder="default").strip()
    st.caption("Pictures that end in review or reject are kept for the reviewers.")
    return pictures, profile


def _send_all(shared: Sharing, pictures: list[tuple[str, bytes]], profile: str) -> list[Sent]:
    """Send what was not sent before; whatever else changes on the page must not send a picture again."""
    before: dict[str, Verified] = st.session_state.get("verified", {})
    now: dict[str, Verified] = {}
    sent = []
    new = len(pictures)
    progress = st.progress(0.0, f"Checking {'the picture' if new == 1 else f'{new} pictures'} …")
    for number, (name, data) in enumerate(pictures, 1):
        digest = hashlib.sha256(profile.encode() + b"\0" + data).hexdigest()
        try:
            verified = before.get(digest) or shared.client.verify(data, profile)
        except TroubleError as error:
            sent.append(Sent(name, data, error))
        else:
            now[digest] = verified
            sent.append(Sent(name, data, verified))
        progress.progress(number / new)
    progress.empty()
    st.session_state["verified"] = now
    return sent


def _choose(sent: list[Sent]) -> Sent:
    if len(sent) == 1:
        return sent[0]
    st.html(summary([(one.name, one.outcome) for one in sent]))
    number = st.selectbox(
        "Show", range(len(sent)), format_func=lambda number: f"{number + 1}. {sent[number].name}", key="shown"
    )
    return sent[number]


def _show_outcome(shared: Sharing, one: Sent, profile: str) -> None:
    if isinstance(one.outcome, TroubleError):
        show_trouble(one.outcome)
        st.button("Try again", icon=":material/refresh:")
        return
    answer = one.outcome.answer
    st.html(banner(answer))
    if words := advice(answer):
        st.html(words)
    show_drawn(one.data, answer)
    measures, timings, raw, curl = st.tabs(["Measures", "Timings", "JSON", "curl"])
    with measures:
        st.html(measure_bars(answer.detail.measures))
    with timings:
        st.html(timing_bars(one.outcome))
    with raw:
        st.code(json.dumps(one.outcome.raw, indent=2), language=None, wrap_lines=True)
    with curl:
        st.markdown("The same request from a shell. `API_KEY` is yours to set; this page does not know the key.")
        st.code(curl_line(shared, one.name, profile), language=None, wrap_lines=True)


def show_drawn(data: bytes, answer: Answer) -> None:
    """Show a picture with what was seen in it, and the crop."""
    detail = answer.detail
    try:
        drawn = draw(data, detail.picture, detail.face)
    except PictureUnreadableError:
        st.warning("The console cannot show this kind of picture.")
        return
    if detail.face is None:
        st.image(drawn.whole, caption="No face was found.", alt="The picture that was sent", width="stretch")
        return
    whole, crop = st.columns([3, 1])
    size = f"{detail.picture.width} x {detail.picture.height} {detail.picture.format}"
    whole.image(
        drawn.whole,
        caption=f"Blue: the face. Yellow: the crop. Dots: eyes, nose, mouth. {size}.",
        alt="The picture that was sent, with the face, its landmarks and the crop drawn on it",
        width="stretch",
    )
    if drawn.crop is not None:
        with crop.container(key="crop"):
            st.image(drawn.crop, caption="What the model sees", alt="The crop of the face", width="stretch")


def curl_line(shared: Sharing, name: str, profile: str) -> str:
    """Return the request as a shell command; the key stays a variable."""
    query = "detail=full" + (f"&profile={profile}" if profile else "")
    url = f"{(shared.settings.public_url or shared.settings.api_url).rstrip('/')}/verify/face?{query}"
    return f'curl -F {shlex.quote(f"image=@{name}")} -H "X-API-Key: $API_KEY" {shlex.quote(url)}'
