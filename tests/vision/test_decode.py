"""Golden pixels over modes and orientations, a typed error for the rest, and a fuzz run."""

import io
import resource
import time

import cv2
import numpy as np
import pytest
from ekyc_vision.decode import Limits, decode
from ekyc_vision.decode_error import DecodeError, Unreadable
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pi_heif import open_heif
from PIL import Image

from tests.pictures import Rgb, astronaut, heic, jpeg, oriented_jpeg, pillow, png, png_claiming

SMALL = Image.fromarray(astronaut()).resize((160, 120))
STILLS = {
    "JPEG": pillow(SMALL, "JPEG", quality=90),
    "progressive": pillow(SMALL, "JPEG", quality=90, progressive=True),
    "CMYK": pillow(SMALL.convert("CMYK"), "JPEG", quality=90),
    "PNG": pillow(SMALL, "PNG"),
    "WEBP": pillow(SMALL, "WEBP", quality=90),
    "lossless WEBP": pillow(SMALL, "WEBP", lossless=True),
}


def difference(rgb: Rgb, expected: Rgb) -> float:
    assert rgb.shape == expected.shape
    assert rgb.dtype == np.uint8
    assert rgb.flags.c_contiguous
    return float(np.abs(rgb.astype(int) - expected).mean())


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_every_orientation_comes_out_upright(kind: str, orientation: int) -> None:
    if kind == "JPEG":
        data = oriented_jpeg(orientation)
    else:
        stored = Image.open(io.BytesIO(oriented_jpeg(orientation)))
        data = pillow(stored, kind, exif=stored.getexif())
    picture = decode(data)
    assert difference(picture.rgb, astronaut()) < 4
    assert (picture.width, picture.height, picture.format) == (512, 512, kind.lower())


def test_a_side_lying_picture_is_measured_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = decode(pillow(SMALL, "JPEG", exif=exif))
    assert (picture.width, picture.height) == (120, 160)
    assert picture.rgb.shape == (160, 120, 3)


MODES = {
    "1": SMALL.convert("1"),
    "L": SMALL.convert("L"),
    "LA": SMALL.convert("LA"),
    "P": SMALL.convert("P"),
    "RGB": SMALL,
    "RGBA": SMALL.convert("RGBA"),
}


@pytest.mark.parametrize("mode", MODES)
def test_png_modes(mode: str) -> None:
    expected = np.asarray(MODES[mode].convert("RGB"))
    assert difference(decode(pillow(MODES[mode], "PNG")).rgb, expected) == 0


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
@pytest.mark.parametrize("progressive", [False, True])
def test_jpeg_modes(mode: str, progressive: bool) -> None:
    data = pillow(SMALL.convert(mode), "JPEG", quality=95, progressive=progressive)
    assert difference(decode(data).rgb, np.asarray(SMALL.convert(mode).convert("RGB"))) < 3


@pytest.mark.parametrize("channels", [1, 3])
def test_16_bits_are_scaled_not_clipped(channels: int) -> None:
    ramp = np.repeat(np.linspace(0, 65535, 256).astype(np.uint16)[np.newaxis], 16, axis=0)
    deep = ramp if channels == 1 else np.repeat(ramp[..., np.newaxis], 3, axis=2)
    _, data = cv2.imencode(".png", deep)
    expected = np.repeat((ramp // 257).astype(np.uint8)[..., np.newaxis], 3, axis=2)
    assert difference(decode(data.tobytes()).rgb, expected) <= 1


def test_transparency_is_laid_on_white() -> None:
    hidden = Image.new("RGBA", (8, 8), (255, 0, 0, 0))
    assert (decode(pillow(hidden, "PNG")).rgb == 255).all()


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_the_first_frame_of_an_animation(kind: str) -> None:
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "blue")]
    data = pillow(frames[0], kind, save_all=True, append_images=frames[1:], lossless=True)
    assert decode(data).rgb[16, 16].tolist() == [255, 0, 0]


