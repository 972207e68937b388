"""The console in a real Chromium, before the real services: every page, as a person uses it."""

import json
import re
from pathlib import Path

import cv2
import httpx
import numpy as np
import pytest
from ekyc_policy.measure import Measure
from ekyc_policy.profile import DEFAULT_PROFILE
from ekyc_quality.policy import read_profile
from ekyc_stack.stack import free_port
from playwright.sync_api import Browser, Page, expect

from tests.browser import PHONE, barriers, opened, scrolls_sideways, wait_for_camera
from tests.console.bundles import SHIPPED, write_bare_bundle
from tests.console.conftest import API_KEY, SLOW_KEY, Served
from tests.pictures import astronaut, jpeg

PATHS = {"": "Try it", "review": "Review", "calibrate": "Calibrate", "model": "Model"}

expect.set_options(timeout=20_000)


def go(page: Page, url: str, path: str = "") -> None:
    page.goto(f"{url}/{path}")
    expect(page.get_by_role("heading", level=1, name=PATHS[path])).to_be_visible()
    settle(page)


def settle(page: Page) -> None:
    """Wait until the script has run to its end, and what it did not draw again is gone."""
    page.wait_for_timeout(150)  # until it has begun
    expect(page.locator("[data-testid=stApp][data-test-script-state=notRunning]")).to_be_visible()
    expect(page.locator("[data-stale=true]")).to_have_count(0)


def check(page: Page) -> None:
    """Let what is stale fade out, then ask axe."""
    settle(page)
    page.wait_for_timeout(400)
    assert barriers(page) == []


def capture(page: Page) -> None:
    button = page.get_by_role("button", name="Take photo")
    expect(button).to_be_enabled()
    wait_for_camera(page)
    button.click()


def files(folder: Path, **pictures: bytes) -> list[str]:
    for name, data in pictures.items():
        (folder / f"{name}.jpg").write_bytes(data)
    return [str(folder / f"{name}.jpg") for name in pictures]


def tinted(strength: float) -> bytes:
    return jpeg(np.clip(astronaut() * strength, 0, 255).astype(np.uint8))


def mirrored() -> bytes:
    return jpeg(np.ascontiguousarray(astronaut()[:, ::-1]))


def test_a_photo_from_the_camera_gets_its_verdict_and_the_key_stays_here(browser: Browser, served: Served) -> None:
    with opened(browser) as page:
        asked: list[str] = []
        frames: list[bytes] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on(
            "websocket",
            lambda socket: socket.on(
                "framereceived", lambda frame: frames.append(frame.encode() if isinstance(frame, str) else frame)
            ),
        )
        go(page, served.url)
        capture(page)
        expect(page.get_by_role("heading", name="Accepted")).to_be_visible()
        expect(page.get_by_text(re.compile(r"Living person: \d"))).to_be_visible()
        expect(page.get_by_alt_text("The picture that was sent, with the face")).to_be_visible()
        expect(page.get_by_alt_text("The crop of the face")).to_be_visible()
        expect(page.get_by_role("row", name=re.compile("Sharpness.*at least -5.6.*good"))).to_be_visible()
        check(page)
        page.get_by_role("tab", name="Timings").click()
        expect(page.get_by_role("row", name=re.compile("liveness.*inference.*ms|liveness.*ms")).first).to_be_visible()
        page.get_by_role("tab", name="JSON").click()
        expect(page.get_by_text('"decision": "accept"')).to_be_visible()
        page.get_by_role("tab", name="curl").click()
        expect(page.get_by_text('-H "X-API-Key: $API_KEY"')).to_be_visible()
        check(page)
        assert {url for url in asked if not url.startswith((served.url, "data:", "blob:"))} == set()
        assert len(frames) > 3
        assert API_KEY.encode() not in b"".join(frames)


