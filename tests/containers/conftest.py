"""The services in containers on a real engine: built, started with the S3 profile, taken down with everything."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
import httpx
import pytest
from ekyc_stack.stack import free_port

ROOT = Path(__file__).parents[2]
PROJECT = "ekyc-test"
API_KEY = "a-key-for-the-container-tests"


@dataclass(frozen=True)
class Compose:
    """The project on its engine."""

    engine: Any
    port: int
    console_port: int
    environment: dict[str, str]

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        command = ["docker", "compose", "--project-name", PROJECT, "--profile", "s3", "--profile", "demo", *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env={**os.environ, **self.environment}, capture_output=True, text=True, check=False
        )
        assert not check or done.returncode == 0, done.stderr[-600:]
        return done

    def container(self, service: str) -> Any:
        found = self.engine.containers.list(
            all=True,
            filters={"label": [f"com.docker.compose.project={PROJECT}", f"com.docker.compose.service={service}"]},
        )
        assert len(found) == 1, service
        return found[0]

    def verify(self, image: bytes, timeout: float = 30) -> httpx.Response:
        return httpx.post(
            f"http://127.0.0.1:{self.port}/verify/face",
            headers={"X-API-Key": API_KEY},
            files={"image": image},
            timeout=timeout,
            trust_env=False,
        )

    def get(self, path: str) -> httpx.Response:
        url = f"http://127.0.0.1:{self.port}{path}"
        return httpx.get(url, headers={"X-API-Key": API_KEY}, timeout=30, trust_env=False)


def wait_until(condition: Callable[[], bool], seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.3)


@pytest.fixture(scope="session")
def engine() -> Iterator[Any]:
    try:
        client = docker.from_env()
        client.ping()
    except docker.errors.DockerException as error:
        pytest.skip(f"no container engine answers: {error}")
    if subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode:
        pytest.skip("docker compose is not installed")
    yield client
    client.close()


@pytest.fixture(scope="session")
def compose(engine: Any) -> Iterator[Compose]:
    port, console_port = free_port(), free_port()
    environment = {
        "PORT": str(port),
        "CONSOLE_PORT": str(console_port),
        "API_KEY": API_KEY,
        "TAG": "test",
        "REVIEW_BUCKET": "reviews/ekyc",
        "REVIEW_DECISIONS": "accept,review,reject,retake",
        "QUALITY_WORKERS": "1",
        "BUILDX_NO_DEFAULT_ATTESTATIONS": "1",
    }
    project = Compose(engine, port, console_port, environment)
    project.run("down", "--volumes", "--remove-orphans", check=False)
    project.run("build")
    project.run("up", "--detach", "--wait", "--wait-timeout", "180")
    yield project
    project.run("down", "--volumes", "--remove-orphans", check=False)
