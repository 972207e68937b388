"""The model's own papers: bundle.json and MODEL_CARD.md."""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

SPLITS = ("test", "dev")


class BundleError(Exception):
    """The folder holds no readable bundle."""


class Read(BaseModel):
    """Immutable; unknown fields are left out."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Thresholds(Read):
    """A probability of at least `live` is accepted, one under `spoof` rejected; the rest is for review."""

    live: float
    spoof: float
    rule: str = ""


class Operating(Read):
    """The errors at one threshold.

    Attributes:
        threshold: A picture whose probability is at least that is accepted.
        apcer: Share of attacks accepted, of the kind that fares best.
        apcer_all: Share of all attacks accepted.
        bpcer: Share of living people not accepted.
    """

    threshold: float
    apcer: float
    apcer_all: float
    bpcer: float


class Metrics(Read):
    """What was measured when the bundle was published; the rest stays in the card."""

    operating_curve: dict[str, list[Operating]] = Field(default_factory=dict)
    dev: dict[str, Any] = Field(default_factory=dict)
    test: dict[str, Any] = Field(default_factory=dict)

    def of(self, split: str) -> dict[str, Any]:
        """Return what was measured on "dev" or "test"."""
        return self.test if split == "test" else self.dev


class Bundle(Read):
    """A published model, without the model."""

    version: str
    sha256: str
    precision: str
    purpose: str
    thresholds: Thresholds
    metrics: Metrics

    def curve(self, split: str) -> list[Operating]:
        """Return a split's curve by rising threshold; empty where the bundle has none."""
        return sorted(self.metrics.operating_curve.get(split, ()), key=lambda one: one.threshold)


def read_bundle(folder: Path) -> tuple[Bundle, str]:
    """Return a bundle and its card (Markdown).

    Raises:
        BundleError: A file is missing or not what it should be.
    """
    try:
        bundle = Bundle.model_validate_json((folder / "bundle.json").read_bytes())
        return bundle, (folder / "MODEL_CARD.md").read_text(encoding="utf-8")
    except (OSError, ValidationError) as error:
        raise BundleError(f"{folder} holds no readable bundle.json and MODEL_CARD.md") from error


def at(curve: list[Operating], threshold: float) -> Operating:
    """Return the errors at a threshold: those of the nearest point of a curve that is not empty."""
    return min(curve, key=lambda one: abs(one.threshold - threshold))
