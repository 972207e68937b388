"""A list of pictures as a CSV: path, source, split, label, attack, subject, and any further columns to slice by."""

import csv
from pathlib import Path
from typing import cast, get_args

from ekyc_training.rows import DataError, Label, Row, Split

COLUMNS = ("path", "source", "split", "label", "attack", "subject")
# Of the file, not of the presentation.
NO_SLICES = {*COLUMNS, "width", "height"}


def read_manifest(path: Path) -> list[Row]:
    """Read a manifest.

    Raises:
        DataError: A column is missing, or a split or label is unknown.
    """
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise DataError(f"{path} lacks the columns {', '.join(missing)}")
        rows = [row_of(record) for record in reader]
    for row in rows:
        if row.split not in get_args(Split) or row.label not in get_args(Label):
            raise DataError(f"{path}, {row.path}: unknown split {row.split!r} or label {row.label!r}")
    return rows


def row_of(record: dict[str, str]) -> Row:
    """Return one line of the CSV, unchecked."""
    attributes = tuple((name, value) for name, value in record.items() if name not in NO_SLICES and value)
    return Row(
        path=record["path"],
        source=record["source"],
        split=cast("Split", record["split"]),
        label=cast("Label", record["label"]),
        attack=record["attack"],
        subject=record["subject"],
        attributes=attributes,
    )
