"""What tests of every folder may ask for."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser
from xdist.scheduler import LoadScopeScheduling

from tests.browser import chromium, portrait, write_film


class ByFolder(LoadScopeScheduling):  # type: ignore[misc]  # the package tells no types
    """Keeps the tests of a folder in one process: they share its servers, containers and accounts."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid.split("/")[1]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFolder:
    """Tell pytest-xdist; its own marks for that, of the mode loadgroup, have no effect with pytest 9."""
    return ByFolder(config, log)


# Of one module, not of the session: while Playwright runs, no asynchronous test can.
@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Chromium with the astronaut in front of its camera."""
    film = write_film(tmp_path_factory.mktemp("camera") / "astronaut.mjpeg", [portrait()])
    with chromium(film) as browser:
        yield browser
