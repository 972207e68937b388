"""The camera shows its film, and axe finds a barrier."""

import numpy as np
from playwright.sync_api import Browser

from tests.browser import PHONE, barriers, opened, portrait, scrolls_sideways

PAGE = """<!doctype html><html lang="en"><title>t</title><main><h1>Camera</h1><video autoplay playsinline></video>
{more}</main></html>"""
CAPTURE = """async () => {
  const stream = await navigator.mediaDevices.getUserMedia({video: {width: 1280, height: 960}});
  const video = document.querySelector('video');
  video.srcObject = stream;
  await video.play();
  await new Promise(shown => video.requestVideoFrameCallback(shown));
  const canvas = document.createElement('canvas');
  canvas.width = video.videoWidth; canvas.height = video.videoHeight;
  const context = canvas.getContext('2d');
  context.drawImage(video, 0, 0);
  const forehead = [...context.getImageData(canvas.width * 0.44, canvas.height * 0.19, 1, 1).data];
  return [canvas.width, canvas.height, ...forehead.slice(0, 3)];
}"""


def test_the_camera_shows_the_film(browser: Browser) -> None:
    with opened(browser) as page:
        # getUserMedia wants an address of this machine or TLS.
        page.route(
            "http://127.0.0.1:9/", lambda route: route.fulfill(body=PAGE.format(more=""), content_type="text/html")
        )
        page.goto("http://127.0.0.1:9/")
        width, height, *forehead = page.evaluate(CAPTURE)
    assert (width, height) == (1280, 960)
    row, column = 0.19 * 960, 0.44 * 1280
    expected = portrait()[round(row), round(column)]
    assert np.abs(forehead - expected.astype(float)).max() < 25  # JPEG, and the camera's YUV


def test_axe_finds_a_nameless_button_and_the_page_is_not_wide(browser: Browser) -> None:
    with opened(browser, PHONE) as page:
        page.set_content(PAGE.format(more=""))
        assert barriers(page) == []
        assert not scrolls_sideways(page)
        page.set_content(PAGE.format(more="<button></button><div style='width: 900px'>wide</div>"))
        (found,) = barriers(page)
        assert found.startswith("button-name")
        assert scrolls_sideways(page)
