"""The cache of prepared crops: `crops.npy`, one line a crop in `crops.csv`, and what could not be read."""

import csv
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Literal, Self, cast

import numpy as np
from numpy.typing import NDArray

from ekyc_training.rows import DataError, Row, Split, digest

Framing = Literal["face", "listed", "whole"]


@dataclass(frozen=True, slots=True)
class Crop:
    """What is known of one cached crop.

    Attributes:
        path: Of the picture it was cut from; joins to the manifest.
        sha256: Of the picture's bytes.
        framing: "face" when the face finder's box was used, "listed" when it found none and the data's own box stood
            in, "whole" when the whole picture did (tight crops made by others).
        bytes_per_pixel: Of the file; a trivial baseline.
    """

    path: str
    sha256: str
    framing: Framing
    bytes_per_pixel: float


@dataclass(frozen=True)
class Crops:
    """Crops with their rows.

    Attributes:
        pixels: N x size x size x 3, uint8, RGB; memory-mapped.
        index: N positions in ``pixels``.
        rows: N rows of the manifest.
        crops: N records of the cache.
    """

    pixels: NDArray[np.uint8]
    index: NDArray[np.intp]
    rows: list[Row]
    crops: list[Crop]

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def live(self) -> NDArray[np.bool_]:
        """N labels: True is bona fide."""
        return np.array([row.live for row in self.rows])

    def __getitem__(self, at: int) -> NDArray[np.uint8]:
        """One crop: size x size x 3, uint8, RGB."""
        return cast("NDArray[np.uint8]", self.pixels[self.index[at]])

    def split(self, split: Split) -> "Crops":
        """The crops of one split."""
        return self._only([at for at, row in enumerate(self.rows) if row.split == split])

    def without(self, sources: Collection[str]) -> "Crops":
        """The crops of other sources."""
        return self._only([at for at, row in enumerate(self.rows) if row.source not in sources])

    def of(self, source: str) -> "Crops":
        """The crops of one source."""
        return self._only([at for at, row in enumerate(self.rows) if row.source == source])

    def with_face(self) -> "Crops":
        """The crops whose face was found: the only ones that a service would score."""
        return self._only([at for at, crop in enumerate(self.crops) if crop.framing == "face"])

    def _only(self, keep: list[int]) -> "Crops":
        return Crops(self.pixels, self.index[keep], [self.rows[at] for at in keep], [self.crops[at] for at in keep])

    @property
    def sha256(self) -> str:
        """Of the list: path, label and bytes of every picture."""
        return digest(f"{row.path},{row.label},{crop.sha256}" for row, crop in zip(self.rows, self.crops, strict=True))


class CropsWriter:
    """Fills a cache as the crops come, so that memory does not bound a data set."""

    def __init__(self, folder: Path, most: int, size: int) -> None:
        """Begin in an existing, empty folder.

        Args:
            folder: Of the cache.
            most: Crops to make room for; room that is not used is a hole in the file.
            size: Side of a crop.
        """
        self._folder = folder
        self._pixels = np.lib.format.open_memmap(folder / "crops.npy", "w+", np.uint8, (most, size, size, 3))
        self._framings: Counter[str] = Counter()
        self._failed = 0

    def __enter__(self) -> Self:
        self._crops_file = (self._folder / "crops.csv").open("w", newline="", encoding="utf-8")
        self._failed_file = (self._folder / "failed.csv").open("w", newline="", encoding="utf-8")
        self._crops = csv.DictWriter(self._crops_file, [field.name for field in fields(Crop)])
        self._crops.writeheader()
        csv.writer(self._failed_file).writerow(("path", "error"))
        return self

    def add(self, prepared: Sequence[tuple[Crop, NDArray[np.uint8]]], failed: Sequence[tuple[str, str]]) -> None:
        """Add crops, and the pictures that could not be read, with the error."""
        for crop, pixels in prepared:
            self._pixels[self._framings.total()] = pixels
            self._framings[crop.framing] += 1
            self._crops.writerow(asdict(crop))
        csv.writer(self._failed_file).writerows(failed)
        self._failed += len(failed)

    def __exit__(self, *error: object) -> None:
        self._pixels.flush()
        self._crops_file.close()
        self._failed_file.close()
        if error[0] is None and not self._framings:
            raise DataError(f"not one of {self._failed} pictures could be read, see {self._folder / 'failed.csv'}")

    def __str__(self) -> str:
        found, total = self._framings["face"], self._framings.total()
        return f"{total} crops, {total - found} without a found face; {self._failed} unreadable (failed.csv)"


def read_crops(folder: Path, rows: list[Row]) -> Crops:
    """Open a cache and join it to the manifest; pictures that failed to decode are absent.

    Raises:
        DataError: The cache holds a picture that the manifest does not list.
    """
    with (folder / "crops.csv").open(newline="", encoding="utf-8") as file:
        crops = [
            Crop(record["path"], record["sha256"], cast("Framing", record["framing"]), float(record["bytes_per_pixel"]))
            for record in csv.DictReader(file)
        ]
    listed = {row.path: row for row in rows}
    unknown = [crop.path for crop in crops if crop.path not in listed]
    if unknown:
        raise DataError(f"{folder} holds {len(unknown)} pictures that the manifest does not list: prepare again")
    pixels = np.load(folder / "crops.npy", mmap_mode="r")
    return Crops(pixels, np.arange(len(crops)), [listed[crop.path] for crop in crops], crops)
