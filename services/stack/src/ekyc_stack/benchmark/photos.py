"""The pictures of the benchmark: the sample portrait as a camera would deliver it."""

from dataclasses import dataclass

import cv2
import numpy as np

from ekyc_stack.sample import sample_photo


@dataclass(frozen=True, slots=True)
class Photo:
    """A JPEG to upload."""

    name: str
    data: bytes


def portrait(name: str, width: int, height: int) -> Photo:
    """Cut the sample portrait to the aspect, scale it, add sensor noise, encode.

    The noise (sigma 3, fixed seed) gives the file a camera's entropy: about 170 KB at 720p, 2.6 MB at 12 Mpx.
    """
    picture = cv2.imread(str(sample_photo()))
    if picture is None:
        raise FileNotFoundError(sample_photo())
    rows = min(picture.shape[0], round(picture.shape[1] * height / width))
    enlarged = cv2.resize(picture[:rows], (width, height), interpolation=cv2.INTER_CUBIC)
    noise = np.random.default_rng(0).normal(0, 3, enlarged.shape)
    camera = np.clip(enlarged + noise, 0, 255).astype(np.uint8)
    encoded, jpeg = cv2.imencode(".jpg", camera, [cv2.IMWRITE_JPEG_QUALITY, 90])
    assert encoded  # noqa: S101 - a uint8 picture always encodes
    return Photo(name, jpeg.tobytes())
