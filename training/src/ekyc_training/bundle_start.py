"""A published bundle to start from, for whoever has its graph and not the run that made it.

The graph has no batch norms any more, they were folded into the convolutions. They are opened again with statistics
of the pictures that are to be learnt from: the function stays the graph's, and it can be trained on.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import cast

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor, nn

from ekyc_training.model import LivenessNet, normalise
from ekyc_training.starts import StartError

Layer = nn.Conv2d | nn.Linear


def is_bundle(start: str) -> bool:
    """Return whether a start is a bundle's folder."""
    return (Path(start) / "model.onnx").exists()


@torch.no_grad()
def start_from_bundle(net: LivenessNet, folder: Path, views: Iterable[Tensor]) -> None:
    """Give a network a graph's function.

    Args:
        net: Of the graph's backbone. Chroma planes start at zero; heads that the graph lacks are left alone.
        folder: Of the bundle, FP32 or INT8.
        views: Pictures to open the batch norms with: batches of size x size x 3, uint8, RGB.

    Raises:
        StartError: The graph is of another backbone.
    """
    given = weights_of(folder / "model.onnx")
    layers: list[Layer] = [module for module in net.backbone.modules() if isinstance(module, nn.Conv2d)] + [net.live]
    stem = net.backbone.get_submodule(net.stem)
    if [weight.shape for weight, _ in given] != [shape_of(layer, is_stem=layer is stem) for layer in layers]:
        raise StartError(f"{folder.name} is of another backbone")
    norms = norms_of(net.backbone)
    for layer, (weight, bias) in zip(layers, given, strict=True):
        layer.weight.zero_()
        layer.weight[:, : weight.shape[1]] = torch.from_numpy(weight)
        norm = norms.get(layer)
        if norm is not None:
            set_statistics(norm, torch.tensor(0.0), torch.tensor(1 - norm.eps))
            norm.weight.fill_(1)
        cast("Tensor", (layer if norm is None else norm).bias).copy_(torch.from_numpy(bias))
    open_norms(net, list(norms.values()), views)


def open_norms(net: LivenessNet, norms: list[nn.BatchNorm2d], views: Iterable[Tensor]) -> None:
    """Let each norm, so far one that only adds its bias, normalise what it sees, and undo it by gain and bias."""
    seen: dict[nn.Module, list[Tensor]] = {norm: [] for norm in norms}

    def look(norm: nn.Module, given: tuple[Tensor, ...]) -> None:
        wide = given[0].double()
        seen[norm].append(torch.stack([wide.mean((0, 2, 3)), wide.square().mean((0, 2, 3))]))

    hooks = [norm.register_forward_pre_hook(look) for norm in norms]
    net.eval()
    for pixels in views:
        net(normalise(pixels))
    for hook in hooks:
        hook.remove()
    for norm in norms:
        mean, square = torch.stack(seen[norm]).mean(0)
        variance = (square - mean.square()).clamp(min=0)
        set_statistics(norm, mean, variance)
        norm.weight.copy_((variance + norm.eps).sqrt())
        norm.bias.add_(mean)


def set_statistics(norm: nn.BatchNorm2d, mean: Tensor, variance: Tensor) -> None:
    """Set what a norm takes the mean and the variance of its channels to be."""
    cast("Tensor", norm.running_mean).copy_(mean)
    cast("Tensor", norm.running_var).copy_(variance)


def norms_of(backbone: nn.Module) -> dict[nn.Module, nn.BatchNorm2d]:
    """Return the batch norm behind each convolution that has one."""
    norms: dict[nn.Module, nn.BatchNorm2d] = {}
    convolution: nn.Module | None = None
    for module in backbone.modules():
        if isinstance(module, nn.Conv2d):
            convolution = module
        elif isinstance(module, nn.BatchNorm2d) and convolution is not None:
            norms[convolution] = module
    return norms


def shape_of(layer: Layer, *, is_stem: bool) -> tuple[int, ...]:
    """Return the shape of a layer's weights in a graph, where chroma planes are folded into the stem."""
    shape = tuple(layer.weight.shape)
    return (shape[0], 3, *shape[2:]) if is_stem else shape


def weights_of(path: Path) -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """Return weight and bias of a graph's convolutions and its last layer, in the order in which they run."""
    graph = onnx.load(path).graph
    values = {each.name: numpy_helper.to_array(each).copy() for each in graph.initializer}
    for node in graph.node:
        if node.op_type == "Identity" and node.input[0] in values:  # equal tensors are exported once
            values[node.output[0]] = values[node.input[0]]
        elif node.op_type == "DequantizeLinear" and node.input[0] in values:
            quantized, scale, zero = (values[name].astype(np.float32) for name in node.input)
            steps = (-1, *[1] * (quantized.ndim - 1)) if scale.ndim else ()
            values[node.output[0]] = (quantized - zero.reshape(steps)) * scale.reshape(steps)
    layers = [node for node in graph.node if node.op_type in {"Conv", "Gemm"}]
    return [(values[node.input[1]], values[node.input[2]]) for node in layers]
