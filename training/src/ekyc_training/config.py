"""A run's settings: a YAML file, typed; an unknown key is an error."""

from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field

Probability = Annotated[float, Field(ge=0, le=1)]


class Frozen(BaseModel):
    """A part of the settings: immutable, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Network(Frozen):
    """The network and where it starts.

    Attributes:
        backbone: A timm MobileNetV3.
        weights: A safetensors file to start from, relative to the configuration file; None is timm's own download.
        pretrained: Without a file, whether to start from timm's download (True) or at random (False).
        chroma: Whether the network sees Cb and Cr beside RGB.
        dropout: Before the classifier.
    """

    backbone: str = "tf_mobilenetv3_small_100"
    weights: Path | None = None
    pretrained: bool = False
    chroma: bool = True
    dropout: Probability = 0.2


class Schedule(Frozen):
    """How long and how fast.

    Attributes:
        steps: Optimizer steps.
        batch: Pictures a step.
        learning_rate: Peak of the cosine.
        weight_decay: AdamW's.
        warm_up: Share of the steps in which the rate rises linearly.
        label_smoothing: Both labels move this far towards one half, times one half.
        average: Decay of the moving average of the weights, which is the model that is kept.
        check_every: Steps between checkpoints and looks at dev.
    """

    steps: int = Field(gt=0)
    batch: int = Field(default=32, ge=2)
    learning_rate: float = Field(default=5e-4, gt=0)
    weight_decay: float = Field(default=0.02, ge=0)
    warm_up: Probability = 0.06
    label_smoothing: Probability = 0.03
    average: Probability = 0.998
    check_every: int = Field(default=500, gt=0)


class Augment(Frozen):
    """How often each disturbance is drawn; the strengths stand beside the code that applies them."""

    flip: Probability = 0.5
    move: Probability = 0.8
    rescale: Probability = 0.25
    blur: Probability = 0.2
    gamma: Probability = 0.5
    colour: Probability = 0.8
    grey: Probability = 0.05
    noise: Probability = 0.25
    jpeg: Probability = 0.4


class Decision(Frozen):
    """The operating points on dev, every source weighing the same.

    Attributes:
        live_apcer: Attacks at or above the live threshold: what is accepted without a second look.
        spoof_bpcer: Bona fide below the spoof threshold: what is rejected without a second look.
    """

    live_apcer: Probability = 0.05
    spoof_bpcer: Probability = 0.01


class Release(Frozen):
    """What the published bundle says of itself."""

    version: str
    purpose: str = "release"
    data: str
    data_terms: str


class Config(Frozen):
    """Everything a run needs beside the data."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")
    seed: int = 0
    network: Network = Network()
    schedule: Schedule
    augment: Augment = Augment()
    decision: Decision = Decision()
    release: Release

    def as_record(self) -> dict[str, Any]:
        """Plain values for a file; paths by name only, for a place on one machine says nothing on another."""
        record = self.model_dump(mode="json")
        if self.network.weights:
            record["network"]["weights"] = self.network.weights.name
        return record


def read_config(path: Path) -> Config:
    """Read a YAML file.

    Raises:
        pydantic.ValidationError: A key is unknown, missing or out of range.
    """
    config = Config.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    weights = config.network.weights
    if weights is None or weights.is_absolute():
        return config
    network = config.network.model_copy(update={"weights": (path.parent / weights).resolve()})
    return config.model_copy(update={"network": network})