def test_several_files_stand_in_one_table_and_a_broken_one_is_named(browser: Browser, served: Served) -> None:
    paths = files(served.folder, mirror=mirrored(), dark=tinted(0.12), broken=mirrored()[:3000])
    with opened(browser) as page:
        go(page, served.url)
        page.get_by_text("Files", exact=True).click()
        page.locator("input[type=file]").set_input_files(paths)
        expect(page.get_by_role("row", name=re.compile("mirror.jpg.*Accepted"))).to_be_visible()
        expect(page.get_by_role("row", name=re.compile("dark.jpg.*Take another.*brighter place"))).to_be_visible()
        expect(page.get_by_role("row", name=re.compile("broken.jpg.*ends too early"))).to_be_visible()
        verified = sum(entry["action"] == "verify" for entry in served.audit)
        page.get_by_label("Show").click()
        page.get_by_role("option", name="dark.jpg").click()
        expect(page.get_by_role("heading", name="Take another picture")).to_be_visible()
        expect(page.get_by_role("heading", name="What to change")).to_be_visible()
        check(page)
        assert sum(entry["action"] == "verify" for entry in served.audit) == verified, "looking sends nothing again"


def test_a_case_is_reviewed_with_the_keyboard_and_stands_in_the_audit(browser: Browser, served: Served) -> None:
    picture = jpeg(np.asarray(cv2.flip(astronaut()[:400], 1), np.uint8))
    decisions = [served.verify(picture) for _ in range(3)]
    assert decisions[1:] == ["review", "review"]
    with opened(browser) as page:
        go(page, served.url, "review")
        cases = page.get_by_role("radiogroup", name="Cases, oldest first").get_by_role("radio")
        while cases.count() < 2:  # a case reaches the store some moments after its answer
            page.keyboard.press("Alt+u")
            settle(page)
        expect(page.get_by_role("heading", name="For review")).to_be_visible()
        expect(page.get_by_role("listitem").filter(has_text="This picture was sent before")).to_be_visible()
        check(page)
        case = page.get_by_text(re.compile("^Case [0-9a-f]{32}"))
        first = case.inner_text()
        page.keyboard.press("Alt+j")
        expect(case).not_to_have_text(first)
        settle(page)
        page.keyboard.press("Alt+k")
        expect(case).to_have_text(first)
        settle(page)
        page.get_by_label("Note").fill("an astronaut, and alive")
        page.keyboard.press("Alt+a")
        expect(page.get_by_text("Approved.", exact=True)).to_be_visible()
        settle(page)
        expect(case).not_to_have_text(first)
        page.get_by_role("button", name="Needs more").click()
        expect(page.get_by_text("Marked as needing more.")).to_be_visible()
        expect(page.get_by_text("Nothing here.")).to_be_visible()
        settle(page)
        page.get_by_text("Approved", exact=True).click()
        expect(page.get_by_text(re.compile("^Approved on .*an astronaut, and alive"))).to_be_visible()
        check(page)
    said = [entry for entry in served.audit if entry["action"] == "review.decision"]
    assert [entry["decision"] for entry in said] == ["approve", "needs_more"]
    assert str(said[0]["subject"]) in first


def test_a_camera_is_calibrated_and_the_gate_reads_the_profile(browser: Browser, served: Served) -> None:
    pictures = {f"tint{number}": tinted(0.75 + 0.05 * number) for number in range(5)}
    good, bad = files(served.folder, **pictures), files(served.folder, dark=tinted(0.12))
    with opened(browser) as page:
        go(page, served.url, "calibrate")
        page.locator("input[type=file]").first.set_input_files(good)
        page.locator("input[type=file]").last.set_input_files(bad)
        page.get_by_role("button", name="Measure the pictures").click()
        expect(page.get_by_role("img", name="Brightness: 5 good pictures")).to_be_visible()
        expect(page.get_by_role("row", name=re.compile("Brightness.*15% to 85%"))).to_be_visible()
        check(page)
        page.get_by_label("Name of the profile").fill("Front Desk")
        page.keyboard.press("Enter")
        expect(page.get_by_text("The name may have")).to_be_visible()
        settle(page)
        page.get_by_label("Name of the profile").fill("front-desk")
        page.keyboard.press("Enter")
        settle(page)
        with page.expect_download() as download:
            page.get_by_role("button", name="Download front-desk.yaml").click()
        path = served.folder / download.value.suggested_filename
        download.value.save_as(path)
    profile = read_profile(path)
    assert profile.name == "front-desk"
    assert "5 faces" in profile.note
    assert profile.rule(Measure.BRIGHTNESS).required != DEFAULT_PROFILE.rule(Measure.BRIGHTNESS).required
    assert profile.rule(Measure.FACE_SIZE) == DEFAULT_PROFILE.rule(Measure.FACE_SIZE)


