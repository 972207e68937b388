"""Other people's servers beside ours: S3 and Redis, as real programs that Python packages bring."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import boto3
from botocore.config import Config

from ekyc_stack.stack import HOST, free_port

BUCKET = "reviews"
START_SECONDS = 10


def program(name: str) -> str:
    """Return the path of a program.

    Raises:
        FileNotFoundError: It is not installed on this machine.
    """
    found = shutil.which(name, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    if found is None:
        raise FileNotFoundError(f"{name} is not installed")
    return found


class Server:
    """A process on a port of its own, started and stopped at will."""

    def __init__(self, *command: str, port: int) -> None:
        """Start it.

        Raises:
            TimeoutError: It does not listen.
        """
        self._command = command
        self.port = port
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Start it, again if it ran before, and wait until it listens."""
        self._process = subprocess.Popen(  # noqa: S603 - a program that we named
            self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self._process.poll() is None:
            try:
                socket.create_connection((HOST, self.port), 1).close()
            except OSError:
                time.sleep(0.02)
            else:
                return
        raise TimeoutError(f"{self._command[0]} does not listen")

    def send(self, number: signal.Signals) -> None:
        """Send a signal."""
        if self._process is not None:
            self._process.send_signal(number)

    def stop(self) -> None:
        """Kill it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class RedisServer(Server):
    """redis-server, in memory."""

    def __init__(self) -> None:
        port = free_port()
        super().__init__(program("redis-server"), "--port", str(port), "--bind", HOST, "--save", "", port=port)

    @property
    def url(self) -> str:
        """Of the server."""
        return f"redis://{HOST}:{self.port}"


class S3Server(Server):
    """rclone's S3 server over a folder; it checks signatures."""

    def __init__(self, root: Path) -> None:
        """Serve a folder with one empty bucket."""
        self.root = root
        (root / BUCKET).mkdir(parents=True)
        port = free_port()
        self.environment: Mapping[str, str] = {
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": secrets.token_hex(16),
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        keys = f"local,{self.environment['AWS_SECRET_ACCESS_KEY']}"
        serve = (program("rclone"), "serve", "s3", "--addr", f"{HOST}:{port}", "--auth-key", keys)
        super().__init__(*serve, "--vfs-cache-mode", "off", str(root), port=port)

    @property
    def url(self) -> str:
        """Of the server."""
        return f"http://{HOST}:{self.port}"

    def names(self) -> list[str]:
        """Return every object's name, asked through the S3 protocol."""
        client: Any = boto3.client(
            "s3",
            endpoint_url=self.url,
            aws_access_key_id=self.environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.environment["AWS_SECRET_ACCESS_KEY"],
            region_name=self.environment["AWS_DEFAULT_REGION"],
            config=Config(s3={"addressing_style": "path"}),
        )
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
        return [found["Key"] for page in pages for found in page.get("Contents", ())]
