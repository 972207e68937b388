"""A few steps on drawn pictures, to the graph that the service runs: torch, ONNX and INT8 say the same."""

from pathlib import Path

import numpy as np
import pytest
from ekyc_liveness.bundle import Bundle, Geometry, Manifest
from ekyc_liveness.session import Session
from ekyc_stack.stack import provider
from ekyc_training.config import Config
from ekyc_training.crops import Crop, Crops
from ekyc_training.export import export
from ekyc_training.inference import logits_of, probabilities_of
from ekyc_training.model import LivenessGraph, read_net
from ekyc_training.quantize import quantize
from ekyc_training.rows import Row
from ekyc_training.train import train

SIZE = 64


@pytest.fixture(scope="module")
def crops() -> Crops:
    """Bona fide are bright on the left, attacks on the right."""
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 120, (48, SIZE, SIZE, 3)).astype(np.uint8)
    rows = [Row(str(n), "drawn", "train", "live" if n % 2 else "print", "", str(n)) for n in range(48)]
    for n in range(48):
        half = slice(None, SIZE // 2) if n % 2 else slice(SIZE // 2, None)
        pixels[n, :, half] += 100
    return Crops(pixels, np.arange(48), rows, [Crop(row.path, "0" * 64, "face", 1.0) for row in rows])


@pytest.fixture(scope="module")
def config() -> Config:
    return Config.model_validate(
        {
            "name": "smoke",
            "schedule": {"steps": 12, "batch": 8, "check_every": 6, "average": 0.5},
            "augment": {"flip": 0},
            "release": {"version": "smoke", "purpose": "test", "data": "drawn", "data_terms": "none"},
        }
    )


@pytest.mark.timeout(200)
@pytest.mark.filterwarnings("ignore")  # torch's and NNCF's own deprecations
def test_from_training_to_int8(tmp_path: Path, crops: Crops, config: Config) -> None:
    weights = train(config, crops, crops, tmp_path / "run")
    net = read_net(weights, config.network)
    logits = logits_of(net, crops)
    expected = 1 / (1 + np.exp(-logits / 1.5))

    folders = {name: tmp_path / name for name in ("fp32", "int8")}
    for folder in folders.values():
        folder.mkdir()
    export(LivenessGraph(net, 1.5), SIZE, folders["fp32"] / "model.onnx")
    quantize(folders["fp32"] / "model.onnx", folders["int8"] / "model.onnx", crops, pictures=24)
    geometry = Geometry(name="drawn", version=1, size=SIZE, margin=1)
    for name, tolerance in (("fp32", 1e-4), ("int8", 0.15)):
        bundle = Bundle(folder=folders[name], manifest=Manifest.model_construct(geometry=geometry))
        session = Session(bundle, provider="openvino" if provider() == "openvino" else "cpu")
        session.warm_up()
        np.testing.assert_allclose(probabilities_of(session, crops), expected, atol=tolerance)


@pytest.mark.timeout(200)
@pytest.mark.filterwarnings("ignore")
def test_a_run_that_stopped_goes_on_where_it_was(tmp_path: Path, crops: Crops, config: Config) -> None:
    whole = train(config, crops, crops, tmp_path / "whole").read_bytes()
    again = train(config, crops, crops, tmp_path / "whole").read_bytes()
    assert whole == again
    assert (tmp_path / "whole" / "checkpoint.pt").exists()
