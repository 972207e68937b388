"""Workers that work, crash, hang and never come up."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from ekyc_quality.workers import StoppedError, WorkerLostError, WorkerPool


def answer(request: bytes) -> bytes:
    match request:
        case b"pid":
            return str(os.getpid()).encode()
        case b"crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        case b"hang":
            time.sleep(60)
        case b"slow pid":
            time.sleep(0.2)
            return str(os.getpid()).encode()
        case b"sleep":
            begin = time.monotonic()
            time.sleep(0.5)
            return f"{begin} {time.monotonic()}".encode()
    return b"answer to " + request


def make() -> Callable[[bytes], bytes]:
    return answer


def make_once(flag: Path) -> Callable[[bytes], bytes]:
    """Fail to load from the second time on."""
    flag.touch(exist_ok=False)
    return answer


@pytest.fixture
def pool() -> Iterator[WorkerPool]:
    pool = WorkerPool(make, size=2, hang_seconds=1, start_seconds=30)
    yield pool
    pool.close()


def test_every_request_gets_its_own_answer(pool: WorkerPool) -> None:
    requests = [str(number).encode() * 100_000 for number in range(20)]
    answers: dict[bytes, bytes] = {}
    threads = [threading.Thread(target=lambda r=r: answers.update({r: pool.call(r, 10)})) for r in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {request: b"answer to " + request for request in requests}


def test_workers_are_processes_that_work_side_by_side(pool: WorkerPool) -> None:
    with ThreadPoolExecutor(2) as threads:
        spans = [answer.split() for answer in threads.map(lambda _: pool.call(b"sleep", 10), range(2))]
    begins, ends = zip(*((float(begin), float(end)) for begin, end in spans), strict=True)
    assert max(begins) < min(ends), "two requests of half a second ran one after the other"
    assert int(pool.call(b"pid", 10)) != os.getpid()


@pytest.mark.parametrize("poison", [b"crash", b"hang"])
def test_a_lost_worker_costs_one_request_and_is_replaced(pool: WorkerPool, poison: bytes) -> None:
    with ThreadPoolExecutor(2) as threads:
        before = set(threads.map(lambda _: pool.call(b"slow pid", 10), range(2)))
    with pytest.raises(WorkerLostError):
        pool.call(poison, 10)
    assert pool.call(b"next", 10) == b"answer to next"
    end = time.monotonic() + 30
    with ThreadPoolExecutor(2) as threads:
        while len(pids := set(threads.map(lambda _: pool.call(b"slow pid", 10), range(2)))) < 2:
            assert time.monotonic() < end, "the lost worker was not replaced"
    assert len(pids - before) >= 1


def test_no_idle_worker_in_time(pool: WorkerPool) -> None:
    threads = [threading.Thread(target=pool.call, args=(b"sleep", 10)) for _ in range(2)]
    for thread in threads:
        thread.start()
    time.sleep(0.1)
    with pytest.raises(TimeoutError):
        pool.call(b"late", 0.05)
    for thread in threads:
        thread.join()


def test_a_worker_that_does_not_load_is_an_error_at_start(tmp_path: Path) -> None:
    (tmp_path / "loaded").touch()
    with pytest.raises(WorkerLostError):
        WorkerPool(partial(make_once, tmp_path / "loaded"), size=1, hang_seconds=1, start_seconds=30)


def test_a_closed_pool_says_so_and_leaves_no_process() -> None:
    pool = WorkerPool(make, size=1, hang_seconds=1, start_seconds=30)
    pid = int(pool.call(b"pid", 10))
    pool.close()
    with pytest.raises(StoppedError):
        pool.call(b"late", 1)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
