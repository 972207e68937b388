"""A network that starts from a published bundle has the bundle's function, and can be trained on."""

from pathlib import Path
from typing import cast

import numpy as np
import pytest
import torch
from ekyc_liveness.bundle import open_bundle
from ekyc_liveness.session import Session
from ekyc_stack.stack import provider
from ekyc_training.bundle_start import is_bundle, start_from_bundle
from ekyc_training.commands import DEFAULT_BUNDLE
from ekyc_training.config import Network, read_config
from ekyc_training.export import export
from ekyc_training.model import LivenessGraph, LivenessNet, normalise
from ekyc_training.starts import StartError
from torch import Tensor, nn

from tests.pictures import astronaut

SIZE = 128


@pytest.fixture(scope="module")
def views() -> list[Tensor]:
    """Batches of places in the astronaut's picture."""
    picture, rng = astronaut(), np.random.default_rng(0)
    corners = rng.integers(0, 512 - SIZE, (4, 8, 2))
    cut = [[picture[y : y + SIZE, x : x + SIZE] for y, x in batch] for batch in corners]
    return [torch.from_numpy(np.stack(batch)) for batch in cut]


def scrambled(network: Network) -> LivenessNet:
    """Return a network whose batch norms and heads have learnt something."""
    torch.manual_seed(0)
    net = LivenessNet(network).eval()
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            for gain in (module.weight, cast("Tensor", module.running_var)):
                gain.data.uniform_(0.5, 1.5)
            for offset in (module.bias, cast("Tensor", module.running_mean)):
                offset.data.normal_(0, 0.2)
    return net


@pytest.mark.parametrize("backbone", ["mobilenetv3_small_050", "mobilenetv2_050"])
def test_a_graph_without_batch_norms_gets_them_back(backbone: str, views: list[Tensor], tmp_path: Path) -> None:
    trained = scrambled(Network(backbone=backbone, dropout=0))
    export(LivenessGraph(trained, temperature=2.0), SIZE, tmp_path / "model.onnx")
    net = LivenessNet(Network(backbone=backbone, dropout=0), features=3)
    start_from_bundle(net, tmp_path, views)
    pixels = normalise(views[0])
    with torch.no_grad():
        expected = trained.answer(pixels).live
        torch.testing.assert_close(net.eval().answer(pixels).live, expected, rtol=1e-3, atol=1e-3)
        trains = net.train().answer(normalise(torch.cat(views))).live
        serves = net.eval().answer(normalise(torch.cat(views))).live
    torch.testing.assert_close(trains, serves, rtol=1e-2, atol=1e-2)


def test_int8_weights_are_a_start_too(views: list[Tensor]) -> None:
    bundle = open_bundle(DEFAULT_BUNDLE)
    net = LivenessNet(Network(backbone="mobilenetv2_100"))
    start_from_bundle(net, DEFAULT_BUNDLE, views)
    session = Session(bundle, provider=provider())
    served = np.array([session.run(view) for view in views[0].numpy()])
    with torch.no_grad():
        logits = net.eval().answer(normalise(views[0])).live.numpy()
    assert np.corrcoef(np.log(served / (1 - served)), logits)[0, 1] > 0.95


def test_another_backbone_is_refused(views: list[Tensor]) -> None:
    with pytest.raises(StartError, match="is of another backbone"):
        start_from_bundle(LivenessNet(Network(backbone="mobilenetv3_small_050")), DEFAULT_BUNDLE, views)


def test_the_settings_name_a_bundle_by_its_folder(tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "mine").symlink_to(DEFAULT_BUNDLE)
    settings = tmp_path / "settings.yaml"
    settings.write_text("name: further\nnetwork: {start: runs/mine}\nschedule: {steps: 1}\n")
    start = read_config(settings).network.start
    assert is_bundle(start)
    assert not is_bundle("mobilenetv2")


def test_a_folder_that_is_no_bundle_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StartError, match="neither a file nor a bundle"):
        LivenessNet(Network(backbone="mobilenetv2_100", start=str(tmp_path)))
