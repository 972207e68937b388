"""Whatever dies, every picture that was answered arrives in a real S3 server exactly once."""

import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from ekyc_gateway.audit.command import verify as verify_log
from ekyc_stack.server import BUCKET, S3Server
from ekyc_stack.stack import Stack, StackError

from tests.e2e.conftest import API_KEY, Log
from tests.pictures import astronaut, jpeg
from tests.servers import s3_server

IMAGE = jpeg(astronaut())
HEADERS = {"X-API-Key": API_KEY}


@pytest.fixture
def s3(tmp_path: Path) -> Iterator[S3Server]:
    yield from s3_server(tmp_path / "s3")


@contextmanager
def stack_on(s3: S3Server, state: Path, settings: Mapping[str, str] | None = None) -> Iterator[Stack]:
    """A stack that keeps every picture in the S3 server."""
    environment = {
        **s3.environment,
        "QUALITY_WORKERS": "1",
        "GATEWAY_REVIEW_DECISIONS": "accept,review,reject,retake",
        "GATEWAY_REVIEW_BUCKET": f"{BUCKET}/ekyc",
        "GATEWAY_S3_ENDPOINT": s3.url,
        "GATEWAY_UPLOAD_DRAIN_SECONDS": "1",
        **(settings or {}),
    }
    with Stack(api_key=API_KEY, state=state, settings=environment, log=Log()) as stack:
        stack.wait_ready()
        yield stack


def post(stack: Stack) -> httpx.Response:
    return httpx.post(f"{stack.url}/verify/face", headers=HEADERS, files={"image": IMAGE}, timeout=30, trust_env=False)


def answered(stack: Stack, requests: int) -> list[str]:
    responses = [post(stack) for _ in range(requests)]
    assert [response.status_code for response in responses] == [200] * requests
    return [response.json()["verification_id"] for response in responses]


def depth(stack: Stack) -> int:
    text = httpx.get(f"{stack.url}/metrics", trust_env=False).text
    return int(float(next(line for line in text.splitlines() if line.startswith("ekyc_outbox_depth ")).split()[1]))


def wait_until(condition: Callable[[], bool], seconds: float = 45) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def arrived(s3: S3Server) -> Counter[str]:
    """Cases in the bucket by verification id."""
    return Counter(name.split("/")[-2] for name in s3.names() if name.endswith("/case.json"))


def assert_all_arrive_once(s3: S3Server, stack: Stack, ids: list[str]) -> None:
    wait_until(lambda: depth(stack) == 0)
    assert arrived(s3) == Counter(ids)
    pictures = [name for name in s3.names() if name.endswith("/picture.jpg")]
    assert len(pictures) == len(ids)
    assert all((s3.root / BUCKET / name).read_bytes() == IMAGE for name in pictures)


def test_s3_gone_and_back(s3: S3Server, tmp_path: Path) -> None:
    with stack_on(s3, tmp_path / "state") as stack:
        ids = answered(stack, 2)
        wait_until(lambda: depth(stack) == 0)
        s3.stop()
        ids += answered(stack, 4)
        assert depth(stack) == 4
        s3.start()
        assert_all_arrive_once(s3, stack, ids)


def test_s3_hung_holds_up_no_answer(s3: S3Server, tmp_path: Path) -> None:
    with stack_on(s3, tmp_path / "state") as stack:
        s3.send(signal.SIGSTOP)
        start = time.monotonic()
        ids = answered(stack, 4)
        assert time.monotonic() - start < 10
        s3.send(signal.SIGCONT)
        assert_all_arrive_once(s3, stack, ids)


def test_gateway_killed_between_outbox_and_upload(s3: S3Server, tmp_path: Path) -> None:
    with stack_on(s3, tmp_path / "state") as stack:
        s3.stop()
        ids = answered(stack, 5)
        stack.processes["gateway"].send(signal.SIGKILL)
        stack.processes["gateway"].stop()
        s3.start()
        stack.start("gateway")
        stack.wait_ready()
        assert_all_arrive_once(s3, stack, ids)
        assert verify_log(tmp_path / "state" / "audit.jsonl")[0] == 5


