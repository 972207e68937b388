"""What tests of every folder may ask for."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser import chromium, portrait, write_film


# Of one module, not of the session: while Playwright runs, no asynchronous test can.
@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Chromium with the astronaut in front of its camera."""
    film = write_film(tmp_path_factory.mktemp("camera") / "astronaut.mjpeg", [portrait()])
    with chromium(film) as browser:
        yield browser
