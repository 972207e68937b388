"""The pictures to learn from and to judge by, whatever the layout of their folder."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

Split = Literal["train", "dev", "test"]
Label = Literal["live", "print", "replay", "mask", "spoof"]


class DataError(Exception):
    """The data are not what they should be."""


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
        attributes: What else is known, such as ("illumination", "back"): the slices of a report.
    """

    path: str
    source: str
    split: Split
    label: Label
    attack: str
    subject: str
    attributes: tuple[tuple[str, str], ...] = ()

    @property
    def live(self) -> bool:
        """Whether the picture is bona fide, the positive class everywhere in this package."""
        return self.label == "live"

    @property
    def species(self) -> str:
        """The attack instrument species within its source, or "live"."""
        return "live" if self.live else f"{self.source}/{self.attack or self.label}"


def check(rows: Sequence[Row]) -> None:
    """Hold the rows to what every list must be.

    Raises:
        DataError: There are none, a path is listed twice, or a subject is in two splits.
    """
    if not rows:
        raise DataError("no pictures are listed")
    if len({row.path for row in rows}) != len(rows):
        raise DataError("a path is listed twice")
    splits: dict[tuple[str, str], str] = {}
    for row in rows:
        if splits.setdefault((row.source, row.subject), row.split) != row.split:
            raise DataError(f"{row.source} subject {row.subject} is in two splits; a test on known people is no test")


def share_of(row: Row) -> float:
    """Return where a subject falls from 0 to 1, evenly and for ever."""
    digested = hashlib.sha256(f"{row.source}/{row.subject}".encode()).digest()
    return int.from_bytes(digested[:8]) / 2**64


def cut_dev(rows: Iterable[Row], share: float = 0.1) -> list[Row]:
    """Move a share of the subjects of train to dev; a subject stays whole."""
    return [replace(row, split="dev") if row.split == "train" and share_of(row) < share else row for row in rows]


def cut_all(rows: Iterable[Row], dev: float = 0.15, test: float = 0.2) -> list[Row]:
    """Split by subject where nobody has split yet."""

    def split(row: Row) -> Split:
        share = share_of(row)
        return "dev" if share < dev else "test" if share < dev + test else "train"

    return [replace(row, split=split(row)) for row in rows]


def digest(lines: Iterable[str]) -> str:
    """SHA-256 of a list of lines, whatever their order."""
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()
