"""The network: a timm backbone that sees RGB and chroma, and the graph around it that is shipped."""

from pathlib import Path
from typing import Any, NamedTuple, cast

import timm
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from ekyc_training.config import Network
from ekyc_training.starts import load_start

# ITU-R BT.601 (JPEG's): Cb and Cr of full-range RGB, here of (RGB - 127.5) / 127.5, so no offset is needed.
YCBCR = ((-0.168736, -0.331264, 0.5), (0.5, -0.418688, -0.081312))
# Chroma of faces spans about a third of luma's range; the planes are scaled to match.
CHROMA_GAIN = 3.0
PLANES = {"none": 0, "ycbcr": 2, "hsv": 3}


class Answer(NamedTuple):
    """What the network says of a batch.

    Attributes:
        live: Logits of P(bona fide): batch.
        species: Logits of the attack species: batch x species; None without that head.
        features: A guess of a teacher's embedding: batch x its width; None without that head.
    """

    live: Tensor
    species: Tensor | None
    features: Tensor | None


class LivenessNet(nn.Module):
    """Logit of P(bona fide), and of the attack species where there is a head for it.

    Input: batch x 3 x size x size, RGB, (x - 127.5) / 127.5. Chroma planes are added for the first convolution, whose
    new weights start at zero, so that the start is the pretrained function. YCbCr's planes are linear in RGB, so
    `fold_chroma` gives the same function back without them: they help the optimizer to see small colour
    differences and cost nothing when serving. HSV's are not, and stay in the graph.
    """

    def __init__(self, network: Network, species: int = 0, features: int = 0) -> None:
        """Build the network and load its start.

        Args:
            network: What to build.
            species: Attack species that the second head tells apart; 0 is no such head.
            features: Width of the embedding that the third head guesses; 0 is no such head.

        Raises:
            StartError: The start does not fit the backbone.
        """
        super().__init__()
        backbone: Any = timm.create_model(
            network.backbone, pretrained=network.start == "timm", drop_rate=network.dropout
        )
        load_start(backbone, network.backbone, network.start)
        name = backbone.default_cfg["first_conv"]
        width = getattr(backbone, "head_hidden_size", None) or backbone.num_features
        # The head's last layer goes; what stands before it, such as MobileNetV3's 1x1 convolution, stays.
        backbone.reset_classifier(1)
        backbone.set_submodule(backbone.default_cfg["classifier"], nn.Identity())
        self.backbone = backbone
        self.live = nn.Linear(width, 1)
        self.species = nn.Linear(width, species) if species else None
        self.features = nn.Linear(width, features) if features else None
        self.register_buffer("matrix", torch.tensor(YCBCR)[:, :, None, None] * CHROMA_GAIN, persistent=False)
        self.chroma = network.chroma
        stem = backbone.get_submodule(name)
        self.stem = name
        if PLANES[self.chroma]:
            new = torch.zeros_like(stem.weight.data[:, :1]).expand(-1, PLANES[self.chroma], -1, -1)
            stem.weight = nn.Parameter(torch.cat([stem.weight.data, new], 1))
            stem.in_channels = stem.weight.shape[1]

    def answer(self, rgb: Tensor) -> Answer:
        """Return what every head says."""
        backbone: Any = self.backbone
        seen = backbone.forward_head(backbone.forward_features(self.with_chroma(rgb)), pre_logits=True)
        return Answer(
            live=self.live(seen).squeeze(1),
            species=None if self.species is None else self.species(seen),
            features=None if self.features is None else self.features(seen),
        )

    def forward(self, rgb: Tensor) -> Answer:
        """Return what every head says."""
        return self.answer(rgb)

    def with_chroma(self, rgb: Tensor) -> Tensor:
        """Add the chroma planes."""
        if self.chroma == "ycbcr":
            return torch.cat([rgb, nn.functional.conv2d(rgb, cast("Tensor", self.matrix))], 1)
        if self.chroma == "hsv":
            return torch.cat([rgb, hue_and_saturation(rgb)], 1)
        return rgb

    @torch.no_grad()
    def add_guess(self, share: float, mean: float, deviation: float) -> None:
        """Add to the live logit a share of the last number that the third head guesses; both heads are linear.

        Args:
            share: 0 adds nothing, 1 the whole.
            mean: Of what is guessed, before it was normalised.
            deviation: The same.

        Raises:
            ValueError: There is no third head.
        """
        if self.features is None:
            raise ValueError("this network guesses nothing")
        self.live.weight.add_(self.features.weight[-1:] * share * deviation)
        self.live.bias.add_((self.features.bias[-1:] * deviation + mean) * share)

    @torch.no_grad()
    def fold_chroma(self) -> None:
        """Fold YCbCr's planes into the first convolution; exact, also at the zero-padded border."""
        if self.chroma != "ycbcr":
            return
        stem: Any = self.backbone.get_submodule(self.stem)
        mix = cast("Tensor", self.matrix)[:, :, 0, 0]
        folded = stem.weight[:, :3] + torch.einsum("ophw,pc->ochw", stem.weight[:, 3:], mix)
        stem.weight = nn.Parameter(folded.contiguous())
        stem.in_channels = 3
        self.chroma = "none"


def hue_and_saturation(rgb: Tensor) -> Tensor:
    """Return HSV's saturation, and its hue as a vector as long as the saturation: batch x 3 x height x width.

    A hue angle jumps at red, where skin is; the vector (Hanbury, 2008, eq. 4) does not, and is nil for grey.
    """
    red, green, blue = ((rgb + 1) / 2).unbind(1)
    value = torch.maximum(torch.maximum(red, green), blue) + 1 / 255
    saturation = 1 - torch.minimum(torch.minimum(red, green), blue) / value
    return torch.stack([saturation, (red - (green + blue) / 2) / value, (green - blue) * 0.75**0.5 / value], 1)


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
        return torch.sigmoid(self.net.answer(normalise(rgb)).live / self.temperature)


def normalise(rgb: Tensor) -> Tensor:
    """Batch x height x width x 3, uint8, to batch x 3 x height x width, -1 to 1."""
    return (rgb.permute(0, 3, 1, 2).float() - 127.5) / 127.5


def read_net(path: Path, network: Network) -> LivenessNet:
    """Load trained weights."""
    state = load_file(path)
    species, features = (len(state.get(f"{head}.bias", ())) for head in ("species", "features"))
    net = LivenessNet(network.model_copy(update={"start": "random"}), species, features)
    net.load_state_dict(state)
    return net.eval()
