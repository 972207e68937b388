"""The list of presentation-attack pictures: a CSV of paths, sources, splits and labels."""

import csv
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast, get_args

Split = Literal["train", "dev", "test"]
Label = Literal["live", "print", "replay", "spoof"]


class DataError(Exception):
    """The data are not what their list says."""


@dataclass(frozen=True, slots=True)
class Row:
    """One picture.

    Attributes:
        path: Relative to the data folder.
        source: The data set it came from.
        split: Disjoint by subject.
        label: "live" is bona fide; "spoof" is an attack of unrecorded type.
        attack: The instrument where known, else empty.
        subject: Identity, unique within its source.
    """

    path: str
    source: str
    split: Split
    label: Label
    attack: str
    subject: str

    @property
    def live(self) -> bool:
        """Whether the picture is bona fide, the positive class everywhere in this package."""
        return self.label == "live"

    @property
    def species(self) -> str:
        """The attack instrument species within its source, or "live"."""
        return "live" if self.live else f"{self.source}/{self.attack or self.label}"


def read_manifest(data: Path) -> list[Row]:
    """Read ``manifest.csv`` of a data folder.

    Raises:
        DataError: A split or label is unknown, a path is listed twice, or a subject is in two splits.
    """
    with (data / "manifest.csv").open(newline="", encoding="utf-8") as file:
        records = list(csv.DictReader(file))
    rows = [
        Row(
            path=record["path"],
            source=record["source"],
            split=cast("Split", record["split"]),
            label=cast("Label", record["label"]),
            attack=record["attack"],
            subject=record["subject"],
        )
        for record in records
    ]
    splits: dict[tuple[str, str], str] = {}
    for row in rows:
        if row.split not in get_args(Split) or row.label not in get_args(Label):
            raise DataError(f"{row.path}: unknown split {row.split!r} or label {row.label!r}")
        if splits.setdefault((row.source, row.subject), row.split) != row.split:
            raise DataError(f"{row.source} subject {row.subject} is in two splits; a test on known people is no test")
    if len({row.path for row in rows}) != len(rows):
        raise DataError("a path is listed twice")
    return rows


def digest(lines: Iterable[str]) -> str:
    """SHA-256 of a list of lines, whatever their order."""
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()
