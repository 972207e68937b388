"""The page /demo in a real Chromium, with real services behind it and a film in front of its camera."""

import json
import re
from collections.abc import Iterator

import cv2
import numpy as np
import pytest
from ekyc_stack.stack import Stack
from playwright.sync_api import Browser, Page, expect

from tests.browser import DESKTOP, PHONE, barriers, chromium, opened, scrolls_sideways, write_film
from tests.e2e.conftest import API_KEY
from tests.pictures import Rgb, astronaut

SECONDS = 20_000


def face_in_the_middle() -> Rgb:
    rgb = astronaut()[5:245, 65:385]
    return np.asarray(cv2.resize(rgb, (960, 720), interpolation=cv2.INTER_CUBIC), np.uint8)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Three seconds in the dark, then ten in the light."""
    light = face_in_the_middle()
    dark = (light * 0.12).astype(np.uint8)
    film = write_film(tmp_path_factory.mktemp("camera") / "film.mjpeg", [dark] * 90 + [light] * 300)
    with chromium(film) as browser:
        yield browser


def start(page: Page, stack: Stack, key: str = API_KEY) -> None:
    page.goto(f"{stack.url}/demo#key={key}")
    page.get_by_role("button", name="Start the camera").click()


def test_it_says_what_to_change_and_takes_the_picture_by_itself(browser: Browser, stack: Stack) -> None:
    with opened(browser) as page:
        start(page, stack)
        assert page.url == f"{stack.url}/demo"  # the key is out of sight
        expect(page.get_by_role("status")).to_have_text(re.compile("brighter"), timeout=SECONDS)
        expect(page.get_by_role("heading", name="Accepted")).to_be_visible(timeout=SECONDS)
        assert barriers(page) == []
        page.get_by_text("The answer as a program gets it").click()
        answer = json.loads(page.locator("#json").inner_text())
        assert (answer["decision"], answer["reasons"]) == ("accept", [])
        page.get_by_role("button", name="Try again").click()
        expect(page.get_by_role("heading", name="Accepted")).to_be_visible(timeout=SECONDS)


@pytest.mark.parametrize("dark", [False, True])
def test_a_phone_shows_it_whole_and_everybody_can_use_it(browser: Browser, stack: Stack, dark: bool) -> None:
    with opened(browser, PHONE, dark=dark) as page:
        page.goto(f"{stack.url}/demo")
        assert barriers(page) == []
        start(page, stack)
        expect(page.locator("#camera")).to_be_visible()
        assert barriers(page) == []
        assert not scrolls_sideways(page)
        page.get_by_role("button", name="Take the picture now").click()
        expect(page.locator("#verdict")).to_be_focused(timeout=SECONDS)
        assert barriers(page) == []
        assert not scrolls_sideways(page)


def test_a_wrong_key_is_told_and_the_camera_goes_off(browser: Browser, stack: Stack) -> None:
    with opened(browser, DESKTOP) as page:
        start(page, stack, "nobody.knows-this")
        expect(page.get_by_role("alert")).to_have_text("This key is not known. Check it and start again.")
        expect(page.get_by_label("API key")).to_be_visible()
        assert page.evaluate("document.querySelector('video').srcObject") is None
