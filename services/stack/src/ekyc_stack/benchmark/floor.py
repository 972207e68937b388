"""The floor: every part of a verification that cannot be left out, each timed alone."""

import statistics
import time
from collections.abc import Callable

import cv2
from ekyc_liveness.bundle import open_bundle
from ekyc_liveness.session import Session
from ekyc_liveness.settings import Settings as LivenessSettings
from ekyc_policy.profile import DEFAULT_PROFILE
from ekyc_quality.assessment import measure
from ekyc_quality.facts import Facts
from ekyc_vision.crop import crop_face
from ekyc_vision.decode import decode
from ekyc_vision.finder import open_finder

from ekyc_stack.benchmark.hop import hop_cpu_ms
from ekyc_stack.benchmark.receive import receive_cpu_ms
from ekyc_stack.stack import provider

ANSWER_BYTES = 400


def cpu_ms(part: Callable[[], object], *, repeats: int = 60, warm_up: int = 10) -> float:
    """Return the median CPU-ms of one call, all threads of this process together."""
    for _ in range(warm_up):
        part()
    samples = []
    for _ in range(repeats):
        start = time.process_time_ns()
        part()
        samples.append((time.process_time_ns() - start) / 1e6)
    return statistics.median(samples)


def floor(image: bytes, request: bytes) -> dict[str, float]:
    """Return the CPU-ms of each part for one picture.

    Args:
        image: The file.
        request: The whole HTTP request that carries it.
    """
    cv2.setNumThreads(1)
    finder = open_finder()
    bundle = open_bundle(LivenessSettings().bundle)
    session = Session(bundle, provider="openvino" if provider() == "openvino" else "cpu")
    picture = decode(image)
    faces = finder.find(picture.rgb)
    crop = crop_face(picture.rgb, faces[0].box)
    return {
        "receive (HTTP)": receive_cpu_ms(request),
        "hop to quality": hop_cpu_ms(len(image), crop.nbytes),
        "decode": cpu_ms(lambda: decode(image)),
        "landmarks": cpu_ms(lambda: finder.find(picture.rgb)),
        "measures": cpu_ms(lambda: measure(Facts(picture, faces), DEFAULT_PROFILE)),
        "crop": cpu_ms(lambda: crop_face(picture.rgb, faces[0].box)),
        "hop to liveness": hop_cpu_ms(crop.nbytes, ANSWER_BYTES),
        "inference (INT8)": cpu_ms(lambda: session.run(crop)),
    }
