"""What breaks during a soak."""

import random
import signal
import threading
import time
from collections.abc import Callable

from ekyc_stack.server import S3Server
from ekyc_stack.stack import Stack

PAUSE_SECONDS = 4.0
OUTAGE_SECONDS = 3.0


class Faults(threading.Thread):
    """Breaks one thing after another, and mends it again, until it is told to stop."""

    def __init__(self, stack: Stack, s3: S3Server, stop: threading.Event, say: Callable[[str], None]) -> None:
        super().__init__(daemon=True)
        self._stack = stack
        self._s3 = s3
        self._over = stop
        self._say = say

    def run(self) -> None:
        """Break in turn, in an order that differs from round to round."""
        faults: dict[str, Callable[[], None]] = {
            "S3 is gone": self._s3_gone,
            "S3 hangs": self._s3_hangs,
            "gateway is killed": lambda: self._killed("gateway"),
            "gateway gets SIGTERM": self._restarted,
            "quality is killed": lambda: self._killed("quality"),
            "quality hangs": lambda: self._hangs("quality"),
            "liveness is killed": lambda: self._killed("liveness"),
            "liveness hangs": lambda: self._hangs("liveness"),
        }
        order = random.Random(0)  # noqa: S311 - an order, not a secret
        while not self._over.is_set():
            for name in order.sample(sorted(faults), len(faults)):
                if self._over.wait(PAUSE_SECONDS):
                    return
                self._say(name)
                faults[name]()

    def _s3_gone(self) -> None:
        self._s3.stop()
        time.sleep(OUTAGE_SECONDS)
        self._s3.start()

    def _s3_hangs(self) -> None:
        self._s3.send(signal.SIGSTOP)
        time.sleep(OUTAGE_SECONDS)
        self._s3.send(signal.SIGCONT)

    def _killed(self, name: str) -> None:
        self._stack.processes[name].send(signal.SIGKILL)
        self._stack.processes[name].stop()
        self._stack.start(name)
        self._stack.wait_ready()

    def _restarted(self) -> None:
        self._stack.processes["gateway"].stop()
        self._stack.start("gateway")
        self._stack.wait_ready()

    def _hangs(self, name: str) -> None:
        self._stack.processes[name].send(signal.SIGSTOP)
        time.sleep(OUTAGE_SECONDS)
        self._stack.processes[name].send(signal.SIGCONT)
