"""Two builds of one commit hold the same files."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.containers.conftest import ROOT

pytestmark = pytest.mark.timeout(1500)

LIST = "cd /app && find . -type f -print0 | sort -z | xargs -0 sha256sum"


def contents(engine: Any, service: str, tag: str) -> list[str]:
    """Digest and name of every file that we put into a service's image, built without a layer from before."""
    command = [
        "docker",
        "build",
        "--quiet",
        "--no-cache",
        "--file",
        f"services/{service}/Dockerfile",
        "--tag",
        tag,
        ".",
    ]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    listing: bytes = engine.containers.run(tag, entrypoint=["sh", "-c", LIST], remove=True)
    engine.images.remove(tag, force=True)
    return listing.decode().splitlines()


def test_a_second_build_of_the_gateway_holds_the_same_files(engine: Any) -> None:
    first, second = (contents(engine, "gateway", f"ekyc-gateway:twice-{number}") for number in range(2))
    assert len(first) > 1000
    assert [line for line in first if line not in set(second)] == []
    assert len(first) == len(second)


def test_only_what_an_image_needs_is_sent_to_the_builder() -> None:
    ignored = (Path(ROOT) / ".dockerignore").read_text().splitlines()
    assert "*" in ignored, "a list of what is let in, not of what is kept out"
