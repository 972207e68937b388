"""Does memory grow? Watched for as long as each process lives."""

import statistics
import threading
from collections import defaultdict

import psutil

from ekyc_stack.benchmark.usage import usage
from ekyc_stack.stack import Stack

EVERY_SECONDS = 0.5
SHORTEST_LIFE = 40
"""Samples. A process that lived shorter says nothing: it was still warming up."""


class Memory(threading.Thread):
    """Samples the resident memory of every service until it is told to stop."""

    def __init__(self, stack: Stack, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self._stack = stack
        self._over = stop
        self._lives: dict[tuple[str, int], list[float]] = defaultdict(list)

    def run(self) -> None:
        """Sample."""
        while not self._over.wait(EVERY_SECONDS):
            for name, process in list(self._stack.processes.items()):
                try:
                    self._lives[name, process.pid].append(usage(process.pid).rss_mb)
                except psutil.Error:
                    continue

    def growth_mb(self) -> dict[str, float]:
        """Return by service how much its longest life grew: median of its last quarter less that of its second."""
        growth = {}
        for name in sorted({name for name, _ in self._lives}):
            life = max((samples for (other, _), samples in self._lives.items() if other == name), key=len)
            if len(life) >= SHORTEST_LIFE:
                quarter = len(life) // 4
                growth[name] = statistics.median(life[-quarter:]) - statistics.median(life[quarter : 2 * quarter])
        return growth
