"""CelebA-Spoof as its authors lay it out (Zhang et al., ECCV 2020), whole or the small copies that circulate.

`Data/train|test/<subject>/live|spoof/*`, each picture with a `*_BB.txt`, and `metas/intra_test/*_label.json`: by path,
40 attributes of the face, then the spoof type, the illumination, the environment, and 0 for live or 1 for spoof.
Copies without `metas` are read by their folders. The authors' train subjects give train and dev, cut by subject.
"""

import json
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from ekyc_vision.faces import Box

from ekyc_training.rows import DataError, Label, Row, Split, cut_dev

SOURCE = "celeba_spoof"
SPOOF_TYPES: tuple[tuple[str, Label], ...] = (
    ("live", "live"), ("photo", "print"), ("poster", "print"), ("a4", "print"), ("face_mask", "mask"),
    ("upper_body_mask", "mask"), ("region_mask", "mask"), ("pc", "replay"), ("pad", "replay"), ("phone", "replay"),
    ("3d_mask", "mask"),
)  # fmt: skip
ILLUMINATIONS = ("", "normal", "strong", "back", "dark")
ENVIRONMENTS = ("", "indoor", "outdoor")
# The CelebA attributes that bear on who is wrongly refused.
FACE = {5: "bangs", 15: "eyeglasses", 20: "male", 26: "pale_skin", 35: "wearing_hat", 39: "young"}
SPOOF_TYPE, ILLUMINATION, ENVIRONMENT, IS_SPOOF = 40, 41, 42, 43
PICTURES = {".jpg", ".jpeg", ".png"}


def find_root(data: Path) -> Path | None:
    """Return the folder that holds `Data`: the given one or one below it; None where this is another layout."""
    candidates = [data, *sorted(path for path in data.iterdir() if path.is_dir())]
    return next((path for path in candidates if (path / "Data" / "train").is_dir()), None)


def read_celeba_spoof(data: Path, root: Path) -> list[Row]:
    """Read the labels, or the folders where there are none.

    Args:
        data: What the rows' paths are relative to.
        root: Holds `Data`.

    Raises:
        DataError: A label has another length than 44 or a code that the authors do not define.
    """
    rows: list[Row] = []
    splits: tuple[Split, ...] = ("train", "test")
    for split in splits:
        labels = root / "metas" / "intra_test" / f"{split}_label.json"
        if labels.exists():
            listed: dict[str, list[int]] = json.loads(labels.read_text(encoding="utf-8"))
            # The small copies keep the whole label files beside a part of the pictures.
            present = ((path, codes) for path, codes in listed.items() if (root / path).exists())
            rows += [row_of(root.relative_to(data), path, split, codes) for path, codes in present]
        else:
            rows += list(rows_of_folders(data, root / "Data" / split, split))
    return cut_dev(rows)


def row_of(prefix: Path, path: str, split: Split, codes: list[int]) -> Row:
    """Return the row of one labelled picture."""
    if len(codes) != IS_SPOOF + 1:
        raise DataError(f"{path}: {len(codes)} codes in place of {IS_SPOOF + 1}")
    try:
        attack, label = SPOOF_TYPES[codes[SPOOF_TYPE]]
        attributes = {
            "illumination": ILLUMINATIONS[codes[ILLUMINATION]], "environment": ENVIRONMENTS[codes[ENVIRONMENT]]
        }  # fmt: skip
    except IndexError as error:
        raise DataError(f"{path}: unknown codes {codes[SPOOF_TYPE:]}") from error
    if (label == "live") == bool(codes[IS_SPOOF]):
        raise DataError(f"{path}: spoof type {attack!r} contradicts the label {codes[IS_SPOOF]}")
    attributes |= {name: "yes" if codes[at] == 1 else "no" for at, name in FACE.items()}
    return Row(
        path=(prefix / path).as_posix(),
        source=SOURCE,
        split=split,
        label=label,
        attack="" if label == "live" else attack,
        subject=PurePosixPath(path).parts[-3],
        attributes=tuple((name, value) for name, value in attributes.items() if value),
    )


def rows_of_folders(data: Path, folder: Path, split: Split) -> Iterator[Row]:
    """Yield rows by the folders' names, `<subject>/live|spoof/<picture>`."""
    for path in sorted(folder.glob("*/*/*")):
        kind = path.parent.name
        if path.suffix.lower() in PICTURES and kind in {"live", "spoof"}:
            label: Label = "live" if kind == "live" else "spoof"
            yield Row(path.relative_to(data).as_posix(), SOURCE, split, label, "", path.parent.parent.name)


def listed_box(picture: Path, width: int, height: int) -> Box | None:
    """Return the face's box from the picture's `_BB.txt`: x, y, width and height on a grid of 224 x 224, and a score.

    Args:
        picture: Beside which the box lies.
        width: Of the picture in pixels.
        height: Of the picture in pixels.

    Returns:
        None where there is no readable box.
    """
    try:
        numbers = picture.with_name(f"{picture.stem}_BB.txt").read_text(encoding="utf-8").split()
        x, y, wide, high = (float(number) for number in numbers[:4])
    except (OSError, ValueError):
        return None
    across, down = width / 224, height / 224
    if wide <= 0 or high <= 0:
        return None
    return Box(x * across, y * down, (x + wide) * across, (y + high) * down)
