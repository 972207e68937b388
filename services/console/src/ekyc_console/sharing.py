"""What every page is given."""

from dataclasses import dataclass

import streamlit as st

from ekyc_console.client import Client
from ekyc_console.settings import Settings
from ekyc_console.trouble import TroubleError


@dataclass(frozen=True, slots=True)
class Sharing:
    """The settings, and the one client that all browser sessions share."""

    settings: Settings
    client: Client


def show_trouble(error: TroubleError, where: str = "") -> None:
    """Say why there is no answer; `where` names the file, if there are several."""
    name = f"**{where}**: " if where else ""
    st.error(f"{name}**{error.what}** {error.then}", icon=":material/error:")
    if error.request_id:
        st.caption(f"Request {error.request_id}: the gateway's log tells more.")
