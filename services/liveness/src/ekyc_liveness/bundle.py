"""A model bundle: a folder with model.onnx, bundle.json and MODEL_CARD.md."""

import hashlib
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Probability = Annotated[float, Field(ge=0, le=1)]
BandName = Literal["live", "uncertain", "spoof"]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class BundleError(Exception):
    """The bundle is missing, damaged or not what it says it is."""


class Frozen(BaseModel):
    """A part of the manifest: immutable, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Geometry(Frozen):
    """The crop the model was trained on (see ekyc_vision.crop.CropGeometry)."""

    name: str
    version: int
    size: int = Field(ge=16, le=1024)
    margin: float = Field(gt=0)


class Thresholds(Frozen):
    """Chosen on the dev split, frozen with the model.

    Attributes:
        live: At or above is live: the operating point at BPCER = 1 % or what `rule` says.
        spoof: Below is an attack; between the two a person looks.
        rule: In words, how the two were chosen and on how many pictures.
    """

    live: Probability
    spoof: Probability
    rule: str

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.spoof > self.live:
            raise ValueError("the spoof threshold must not exceed the live threshold")
        return self

    def band(self, probability: float) -> BandName:
        """Return where a probability lies."""
        if probability >= self.live:
            return "live"
        return "uncertain" if probability >= self.spoof else "spoof"


class Calibration(Frozen):
    """What turns the network's logit into a probability; already inside the graph, stated here for the record."""

    method: Literal["temperature", "platt", "none"]
    temperature: float = Field(default=1.0, gt=0)
    bias: float = 0.0


class Provenance(Frozen):
    """Where the model came from."""

    created: date
    git_revision: str
    config: dict[str, Any]
    data: str
    data_terms: str
    train_list_sha256: Sha256
    dev_list_sha256: Sha256


class Manifest(Frozen):
    """bundle.json."""

    version: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")
    sha256: Sha256
    precision: Literal["fp32", "int8"]
    purpose: Literal["release", "test"] = "release"
    geometry: Geometry
    thresholds: Thresholds
    calibration: Calibration
    metrics: dict[str, Any]
    provenance: Provenance


class Bundle(Frozen):
    """A verified bundle on disk."""

    folder: Path
    manifest: Manifest

    @property
    def model_path(self) -> Path:
        """The ONNX graph: "rgb", uint8 [1, size, size, 3], in; "live_probability", float32 [1], out."""
        return self.folder / "model.onnx"


def sha256_of(path: Path) -> str:
    """Hexadecimal SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def open_bundle(folder: Path, *, allow_test: bool = True) -> Bundle:
    """Read and verify a bundle.

    Args:
        folder: Holds model.onnx and bundle.json.
        allow_test: Whether a bundle made to test the pipeline is welcome; production says no.

    Raises:
        BundleError: A file is missing, the manifest is invalid, the model's SHA-256 is another, or the bundle is
            for tests and those are not allowed.
    """
    try:
        manifest = Manifest.model_validate_json((folder / "bundle.json").read_bytes())
        actual = sha256_of(folder / "model.onnx")
    except (OSError, ValueError) as error:
        raise BundleError(f"{folder}: {error}") from error
    if actual != manifest.sha256:
        raise BundleError(f"{folder}: model.onnx has SHA-256 {actual}, bundle.json says {manifest.sha256}")
    if manifest.purpose == "test" and not allow_test:
        raise BundleError(f"{folder} is a test bundle; production does not serve it")
    return Bundle(folder=folder, manifest=manifest)
