"""A data folder in any layout that is known."""

from pathlib import Path

from ekyc_training.celeba_spoof import find_root, read_celeba_spoof
from ekyc_training.folders import read_folders
from ekyc_training.manifest import read_manifest
from ekyc_training.rows import DataError, Row, check


def read_rows(data: Path) -> list[Row]:
    """List a data folder: by its `manifest.csv`, as CelebA-Spoof, or by the folders' names.

    Raises:
        DataError: The folder is in no such layout, or its list is not sound.
    """
    if not data.is_dir():
        raise DataError(f"{data} is no folder")
    if (data / "manifest.csv").exists():
        rows = read_manifest(data / "manifest.csv")
    elif root := find_root(data):
        rows = read_celeba_spoof(data, root)
    else:
        rows = read_folders(data)
    check(rows)
    return rows
