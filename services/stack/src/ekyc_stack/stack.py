"""The three services on 127.0.0.1, started together and stopped together."""

import hashlib
import platform
import socket
import sys
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Literal, Self

import httpx

from ekyc_stack.process import Process, print_prefixed

HOST = "127.0.0.1"


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
        processes: By service name.
    """

    def __init__(
        self,
        *,
        api_key: str,
        port: int = 0,
        settings: Mapping[str, str] | None = None,
        log: Callable[[str, str], None] = print_prefixed,
    ) -> None:
        """Start the processes; `wait_ready` tells when they answer.

        Args:
            api_key: Accepted by the gateway, which is told only its hash.
            port: Of the gateway; 0 picks a free one.
            settings: Further environment variables, for example {"QUALITY_WORKERS": "1"}.
            log: Takes a service's name and each of its log lines.
        """
        port = port or free_port()
        quality_port, liveness_port = free_port(), free_port()
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
            "GATEWAY_API_KEY_HASHES": hashlib.sha256(api_key.encode()).hexdigest(),
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

    def wait_ready(self, seconds: float = 90) -> None:
        """Wait until the gateway and both backends answer.

        Raises:
            StackError: A process ended, or time ran out.
        """
        end = time.monotonic() + seconds
        with httpx.Client(base_url=self.url, trust_env=False) as client:
            while time.monotonic() < end:
                for process in self.processes.values():
                    if process.exit_code is not None:
                        raise StackError(f"{process.name} ended with exit code {process.exit_code}; see its log above")
                try:
                    if client.get("/ready", timeout=5).status_code == httpx.codes.OK:
                        return
                except httpx.TransportError:
                    pass
                time.sleep(0.1)
        raise StackError(f"not ready after {seconds:.0f} s; see the logs above")

    def stop(self) -> dict[str, int]:
        """Stop the gateway first, so that requests in flight still find their backends; returns the exit codes."""
        return {name: self.processes[name].stop() for name in ("gateway", "quality", "liveness")}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