@pytest.mark.parametrize(("size", "reduction"), [((1280, 720), 1), ((2000, 1440), 2), ((4000, 3000), 4)])
def test_large_pictures_are_reduced_alike_in_every_format(size: tuple[int, int], reduction: int) -> None:
    rgb = np.asarray(cv2.resize(astronaut()[:360], size, interpolation=cv2.INTER_CUBIC), np.uint8)
    pictures = [decode(jpeg(rgb, 95)), decode(png(rgb))]
    for picture in pictures:
        assert (picture.width, picture.height) == size
        assert picture.rgb.shape == (size[1] // reduction, size[0] // reduction, 3)
        assert picture.scale == reduction
    assert difference(pictures[0].rgb, pictures[1].rgb) < 2


CUT = {name: data[: len(data) // 2] for name, data in STILLS.items()}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", Unreadable.EMPTY),
        (b"hello", Unreadable.TYPE_UNSUPPORTED),
        (b"PK\x03\x04" + STILLS["JPEG"], Unreadable.TYPE_UNSUPPORTED),
        (pillow(SMALL, "GIF"), Unreadable.TYPE_UNSUPPORTED),
        (pillow(SMALL, "BMP"), Unreadable.TYPE_UNSUPPORTED),
        (pillow(SMALL, "TIFF"), Unreadable.TYPE_UNSUPPORTED),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", Unreadable.TYPE_UNSUPPORTED),
        (STILLS["JPEG"].ljust(12 * 2**20 + 1, b"\0"), Unreadable.TOO_LARGE),
        (png_claiming(15_500, 15_500), Unreadable.TOO_MANY_PIXELS),
        (b"\xff\xd8\xff\xe0", Unreadable.TRUNCATED),
        (b"\x89PNG\r\n\x1a\n", Unreadable.TRUNCATED),
        (STILLS["PNG"].replace(b"IDAT", b"IDAX"), Unreadable.CORRUPT),
        *((data, Unreadable.TRUNCATED) for data in CUT.values()),
    ],
)
def test_each_unreadable_file_has_its_reason(data: bytes, reason: Unreadable) -> None:
    with pytest.raises(DecodeError) as caught:
        decode(data)
    assert caught.value.reason is reason


def test_a_bomb_is_refused_by_its_header_without_memory() -> None:
    bomb = png_claiming(15_500, 15_500)
    assert len(bomb) < 100_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(DecodeError):
        decode(bomb)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 10_000, "decoding began"


def test_a_scan_bomb_is_refused_before_it_is_decoded() -> None:
    grey = pillow(Image.new("L", (3000, 3000), 90), "JPEG", progressive=True)
    last = grey[grey.rindex(b"\xff\xda") : -2]
    bomb = grey[:-2] + last * 1500 + b"\xff\xd9"
    assert len(bomb) < 200_000
    start = time.process_time()
    with pytest.raises(DecodeError) as caught:
        decode(bomb)
    assert caught.value.reason is Unreadable.CORRUPT
    assert time.process_time() - start < 1, "decoding it takes eleven seconds"
    assert decode(grey).width == 3000


def test_an_end_marker_inside_a_table_does_not_hide_later_scans() -> None:
    grey = pillow(Image.new("L", (3000, 3000), 90), "JPEG", progressive=True)
    last = grey[grey.rindex(b"\xff\xda") : -2]
    comment = b"\xff\xfe\x00\x04\xff\xd9"
    with pytest.raises(DecodeError):
        decode(grey[:-2] + comment + last * 1500 + b"\xff\xd9")
    assert decode(grey[:-2] + comment + b"\xff\xd9").width == 3000


def test_what_follows_the_picture_does_not_matter() -> None:
    assert difference(decode(STILLS["JPEG"] + b"PK\x03\x04<html>").rgb, decode(STILLS["JPEG"]).rgb) == 0


def test_limits_are_settable() -> None:
    with pytest.raises(DecodeError):
        decode(STILLS["JPEG"], Limits(pixels=160 * 120 - 1))
    assert decode(STILLS["JPEG"], Limits(pixels=160 * 120)).width == 160


def test_a_heic_photo_is_read() -> None:
    data = heic()
    picture = decode(data)
    assert (picture.format, picture.width, picture.height) == ("heif", 512, 512)
    assert difference(picture.rgb, astronaut()) < 4
    for length in (len(data) // 2, len(data) - 1000):
        with pytest.raises(DecodeError) as caught:
            decode(data[:length])
        assert caught.value.reason in {Unreadable.CORRUPT, Unreadable.TRUNCATED}


def test_what_only_says_it_is_heif_is_refused() -> None:
    with pytest.raises(ValueError, match=r".+"):
        open_heif(b"\0\0\0\x18ftypheic" + bytes(64))
    with pytest.raises(DecodeError) as caught:
        decode(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(64))
    assert caught.value.reason in {Unreadable.CORRUPT, Unreadable.TRUNCATED}
    with pytest.raises(DecodeError) as caught:
        decode(b"\0\0\0\x18ftypavif\0\0\0\0mif1avif" + bytes(64))
    assert caught.value.reason is Unreadable.TYPE_UNSUPPORTED


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    name=st.sampled_from(sorted(STILLS)),
    cuts=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    changes=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=8),
)
def test_mutated_bytes_are_a_picture_or_a_typed_error(
    name: str, cuts: tuple[float, float], changes: list[tuple[float, int]]
) -> None:
    data = bytearray(STILLS[name])
    for place, value in changes:
        data[int(place * (len(data) - 1))] = value
    low, high = sorted(int(cut * len(data)) for cut in cuts)
    for mutant in (bytes(data), bytes(data[:high]), bytes(data[:low] + data[high:])):
        try:
            picture = decode(mutant)
        except DecodeError:
            continue
        assert picture.rgb.ndim == 3
        assert picture.width * picture.height <= Limits().pixels
