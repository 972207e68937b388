"""The shipped bundle's papers, as they were before there was an operating curve."""

import json
import shutil
from pathlib import Path

SHIPPED = Path(__file__).parents[2] / "services/liveness/src/ekyc_liveness/bundles/default"


def write_bare_bundle(folder: Path) -> Path:
    """Write bundle.json without its curve, and MODEL_CARD.md, into a new folder."""
    folder.mkdir()
    shutil.copy(SHIPPED / "MODEL_CARD.md", folder)
    bundle = json.loads((SHIPPED / "bundle.json").read_text())
    del bundle["metrics"]["operating_curve"]
    (folder / "bundle.json").write_text(json.dumps(bundle))
    return folder
