"""Backends that die, clients that come all at once, a SIGTERM in mid-request."""

import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import cv2
import httpx
import numpy as np
import pytest
from ekyc_stack.stack import Stack

from tests.e2e.conftest import API_KEY, Log
from tests.pictures import astronaut, jpeg, png


@pytest.fixture
def own_stack() -> Iterator[Stack]:
    """A stack that a test may break."""
    log = Log()
    with Stack(api_key=API_KEY, settings={"QUALITY_WORKERS": "1", "GATEWAY_DEADLINE_SECONDS": "3"}, log=log) as stack:
        stack.wait_ready()
        yield stack


def post(stack: Stack, image: bytes) -> httpx.Response:
    return httpx.post(
        f"{stack.url}/verify/face",
        headers={"X-API-Key": API_KEY},
        files={"image": image},
        timeout=30,
        trust_env=False,
    )


def slow_picture() -> bytes:
    """A 20 Mpx PNG: about half a second to decode."""
    return png(np.asarray(cv2.resize(astronaut(), (4500, 4500), interpolation=cv2.INTER_NEAREST), np.uint8))


@pytest.mark.parametrize("name", ["quality", "liveness"])
def test_a_killed_backend_is_a_503_and_comes_back(own_stack: Stack, name: str) -> None:
    image = jpeg(astronaut())
    assert post(own_stack, image).status_code == 200
    own_stack.processes[name].send(signal.SIGKILL)
    own_stack.processes[name].stop()
    response = post(own_stack, image)
    assert (response.status_code, response.json()["code"]) == (503, "backend_unavailable")
    assert int(response.headers["retry-after"]) >= 1
    assert httpx.get(f"{own_stack.url}/ready", trust_env=False).status_code == 503
    assert httpx.get(f"{own_stack.url}/health", trust_env=False).status_code == 200
    own_stack.start(name)
    own_stack.wait_ready()
    assert post(own_stack, image).status_code == 200


def test_quality_killed_in_mid_request(own_stack: Stack) -> None:
    answers: list[httpx.Response] = []
    image = slow_picture()
    client = threading.Thread(target=lambda: answers.append(post(own_stack, image)))
    client.start()
    time.sleep(0.25)
    own_stack.processes["quality"].send(signal.SIGKILL)
    client.join(20)
    assert answers[0].status_code == 503, answers[0].text
    assert answers[0].json()["code"] == "backend_unavailable"


def test_a_hung_backend_costs_the_deadline_and_no_more(own_stack: Stack) -> None:
    own_stack.processes["liveness"].send(signal.SIGSTOP)
    try:
        start = time.monotonic()
        response = post(own_stack, jpeg(astronaut()))
        assert (response.status_code, response.json()["code"]) == (504, "deadline_exceeded")
        assert time.monotonic() - start < 6
    finally:
        own_stack.processes["liveness"].send(signal.SIGCONT)


def test_a_hundred_clients_at_once(stack: Stack) -> None:
    image = jpeg(astronaut())
    with ThreadPoolExecutor(100) as clients:
        responses = list(clients.map(lambda _: post(stack, image), range(100)))
    statuses = Counter(response.status_code for response in responses)
    refusals = {429: "rate_limited", 503: "overloaded"}  # the key's share, or the gateway's own bound
    assert set(statuses) <= {200, *refusals}, statuses
    assert statuses[200] >= 20
    for response in responses:
        if response.status_code != 200:
            assert response.json()["code"] == refusals[response.status_code]
            assert "retry-after" in response.headers
    assert post(stack, image).status_code == 200


def test_sigterm_lets_a_request_in_flight_finish() -> None:
    stack = Stack(api_key=API_KEY, log=Log())
    stack.wait_ready()
    answers: list[httpx.Response] = []
    image = slow_picture()
    client = threading.Thread(target=lambda: answers.append(post(stack, image)))
    client.start()
    time.sleep(0.2)
    codes = stack.stop()
    client.join(20)
    assert answers[0].status_code == 200, answers[0].text
    assert codes == {"gateway": 0, "quality": 0, "liveness": 0}
