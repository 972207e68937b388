"""Real servers for tests: Redis, and an S3 server that checks signatures."""

import os
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
import pytest
from botocore.config import Config

HOST = "127.0.0.1"
ACCESS_KEY, SECRET_KEY = "test-access", "test-secret-of-no-value"
BUCKET = "reviews"


def free_port() -> int:
    with socket.create_server((HOST, 0)) as listener:
        return int(listener.getsockname()[1])


def program(name: str) -> str:
    """Path of a program that a Python package brought; skips the test where it is not there."""
    found = shutil.which(name, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    if found is None:
        pytest.skip(f"{name} is not installed on this platform")
    return found


class Server:
    """A process on a port, started and stopped at will, always on the same port."""

    def __init__(self, *command: str, port: int) -> None:
        self._command = command
        self.port = port
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(500):
            try:
                socket.create_connection((HOST, self.port), 1).close()
            except OSError:
                assert self._process.poll() is None, "the server did not start"
                time.sleep(0.02)
            else:
                return
        raise AssertionError("the server does not listen")

    def send(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def stop(self) -> None:
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
    """redis-server in memory."""

    def __init__(self) -> None:
        port = free_port()
        super().__init__(program("redis-server"), "--port", str(port), "--bind", HOST, "--save", "", port=port)

    @property
    def url(self) -> str:
        return f"redis://{HOST}:{self.port}"


class S3Server(Server):
    """rclone's S3 server over a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / BUCKET).mkdir(parents=True)
        port = free_port()
        keys = f"{ACCESS_KEY},{SECRET_KEY}"
        serve = (program("rclone"), "serve", "s3", "--addr", f"{HOST}:{port}", "--auth-key", keys)
        super().__init__(*serve, "--vfs-cache-mode", "off", str(root), port=port)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def environment(self) -> Mapping[str, str]:
        """What a process needs to use it."""
        return {
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def names(self) -> list[str]:
        """Every object, asked through the S3 protocol."""
        client: Any = boto3.client(
            "s3",
            endpoint_url=self.url,
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY,
            region_name="eu-central-1",
            config=Config(s3={"addressing_style": "path"}),
        )
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
        return [found["Key"] for page in pages for found in page.get("Contents", ())]
