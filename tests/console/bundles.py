"""The shipped bundle's papers, with and without an operating curve."""

import json
import shutil
from pathlib import Path
from typing import Any

SHIPPED = Path(__file__).parents[2] / "services/liveness/src/ekyc_liveness/bundles/default"


def write_bundle(folder: Path, *, curve: bool) -> Path:
    """Write bundle.json and MODEL_CARD.md into a new folder; a curve is made up, rates between 0 and 1."""
    folder.mkdir()
    shutil.copy(SHIPPED / "MODEL_CARD.md", folder)
    bundle = json.loads((SHIPPED / "bundle.json").read_text())
    bundle["metrics"].pop("operating_curve", None)
    if curve:
        bundle["metrics"]["operating_curve"] = {"dev": _curve(0.9), "test": _curve(1.0)}
    (folder / "bundle.json").write_text(json.dumps(bundle))
    return folder


def _curve(attacks: float) -> list[dict[str, Any]]:
    return [
        {
            "threshold": threshold,
            "apcer": attacks * (1 - threshold),
            "apcer_all": attacks * (1 - threshold) ** 2,
            "bpcer": threshold**3,
        }
        for threshold in (number / 100 for number in range(101))
    ]