def test_gateway_killed_again_and_again_under_load(s3: S3Server, tmp_path: Path) -> None:
    ids: list[str] = []
    stop = threading.Event()
    with stack_on(s3, tmp_path / "state") as stack:

        def load() -> None:
            while not stop.is_set():
                try:
                    response = post(stack)
                except httpx.TransportError:
                    time.sleep(0.05)
                    continue
                if response.status_code == 200:
                    ids.append(response.json()["verification_id"])

        clients = [threading.Thread(target=load) for _ in range(4)]
        for client in clients:
            client.start()
        for _ in range(3):
            time.sleep(1.5)
            stack.processes["gateway"].send(signal.SIGKILL)
            stack.processes["gateway"].stop()
            stack.start("gateway")
            stack.wait_ready()
        stop.set()
        for client in clients:
            client.join()
        wait_until(lambda: depth(stack) == 0)
        found = arrived(s3)
        assert len(ids) > 10
        assert set(ids) <= set(found), "an answered picture is lost"
        assert set(found.values()) == {1}
        assert not list((tmp_path / "state" / "outbox").iterdir())
        verify_log(tmp_path / "state" / "audit.jsonl")


def test_wrong_credentials_keep_everything_until_they_are_right(s3: S3Server, tmp_path: Path) -> None:
    with stack_on(s3, tmp_path / "state", {"AWS_SECRET_ACCESS_KEY": "wrong"}) as stack:
        ids = answered(stack, 3)
        time.sleep(1)
        assert (depth(stack), arrived(s3)) == (3, Counter())
        review = httpx.get(f"{stack.url}/reviews", headers=HEADERS, trust_env=False)
        assert (review.status_code, review.json()["code"]) == (503, "storage_unavailable")
    with stack_on(s3, tmp_path / "state") as stack:
        assert_all_arrive_once(s3, stack, ids)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte."""
    path = tmp_path / "disk"
    path.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", path], capture_output=True, check=False
    ).returncode:
        pytest.skip("mounting a small disk needs root")
    yield path
    subprocess.run(["umount", path], check=True)


def test_a_full_disk_answers_503_and_loses_nothing(s3: S3Server, small_disk: Path) -> None:
    with stack_on(s3, small_disk) as stack:
        s3.stop()
        responses = [post(stack) for _ in range(60)]
        codes = Counter(response.status_code for response in responses)
        assert codes.keys() == {200, 503}
        refused = next(response for response in responses if response.status_code == 503)
        assert refused.json()["code"] == "storage_unavailable"
        assert refused.headers["retry-after"]
        ids = [response.json()["verification_id"] for response in responses if response.status_code == 200]
        s3.start()
        wait_until(lambda: depth(stack) == 0)
        ids += answered(stack, 2)
        assert_all_arrive_once(s3, stack, ids)
        verify_log(small_disk / "audit.jsonl")


def test_sigterm_under_load_drops_no_request_in_flight(s3: S3Server, tmp_path: Path) -> None:
    answers: list[str] = []
    stopped = threading.Event()
    with stack_on(s3, tmp_path / "state") as stack:

        def load() -> None:
            while not stopped.is_set():
                try:
                    response = post(stack)
                except httpx.ConnectError:  # it no longer listens
                    return
                except httpx.TransportError:  # connected, but never taken from the queue of the closing socket
                    continue
                if response.status_code == 200:
                    answers.append(response.json()["verification_id"])

        clients = [threading.Thread(target=load) for _ in range(8)]
        for client in clients:
            client.start()
        time.sleep(2)
        assert stack.processes["gateway"].stop() == 0
        stopped.set()
        for client in clients:
            client.join()
        entries, _ = verify_log(tmp_path / "state" / "audit.jsonl")
        assert entries == len(answers) > 10, "a verification was made, and its client got no answer"
        assert arrived(s3) == Counter(answers), "the outbox was not drained"


def test_a_second_gateway_on_the_same_state_does_not_start(s3: S3Server, tmp_path: Path) -> None:
    log = Log()
    with stack_on(s3, tmp_path / "state"):
        second = Stack(api_key=API_KEY, state=tmp_path / "state", log=log)
        with pytest.raises(StackError, match="gateway ended"):
            second.wait_ready()
        second.stop()
    assert "GATEWAY_STATE" in log.text
