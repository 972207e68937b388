"""What can be said of the configuration without applying it."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.infra.conftest import ROOT, terraform

pytestmark = pytest.mark.timeout(300)

Configured = tuple[Path, dict[str, str]]


def test_it_is_formatted() -> None:
    if shutil.which("terraform") is None:
        pytest.skip("terraform is not installed")
    words = ["terraform", "fmt", "-check", "-recursive", "infra"]
    done = subprocess.run(words, cwd=ROOT, env={**os.environ}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("folder", ["environments/example", "examples/single-host"])
def test_it_is_valid(configured: Configured, folder: str) -> None:
    example, environment = configured
    place = example.parents[1] / folder
    terraform(place, environment, "init", "-backend=false", "-no-color")
    terraform(place, environment, "validate", "-no-color")


@pytest.mark.parametrize("name", ["ci", "cd"])
def test_a_workflow_may_read_and_holds_no_key_of_aws(name: str) -> None:
    text = (ROOT / f".github/workflows/{name}.yml").read_text()
    workflow = yaml.safe_load(text)
    assert workflow["permissions"] == {"contents": "read"}
    assert "AWS_SECRET_ACCESS_KEY" not in text
    for job in workflow["jobs"].values():
        assert job["timeout-minutes"] <= 90
        assert all("@" in step["uses"] for step in job["steps"] if "uses" in step)
