"""From training to an answer: a smoke run's bundle in the running services, and a request answered by it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from ekyc_liveness.bundle import BundleError, open_bundle
from ekyc_stack.stack import Stack, provider
from ekyc_training.commands import DEFAULT_BUNDLE
from ekyc_training.score import Scorer, Settings

from tests.e2e.conftest import API_KEY, Log, Verify
from tests.pictures import astronaut, png


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("trained") / "smoke"
    command = [sys.executable, "-m", "ekyc_training", "smoke", "--out", str(out), "--provider", provider()]
    subprocess.run(command, check=True, capture_output=True, timeout=280)
    return out / "bundle"


@pytest.fixture(scope="module")
def url(bundle: Path) -> Iterator[str]:
    stack = Stack(api_key=API_KEY, settings={"LIVENESS_BUNDLE": str(bundle), "QUALITY_WORKERS": "1"}, log=Log())
    try:
        stack.wait_ready()
        yield stack.url
    finally:
        stack.stop()


@pytest.mark.timeout(300)
def test_a_request_is_answered_by_the_model_that_was_just_trained(url: str, bundle: Path) -> None:
    files = {"image": ("photo.png", png(astronaut()), "image/png")}
    with httpx.Client(headers={"X-API-Key": API_KEY}, timeout=30, trust_env=False) as client:
        answer = client.post(f"{url}/verify/face", files=files).raise_for_status().json()
    manifest = json.loads((bundle / "bundle.json").read_text())
    assert answer["model"] == {"version": "smoke", "sha256": manifest["sha256"]}
    assert answer["decision"] in {"accept", "review", "reject"}


def test_production_refuses_it(bundle: Path) -> None:
    with pytest.raises(BundleError, match="test bundle"):
        open_bundle(bundle, allow_test=False)


def test_the_score_of_a_list_is_the_score_of_the_service(verify: Verify, tmp_path: Path) -> None:
    path = tmp_path / "astronaut.png"
    path.write_bytes(png(astronaut()))
    offline = Scorer(Settings(DEFAULT_BUNDLE, provider())).score(path)
    online = verify(path.read_bytes()).json()
    assert offline.live_probability == pytest.approx(online["live_probability"], abs=1e-4)
    assert offline.decision == online["decision"]
