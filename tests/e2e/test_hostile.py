"""What crashes others, sent to the running system: a typed answer each, and nobody dies."""

import io
from collections.abc import Callable

import cv2
import httpx
import numpy as np
import psutil
import pytest
from ekyc_chassis.limits import MAX_IMAGE_BYTES
from ekyc_stack.stack import Stack
from PIL import Image

from tests.e2e.conftest import API_KEY, Log, Verify
from tests.pictures import astronaut, jpeg, pillow, png, png_claiming


def twenty_megapixels() -> bytes:
    return jpeg(np.asarray(cv2.resize(astronaut()[:384], (5184, 3880), interpolation=cv2.INTER_CUBIC), np.uint8))


def sixteen_bit() -> bytes:
    encoded, data = cv2.imencode(".png", cv2.cvtColor(astronaut(), cv2.COLOR_RGB2BGR).astype(np.uint16) * 257)
    assert encoded
    return data.tobytes()


READABLE: dict[str, Callable[[], bytes]] = {
    "cmyk": lambda: pillow(Image.fromarray(astronaut()).convert("CMYK"), "JPEG", quality=95),
    "grey": lambda: pillow(Image.fromarray(astronaut()).convert("L"), "JPEG", quality=95),
    "16-bit": sixteen_bit,
    "palette": lambda: pillow(Image.fromarray(astronaut()).convert("P"), "PNG"),
    "alpha": lambda: pillow(Image.fromarray(astronaut()).convert("RGBA"), "PNG"),
    "webp": lambda: pillow(Image.fromarray(astronaut()), "WEBP", quality=95),
    "progressive": lambda: pillow(Image.fromarray(astronaut()), "JPEG", quality=95, progressive=True),
    "20 Mpx": twenty_megapixels,
}

UNREADABLE: dict[str, tuple[Callable[[], bytes], int, str]] = {
    "0 bytes": (lambda: b"", 422, "image_empty"),
    "text renamed .jpg": (lambda: b"this is not a picture\n" * 100, 415, "image_type_unsupported"),
    "gif": (lambda: pillow(Image.fromarray(astronaut()), "GIF"), 415, "image_type_unsupported"),
    "half a jpeg": (lambda: jpeg(astronaut())[:20_000], 422, "image_truncated"),
    "half a png": (lambda: png(astronaut())[:100_000], 422, "image_truncated"),
    "240 Mpx png": (lambda: png_claiming(15_500, 15_500), 422, "image_too_many_pixels"),
    "one byte too many": (lambda: jpeg(astronaut()).ljust(MAX_IMAGE_BYTES + 1, b"\0"), 413, "image_too_large"),
}


@pytest.mark.parametrize("name", READABLE)
def test_odd_pictures_are_read(verify: Verify, name: str) -> None:
    response = verify(READABLE[name](), detail="full")
    assert response.status_code == 200, response.text
    assert response.json()["detail"]["face"] is not None


@pytest.mark.parametrize("name", UNREADABLE)
def test_unreadable_files_are_typed_problems(verify: Verify, name: str) -> None:
    make, status, code = UNREADABLE[name]
    response = verify(make())
    assert (response.status_code, response.json()["code"]) == (status, code), response.text
    assert response.headers["content-type"] == "application/problem+json"


def test_a_file_of_exactly_the_limit_is_read(verify: Verify) -> None:
    assert verify(jpeg(astronaut()).ljust(MAX_IMAGE_BYTES, b"\0")).status_code == 200


def test_wrong_field_no_key_wrong_key(stack: Stack) -> None:
    image = jpeg(astronaut())
    for headers, field, status, code in (
        ({"X-API-Key": API_KEY}, "photo", 422, "image_missing"),
        ({}, "image", 401, "key_missing"),
        ({"X-API-Key": API_KEY + "x"}, "image", 401, "key_invalid"),
    ):
        response = httpx.post(f"{stack.url}/verify/face", headers=headers, files={field: image}, trust_env=False)
        assert (response.status_code, response.json()["code"]) == (status, code)


def test_nobody_died_nothing_leaked_and_memory_is_flat(stack: Stack, verify: Verify, log: Log) -> None:
    def attack() -> None:
        for make, _, _ in UNREADABLE.values():
            verify(make())
        for make in READABLE.values():
            verify(make())

    def resident() -> float:
        roots = [psutil.Process(process.pid) for process in stack.processes.values()]
        tree = [process for root in roots for process in (root, *root.children(recursive=True))]
        return sum(process.memory_info().rss for process in tree) / 2**20

    for _ in range(3):
        attack()
    before = resident()
    for _ in range(8):
        attack()
    assert resident() - before < 60, "resident memory grew"
    assert all(process.exit_code is None for process in stack.processes.values())
    assert "Traceback" not in log.text
    assert API_KEY not in log.text
    image = io.BytesIO(jpeg(astronaut())).read()
    assert repr(image[:16]) not in log.text
