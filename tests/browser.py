"""A real Chromium whose camera shows a film, and axe's check of a page.

`tests/conftest.py` makes fixtures of these. Chromium is Debian's or the machine's Google Chrome, driven by
Playwright; where there is none, the test is skipped.
"""

import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tests.pictures import astronaut, jpeg

Rgb = NDArray[np.uint8]

DESKTOP = ViewportSize(width=1280, height=900)
PHONE = ViewportSize(width=390, height=844)
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def write_film(path: Path, pictures: Sequence[Rgb]) -> Path:
    """Write pictures of one size as the frames of a film (MJPEG); Chromium's camera repeats it for ever.

    A picture given n times is shown for n frames of 1/30 s.
    """
    path.write_bytes(b"".join(jpeg(picture, quality=95) for picture in pictures))
    return path


def portrait(width: int = 1280, height: int = 960) -> Rgb:
    """Return the astronaut's face as a webcam of that size would show it."""
    rgb = astronaut()
    side = rgb.shape[1]
    rows = round(side * height / width)
    return np.asarray(cv2.resize(rgb[:rows], (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


@contextmanager
def chromium(film: Path) -> Iterator[Browser]:
    """Start Chromium with a film as its camera, whose use needs no permission; skip where it is not installed."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip("Chromium is not installed")
    camera = (
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*QUIET, *camera])
        yield browser
        browser.close()


@contextmanager
def opened(browser: Browser, viewport: ViewportSize = DESKTOP, *, dark: bool = False) -> Iterator[Page]:
    """Open a blank page of a browser session of its own. What its script throws fails the test."""
    context = browser.new_context(
        viewport=viewport,
        color_scheme="dark" if dark else "light",
        has_touch=viewport is PHONE,
        accept_downloads=True,
    )
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    try:
        yield page
    finally:
        context.close()
    assert errors == []


def wait_for_camera(page: Page, seconds: float = 20) -> None:
    """Wait until a page's video shows the film; what is taken before is black.

    Raises:
        TimeoutError: It does not.
    """
    shown = "(() => { const one = document.querySelector('video'); return !!one && one.currentTime > 0.2 })()"
    end = time.monotonic() + seconds
    # Asked again and again, for a page's policy may forbid what Playwright's own waiting needs.
    while not page.evaluate(shown):
        if time.monotonic() > end:
            raise TimeoutError("the camera shows nothing")
        page.wait_for_timeout(50)


def barriers(page: Page) -> list[str]:
    """Return what axe finds serious or critical on a page: the rule, and the elements that break it."""
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {node['target'][0]} {node.get('failureSummary', '')}"
        for one in found
        if one["impact"] in {"serious", "critical"}
        for node in one["nodes"]
    ]


def scrolls_sideways(page: Page) -> bool:
    """Tell whether a page is wider than its window."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
