"""Processes that assess pictures side by side, and survive a picture that kills one."""

import gc
import multiprocessing
import queue
import signal
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection

import structlog

Answer = Callable[[bytes], bytes]
"""A request in bytes to an answer in bytes; it never raises."""

READY = b"ready"
RESTART_PAUSE_SECONDS = 1.0


class WorkerLostError(Exception):
    """The process died or hung over a request."""


class StoppedError(Exception):
    """The pool is closed."""


def _work(pipe: Connection, make: Callable[[], Answer]) -> None:
    """Answer requests until the parent closes its end, or is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides when to stop.
    answer = make()
    gc.collect()
    gc.freeze()  # what was imported and loaded stays: the collector need not look at it again
    pipe.send_bytes(READY)
    try:
        while True:
            pipe.send_bytes(answer(pipe.recv_bytes()))
    except (EOFError, BrokenPipeError):
        return


class _Worker:
    """One process and our end of its pipe."""

    def __init__(self, make: Callable[[], Answer]) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs, make), daemon=True)
        self._process.start()
        theirs.close()

    def wait_ready(self, seconds: float) -> None:
        if self._receive(seconds) != READY:
            raise WorkerLostError

    def call(self, request: bytes, seconds: float) -> bytes:
        try:
            self._pipe.send_bytes(request)
        except OSError as error:
            raise WorkerLostError from error
        return self._receive(seconds)

    def _receive(self, seconds: float) -> bytes:
        try:
            if self._pipe.poll(seconds):
                return self._pipe.recv_bytes()
        except (EOFError, OSError) as error:
            raise WorkerLostError from error
        raise WorkerLostError

    def stop(self, seconds: float) -> None:
        """Close the pipe, which ends an idle worker; kill one that does not end."""
        self._pipe.close()
        self._process.join(seconds)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._process.close()


class WorkerPool:
    """A fixed number of worker processes, each with its own model.

    MediaPipe's graph does not scale over threads and its native code may die on a hostile picture, so each
    worker is a process (spawned, never forked: gRPC's threads do not survive a fork). A worker that dies or
    hangs is replaced; only the request it held is lost.
    """

    def __init__(self, make: Callable[[], Answer], *, size: int, hang_seconds: float, start_seconds: float) -> None:
        """Start the workers and wait until each is warm.

        Args:
            make: Builds the answering function inside the worker; must pickle.
            size: Number of processes.
            hang_seconds: A request that takes longer costs its worker its life.
            start_seconds: How long a worker may take to load.

        Raises:
            WorkerLostError: A worker did not come up.
        """
        self._make = make
        self._hang_seconds = hang_seconds
        self._start_seconds = start_seconds
        self._idle: queue.LifoQueue[_Worker] = queue.LifoQueue()
        self._closed = threading.Event()
        self._size = size
        workers = [_Worker(make) for _ in range(size)]
        for worker in workers:
            worker.wait_ready(start_seconds)
            self._idle.put(worker)

    def call(self, request: bytes, wait_seconds: float | None) -> bytes:
        """Have the next idle worker answer.

        Args:
            request: Passed on as it is.
            wait_seconds: How long to wait for an idle worker; None waits for ever.

        Raises:
            TimeoutError: No worker became idle in time.
            WorkerLostError: The worker died or hung over this request; another takes its place.
            StoppedError: The pool is closed.
        """
        if self._closed.is_set():
            raise StoppedError
        try:
            worker = self._idle.get(timeout=wait_seconds)
        except queue.Empty:
            raise TimeoutError from None
        try:
            answer = worker.call(request, self._hang_seconds)
        except WorkerLostError:
            threading.Thread(target=self._replace, args=(worker,), name="respawn", daemon=True).start()
            raise
        self._idle.put(worker)
        return answer

    def _replace(self, lost: _Worker) -> None:
        structlog.get_logger().error("a worker died or hung and is being replaced")
        lost.stop(0)
        while not self._closed.is_set():
            worker = _Worker(self._make)
            try:
                worker.wait_ready(self._start_seconds)
            except WorkerLostError:
                worker.stop(0)
                time.sleep(RESTART_PAUSE_SECONDS)
            else:
                self._idle.put(worker)
                return

    def close(self) -> None:
        """Stop the workers once they are idle; call when no request is in flight."""
        self._closed.set()
        for _ in range(self._size):
            try:
                self._idle.get_nowait().stop(2)
            except queue.Empty:
                return
