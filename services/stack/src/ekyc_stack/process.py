"""A service as a child process whose log lines carry its name."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from typing import TextIO

COLOURS = {"gateway": 36, "quality": 33, "liveness": 35, "console": 32}


def print_prefixed(name: str, line: str) -> None:
    """Print one log line behind its service's name, in colour on a terminal."""
    prefix = f"{name:>8} │ "
    if sys.stdout.isatty():
        prefix = f"\x1b[{COLOURS.get(name, 37)}m{prefix}\x1b[0m"
    print(prefix + line, flush=True)  # noqa: T201 - this is the program's output


class Process:
    """``python -m MODULE`` in a session of its own, so that Ctrl-C reaches only us and we stop it in order."""

    def __init__(
        self, name: str, module: str, settings: Mapping[str, str], *, log: Callable[[str, str], None] = print_prefixed
    ) -> None:
        """Start the process.

        Args:
            name: For the log lines.
            module: Run as ``python -m module``.
            settings: Environment variables on top of ours.
            log: Takes the name and each line that the process prints.
        """
        self.name = name
        self._log = log
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", module],
            env={**os.environ, **settings, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        assert self._process.stdout is not None  # noqa: S101 - we asked for a pipe
        self._reader = threading.Thread(target=self._relay, args=(self._process.stdout,), daemon=True)
        self._reader.start()

    def _relay(self, output: TextIO) -> None:
        with output:
            for line in output:
                self._log(self.name, line.rstrip("\n"))

    @property
    def pid(self) -> int:
        """The operating system's number of the process."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative for a signal."""
        return self._process.poll()

    def send(self, number: signal.Signals) -> None:
        """Send a signal, if it still runs."""
        if self.exit_code is None:
            self._process.send_signal(number)

    def stop(self, seconds: float = 30) -> int:
        """SIGTERM, wait, and SIGKILL where that did not help; returns the exit code."""
        self.send(signal.SIGTERM)
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        self._reader.join(5)
        return code
