"""The form parser: any cut of the bytes, within bounds."""

import contextlib

import pytest
from ekyc_chassis.errors import EkycError
from ekyc_gateway.form import MAX_HEADER_BYTES, MAX_PARTS, ImageForm
from hypothesis import given
from hypothesis import strategies as st

TYPE = "multipart/form-data; boundary=b"


def part(headers: str, data: bytes) -> bytes:
    return f"--b\r\n{headers}\r\n\r\n".encode() + data + b"\r\n"


def image_part(data: bytes, more: str = "") -> bytes:
    return part(f'Content-Disposition: form-data; name="image"{more}', data)


def parse(body: bytes, limit: int = 10_000, *, step: int = 10_000) -> bytes:
    form = ImageForm(TYPE, limit)
    for start in range(0, len(body), step):
        form.feed(body[start : start + step])
    return form.image()


def refusal(body: bytes, limit: int = 10_000) -> str:
    with pytest.raises(EkycError) as caught:
        parse(body, limit)
    return caught.value.reason


@given(data=st.binary(min_size=1, max_size=300), step=st.integers(1, 64))
def test_any_bytes_survive_any_chunking(data: bytes, step: int) -> None:
    tricky = data + b"\r\n--" + data + b"\r\n-"
    if b"\r\n--b" in tricky:
        return
    assert parse(image_part(tricky) + b"--b--\r\n", step=step) == tricky


@given(body=st.binary(max_size=400), step=st.integers(1, 50))
def test_any_nonsense_is_a_refusal(body: bytes, step: int) -> None:
    with pytest.raises(EkycError):
        parse(body, step=step)


@given(header=st.binary(max_size=200))
def test_any_part_header_is_an_image_or_a_refusal(header: bytes) -> None:
    with contextlib.suppress(EkycError):
        parse(b"--b\r\nContent-Disposition: " + header + b"\r\n\r\nx\r\n--b--\r\n")


def test_other_fields_names_and_types_are_ignored() -> None:
    body = (
        part('Content-Disposition: form-data; name="note"', b"hello")
        + image_part(b"pixels", '; filename="../../etc/passwd"\r\nContent-Type: text/html')
        + b"--b--\r\nepilogue"
    )
    assert parse(body) == b"pixels"


def test_the_limit_is_that_of_the_picture_alone() -> None:
    assert len(parse(image_part(b"x" * 100) + b"--b--\r\n", limit=100)) == 100
    assert refusal(image_part(b"x" * 101) + b"--b--\r\n", limit=100) == "image_too_large"


def test_parts_and_headers_are_bounded() -> None:
    note = part('Content-Disposition: form-data; name="note"', b"x")
    assert parse(note * (MAX_PARTS - 1) + image_part(b"x") + b"--b--\r\n") == b"x"
    assert refusal(note * MAX_PARTS + image_part(b"x") + b"--b--\r\n") == "request_invalid"
    assert refusal(image_part(b"x", f'; filename="{"n" * MAX_HEADER_BYTES}"') + b"--b--\r\n") == "request_invalid"
    assert refusal(image_part(b"x", "\r\nX: y" * 9) + b"--b--\r\n") == "request_invalid"


def test_a_name_is_matched_whole() -> None:
    for name in ("images", "Image", "image ", "imag"):
        body = part(f'Content-Disposition: form-data; name="{name}"', b"x") + b"--b--\r\n"
        assert refusal(body) == "image_missing"
    assert refusal(part('Content-Disposition: attachment; name="image"', b"x") + b"--b--\r\n") == "image_missing"


def test_a_form_without_its_end_is_invalid() -> None:
    assert refusal(image_part(b"x")) == "request_invalid"
