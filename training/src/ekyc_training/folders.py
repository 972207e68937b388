"""Pictures sorted into folders: `[train|dev|test/]live|print|replay|mask|spoof/[subject/]picture`.

Without split folders subjects are split here; a picture that has no subject's folder is its own subject.
"""

from pathlib import Path
from typing import cast, get_args

from ekyc_training.rows import DataError, Label, Row, Split, cut_all, cut_dev

PICTURES = {".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif"}
LABELS: dict[str, Label] = {
    **{label: cast("Label", label) for label in get_args(Label)}, "real": "live", "bona_fide": "live",
    "fake": "spoof", "attack": "spoof",
}  # fmt: skip
# label, subject, picture
DEEPEST = 3


def read_folders(data: Path) -> list[Row]:
    """Read the folders.

    Raises:
        DataError: No folder is named after a label.
    """
    rows: list[Row] = []
    named: set[str] = set()
    for path in sorted(path for path in data.rglob("*") if path.suffix.lower() in PICTURES):
        relative = path.relative_to(data)
        parts = relative.parts
        if parts[0] in get_args(Split):
            named.add(parts[0])
            split, parts = cast("Split", parts[0]), parts[1:]
        else:
            split = "train"
        label = LABELS.get(parts[0].lower())
        if label is None or len(parts) > DEEPEST:
            continue
        subject = parts[1] if len(parts) == DEEPEST else relative.as_posix()
        rows.append(Row(relative.as_posix(), data.resolve().name, split, label, "", subject))
    if not rows:
        raise DataError(f"{data} has no manifest.csv, no Data/train, and no folder named {', '.join(sorted(LABELS))}")
    if not named:
        return cut_all(rows)
    return rows if "dev" in named else cut_dev(rows, 0.15)
