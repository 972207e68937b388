"""The network: a MobileNetV3 that sees RGB and chroma, and the graph around it that is shipped."""

from pathlib import Path
from typing import Any, cast

import timm
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from ekyc_training.config import Network

# ITU-R BT.601 (JPEG's): Cb and Cr of full-range RGB, here of (RGB - 127.5) / 127.5, so no offset is needed.
CHROMA = ((-0.168736, -0.331264, 0.5), (0.5, -0.418688, -0.081312))
# Chroma of faces spans about a third of luma's range; the planes are scaled to match.
CHROMA_GAIN = 3.0


class LivenessNet(nn.Module):
    """Logit of P(bona fide).

    Input: batch x 3 x size x size, RGB, (x - 127.5) / 127.5, as the ImageNet weights want it. With chroma, two
    planes are added for the first convolution, whose new weights start at zero, so that the start is the pretrained
    function. The planes are linear in RGB, so `fold_chroma` gives the same function back without them: they
    help the optimizer to see small colour differences and cost nothing when serving.
    """

    def __init__(self, network: Network) -> None:
        """Build the network and load its start."""
        super().__init__()
        backbone: Any = timm.create_model(
            network.backbone, pretrained=network.pretrained and network.weights is None, drop_rate=network.dropout
        )
        if network.weights:
            state = {name: value.float() for name, value in load_file(network.weights).items()}
            missing, unexpected = backbone.load_state_dict(state, strict=False)
            if unexpected or any(not name.startswith("classifier.") for name in missing):
                raise ValueError(f"{network.weights} is no {network.backbone}: {missing=} {unexpected=}")
        backbone.reset_classifier(1)
        self.backbone = backbone
        self.register_buffer("chroma", torch.tensor(CHROMA)[:, :, None, None] * CHROMA_GAIN, persistent=False)
        self.has_chroma = network.chroma
        if network.chroma:
            stem = backbone.conv_stem
            stem.weight = nn.Parameter(torch.cat([stem.weight.data, torch.zeros_like(stem.weight.data[:, :2])], 1))
            stem.in_channels = 5

    def forward(self, rgb: Tensor) -> Tensor:
        """Return a logit a picture: batch."""
        if self.has_chroma:
            rgb = torch.cat([rgb, nn.functional.conv2d(rgb, cast("Tensor", self.chroma))], 1)
        return cast("Tensor", self.backbone(rgb)).squeeze(1)

    @torch.no_grad()
    def fold_chroma(self) -> None:
        """Fold the chroma planes into the first convolution; exact, also at the zero-padded border."""
        if not self.has_chroma:
            return
        stem = cast("Any", self.backbone).conv_stem
        mix = cast("Tensor", self.chroma)[:, :, 0, 0]
        folded = stem.weight[:, :3] + torch.einsum("ophw,pc->ochw", stem.weight[:, 3:], mix)
        stem.weight = nn.Parameter(folded.contiguous())
        stem.in_channels = 3
        self.has_chroma = False


class LivenessGraph(nn.Module):
    """What is exported: uint8 [1, size, size, 3] RGB in, calibrated P(bona fide) [1] out."""

    def __init__(self, net: LivenessNet, temperature: float) -> None:
        """Wrap a network; it is folded and put into evaluation mode."""
        super().__init__()
        net.fold_chroma()
        self.net = net.eval()
        self.temperature = temperature

    def forward(self, rgb: Tensor) -> Tensor:
        """Return probabilities: batch."""
        return torch.sigmoid(self.net(normalise(rgb)) / self.temperature)


def normalise(rgb: Tensor) -> Tensor:
    """Batch x height x width x 3, uint8, to batch x 3 x height x width, -1 to 1."""
    return (rgb.permute(0, 3, 1, 2).float() - 127.5) / 127.5


def read_net(path: Path, network: Network) -> LivenessNet:
    """Load trained weights."""
    net = LivenessNet(network.model_copy(update={"weights": None, "pretrained": False}))
    net.load_state_dict(load_file(path))
    return net.eval()
