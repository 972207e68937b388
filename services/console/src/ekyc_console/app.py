"""The script that Streamlit runs for every look at a page."""

from functools import partial
from pathlib import Path

import streamlit as st

from ekyc_console.client import Client
from ekyc_console.settings import Settings
from ekyc_console.sharing import Sharing
from ekyc_console.views import calibrate, model, review, try_it


@st.cache_resource(show_spinner=False)
def sharing() -> Sharing:
    """Read the environment once a process."""
    settings = Settings()
    client = Client(
        settings.api_url,
        verify_key=settings.api_key,
        review_key=settings.review_key,
        timeout_seconds=settings.timeout_seconds,
    )
    return Sharing(settings, client)


def main() -> None:
    """Show the page that was asked for."""
    st.set_page_config(page_title="eKYC console", page_icon=str(Path(__file__).with_name("icon.svg")), layout="wide")
    st.html(Path(__file__).with_name("style.css"))
    shared = sharing()
    page = st.navigation(
        [
            st.Page(partial(try_it.show, shared), title="Try it", icon=":material/photo_camera:", default=True),
            st.Page(partial(review.show, shared), title="Review", icon=":material/fact_check:", url_path="review"),
            st.Page(partial(calibrate.show, shared), title="Calibrate", icon=":material/tune:", url_path="calibrate"),
            st.Page(partial(model.show, shared), title="Model", icon=":material/monitoring:", url_path="model"),
        ],
        position="top",
    )
    page.run()


if __name__ == "__main__":
    main()