def test_the_slider_shows_the_errors_at_another_threshold(browser: Browser, served: Served) -> None:
    measured = json.loads((SHIPPED / "bundle.json").read_text())["metrics"]["test"]
    with opened(browser) as page:
        go(page, served.url, "model")
        expect(page.locator(".facts dd", has_text=f"{measured['auc']:.3f}")).to_be_visible()
        rate = page.locator(".facts div", has_text="BPCER").locator("dd")
        before = rate.inner_text()
        slider = page.get_by_role("slider")
        slider.focus()
        for _ in range(60):
            page.keyboard.press("ArrowRight")
        expect(rate).not_to_have_text(before)
        assert float(rate.inner_text().removesuffix("%")) > float(before.removesuffix("%"))
        expect(page.get_by_role("img", name=re.compile("^DET: at the chosen threshold"))).to_be_visible()
        page.get_by_text("Data, terms, figures").click()
        expect(page.get_by_role("heading", name="Limits")).to_be_visible()
        check(page)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_page_fits_a_phone_in_both_themes(browser: Browser, served: Served, dark: bool) -> None:
    with opened(browser, PHONE, dark=dark) as page:
        for path in PATHS:
            go(page, served.url, path)
            check(page)
            assert not scrolls_sideways(page), path
        if not dark:
            go(page, served.url)
            capture(page)
            expect(page.get_by_role("heading", name=re.compile("Accepted|For review"))).to_be_visible()
            check(page)
            assert not scrolls_sideways(page)


def test_a_page_elsewhere_reaches_nothing(served: Served) -> None:
    upgrade = {"connection": "Upgrade", "upgrade": "websocket", "sec-websocket-version": "13"}
    socket = {**upgrade, "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ=="}
    stream = f"{served.url}/_stcore/stream"
    rebound = {"host": "evil.example", "origin": "http://evil.example"}
    assert httpx.get(served.url, headers={"host": "evil.example"}, trust_env=False).status_code == 403
    assert httpx.get(stream, headers={**socket, **rebound}, trust_env=False).status_code == 403
    assert httpx.get(stream, headers={**socket, "origin": "http://evil.example"}, trust_env=False).status_code == 403
    assert httpx.get(stream, headers={**socket, "origin": served.url}, trust_env=False).status_code == 101
    # An upload needs the token that only its own page is given.
    upload = httpx.put(f"{served.url}/_stcore/upload_file/a/b", files={"file": b"x"}, trust_env=False)
    assert upload.status_code == 403
    assert httpx.get(served.url, trust_env=False).headers["content-security-policy"].startswith("default-src 'none'")


def test_what_is_wrong_is_said_in_words(browser: Browser, served: Served) -> None:
    """The last: it starts the console anew, told wrong things."""
    bare = str(write_bare_bundle(served.folder / "bare"))
    with opened(browser) as page:
        url = served.restart_console("no-such.key", CONSOLE_BUNDLE=bare)
        go(page, url)
        capture(page)
        expect(page.get_by_text("does not accept the console's API key")).to_be_visible()
        check(page)
        go(page, url, "model")
        expect(page.get_by_text("no operating curve")).to_be_visible()
    with opened(browser) as page:
        url = served.restart_console(SLOW_KEY, CONSOLE_BUNDLE="nowhere")
        go(page, url)
        capture(page)
        expect(page.get_by_role("heading", name="Accepted")).to_be_visible()
        go(page, url, "review")
        expect(page.get_by_text("Too many requests with this API key.")).to_be_visible()
        go(page, url, "model")
        expect(page.get_by_text("The model's papers cannot be read.")).to_be_visible()
    with opened(browser) as page:
        url = served.restart_console(API_KEY, CONSOLE_API_URL=f"http://127.0.0.1:{free_port()}")
        go(page, url, "review")
        expect(page.get_by_text("The gateway does not answer.")).to_be_visible()
        expect(page.get_by_role("button", name="Try again")).to_be_visible()
