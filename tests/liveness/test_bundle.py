import json
from pathlib import Path

import pytest
from ekyc_liveness.bundle import BundleError, open_bundle
from ekyc_liveness.settings import Settings

from tests.liveness.bundles import write_bundle


def test_a_sound_bundle_opens(tmp_path: Path) -> None:
    bundle = open_bundle(write_bundle(tmp_path))
    assert bundle.manifest.version == "brightness-1"
    assert bundle.model_path.exists()


def test_one_changed_byte_of_the_model_is_noticed(tmp_path: Path) -> None:
    model = write_bundle(tmp_path) / "model.onnx"
    data = bytearray(model.read_bytes())
    data[-1] ^= 1
    model.write_bytes(data)
    with pytest.raises(BundleError, match="SHA-256"):
        open_bundle(tmp_path)


@pytest.mark.parametrize("name", ["model.onnx", "bundle.json"])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    (write_bundle(tmp_path) / name).unlink()
    with pytest.raises(BundleError, match=name):
        open_bundle(tmp_path)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("surprise", 1),
        ("thresholds", {"live": 0.2, "spoof": 0.4, "rule": "crossed"}),
        ("sha256", "abc"),
        ("version", "../../etc"),
    ],
)
def test_a_wrong_manifest_is_refused(tmp_path: Path, key: str, value: object) -> None:
    path = write_bundle(tmp_path) / "bundle.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), key: value}))
    with pytest.raises(BundleError, match=key):
        open_bundle(tmp_path)


def test_production_refuses_a_test_bundle(tmp_path: Path) -> None:
    write_bundle(tmp_path, purpose="test")
    assert open_bundle(tmp_path).manifest.purpose == "test"
    with pytest.raises(BundleError, match="test bundle"):
        open_bundle(tmp_path, allow_test=False)


def test_the_default_bundle_is_sound_and_fit_for_production() -> None:
    bundle = open_bundle(Settings().bundle, allow_test=False)
    assert bundle.manifest.precision == "int8"
    assert (bundle.folder / "MODEL_CARD.md").exists()
