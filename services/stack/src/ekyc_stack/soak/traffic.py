"""Clients of every kind, and what each may be answered."""

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

import cv2
import httpx
import numpy as np

from ekyc_stack.benchmark.photos import portrait

AWAY = {503, 504}
"""What any request may be answered while a fault goes on; always with a problem document."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of request.

    Attributes:
        name: For the report.
        share: Of the traffic, relative to the others.
        files: The form.
        codes: Statuses that are right.
        key: Whether the right API key is sent.
    """

    name: str
    share: int
    files: dict[str, bytes]
    codes: frozenset[int]
    key: bool = True


def kinds() -> list[Kind]:
    """Make the pictures."""
    good = portrait("good", 1280, 720).data
    large = portrait("large", 4000, 3000).data
    decoded = cv2.imdecode(np.frombuffer(good, np.uint8), cv2.IMREAD_COLOR)
    assert decoded is not None  # noqa: S101 - we encoded it
    blurred = cv2.imencode(".jpg", cv2.GaussianBlur(decoded, (0, 0), 12))[1].tobytes()
    ok = frozenset({200})
    return [
        Kind("good photo", 10, {"image": good}, ok),
        Kind("12 Mpx photo", 1, {"image": large}, ok),
        Kind("blurred photo", 3, {"image": blurred}, ok),
        Kind("half a photo", 2, {"image": good[: len(good) // 2]}, frozenset({422})),
        Kind("text", 2, {"image": b"this is not a picture"}, frozenset({415})),
        Kind("13 MiB", 1, {"image": bytes(13 * 2**20)}, frozenset({413})),
        Kind("no picture", 1, {"photo": good}, frozenset({422})),
        Kind("wrong key", 2, {"image": good}, frozenset({401}), key=False),
    ]


@dataclass(slots=True)
class Seen:
    """What the clients saw; written under its lock."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    codes: Counter[tuple[str, int]] = field(default_factory=Counter)
    unexpected: list[str] = field(default_factory=list)
    not_connected: int = 0
    latencies_ms: list[float] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


class Client(threading.Thread):
    """Sends one request after another until it is told to stop."""

    def __init__(self, url: str, api_key: str, seen: Seen, stop: threading.Event, seed: int) -> None:
        super().__init__(daemon=True)
        self._url = url
        self._key = api_key
        self._seen = seen
        self._over = stop
        self._random = random.Random(seed)  # noqa: S311 - traffic, not a secret

    def run(self) -> None:
        """Send."""
        choices = kinds()
        shares = [kind.share for kind in choices]
        with httpx.Client(base_url=self._url, timeout=60, trust_env=False) as http:
            while not self._over.is_set():
                (kind,) = self._random.choices(choices, shares)
                self._send(http, kind)

    def _send(self, http: httpx.Client, kind: Kind) -> None:
        headers = {"X-API-Key": self._key if kind.key else "nobody.knows-this-key"}
        begin = time.perf_counter()
        try:
            response = http.post("/verify/face", files=kind.files, headers=headers)
        except httpx.TransportError:  # the gateway was killed or restarts: the client was told nothing
            with self._seen.lock:
                self._seen.not_connected += 1
            time.sleep(0.1)
            return
        milliseconds = (time.perf_counter() - begin) * 1000
        with self._seen.lock:
            self._seen.codes[kind.name, response.status_code] += 1
            if response.status_code == httpx.codes.OK:
                self._seen.latencies_ms.append(milliseconds)
                self._seen.kept.append(response.json()["verification_id"])
            if response.status_code not in kind.codes | AWAY:
                self._seen.unexpected.append(f"{kind.name}: {response.status_code} {response.text[:200]}")
            elif response.status_code in AWAY and "code" not in response.json():
                self._seen.unexpected.append(f"{kind.name}: {response.status_code} without a problem document")
