"""The three services on 127.0.0.1, started together and stopped together."""

import platform
import secrets
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import httpx
from ekyc_gateway.access.api_key import ApiKey
from ekyc_gateway.access.key_record import KeyList, KeyRecord

from ekyc_stack.process import Process, print_prefixed

HOST = "127.0.0.1"
CLIENT = "local"
ORDER = ("console", "gateway", "quality", "liveness")


class StackError(Exception):
    """A service did not come up."""


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def provider() -> Literal["openvino", "cpu"]:
    """Return the execution provider of this platform's onnxruntime (see services/liveness/pyproject.toml)."""
    return "openvino" if sys.platform == "linux" and platform.machine() == "x86_64" else "cpu"


class Stack:
    """Gateway, quality and liveness as child processes.

    Attributes:
        url: Of the gateway.
        state: Folder of the gateway's outbox, audit log and kept cases.
        processes: By service name.
    """

    def __init__(
        self,
        *,
        api_key: str,
        port: int = 0,
        state: Path | None = None,
        settings: Mapping[str, str] | None = None,
        log: Callable[[str, str], None] = print_prefixed,
    ) -> None:
        """Start the processes; `wait_ready` tells when they answer.

        Args:
            api_key: Accepted by the gateway, which is told only its hash; may verify and review.
            port: Of the gateway; 0 picks a free one.
            state: Folder of the gateway's outbox, audit log and kept cases; one that goes with the stack when left out.
            settings: Further environment variables, for example {"QUALITY_WORKERS": "1"}.
            log: Takes a service's name and each of its log lines.
        """
        port = port or free_port()
        quality_port, liveness_port = free_port(), free_port()
        pepper = secrets.token_urlsafe(32)
        keys = KeyList(keys=(KeyRecord.of(ApiKey.parse(api_key), pepper, CLIENT),))
        self._temporary = tempfile.TemporaryDirectory(prefix="ekyc-")
        self.state = state or Path(self._temporary.name)
        environment = {
            "QUALITY_PORT": str(quality_port),
            "QUALITY_LOG_JSON": "false",
            "QUALITY_ENVIRONMENT": "development",
            "LIVENESS_PORT": str(liveness_port),
            "LIVENESS_LOG_JSON": "false",
            "LIVENESS_ENVIRONMENT": "development",
            "LIVENESS_PROVIDER": provider(),
            "GATEWAY_HOST": HOST,
            "GATEWAY_PORT": str(port),
            "GATEWAY_LOG_JSON": "false",
            "GATEWAY_KEYS": keys.model_dump_json(),
            "GATEWAY_KEY_PEPPER": pepper,
            "GATEWAY_STATE": str(self.state),
            "GATEWAY_DEMO": "true",
            # Whoever tries things out sends the same photo again and again, as fast as it goes.
            "GATEWAY_DUPLICATE_SECONDS": "0",
            "GATEWAY_RATE": "1000000/minute",
            "GATEWAY_QUALITY_TARGET": f"{HOST}:{quality_port}",
            "GATEWAY_LIVENESS_TARGET": f"{HOST}:{liveness_port}",
            **(settings or {}),
        }
        self.url = f"http://{HOST}:{port}"
        self._environment = environment
        self._log = log
        self.processes: dict[str, Process] = {}
        for name in ("quality", "liveness", "gateway"):
            self.start(name)

    def start(self, name: str) -> None:
        """Start one service, again if it ran before."""
        self.processes[name] = Process(name, f"ekyc_{name}", self._environment, log=self._log)

    def start_console(self, api_key: str, port: int = 0, settings: Mapping[str, str] | None = None) -> str:
        """Start a console, in place of one that ran before, wait until it serves, and return its address.

        Args:
            api_key: That the console calls the gateway with.
            port: Of the console; 0 picks a free one.
            settings: Further environment variables, for example {"CONSOLE_BUNDLE": "bundles/mine"}.

        Raises:
            StackError: It ended, or time ran out.
        """
        if "console" in self.processes:
            self.processes["console"].stop()
        port = port or free_port()
        own = {"CONSOLE_HOST": HOST, "CONSOLE_PORT": str(port), "CONSOLE_API_URL": self.url}
        environment = {**own, "CONSOLE_API_KEY": api_key, **(settings or {})}
        self.processes["console"] = Process("console", "ekyc_console", environment, log=self._log)
        url = f"http://{HOST}:{port}"
        self._wait(f"{url}/_stcore/health", 60)
        return url

    def wait_ready(self, seconds: float = 90) -> None:
        """Wait until the gateway and both backends answer.

        Raises:
            StackError: A process ended, or time ran out.
        """
        self._wait(f"{self.url}/ready", seconds)

    def _wait(self, url: str, seconds: float) -> None:
        end = time.monotonic() + seconds
        with httpx.Client(trust_env=False) as client:
            while time.monotonic() < end:
                for process in self.processes.values():
                    if process.exit_code is not None:
                        raise StackError(f"{process.name} ended with exit code {process.exit_code}; see its log above")
                try:
                    if client.get(url, timeout=5).status_code == httpx.codes.OK:
                        return
                except httpx.TransportError:
                    pass
                time.sleep(0.1)
        raise StackError(f"not ready after {seconds:.0f} s; see the logs above")

    def stop(self) -> dict[str, int]:
        """Stop whoever asks before whom it asks, so that requests in flight are answered; return the exit codes."""
        codes = {name: self.processes[name].stop() for name in ORDER if name in self.processes}
        self._temporary.cleanup()
        return codes

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
