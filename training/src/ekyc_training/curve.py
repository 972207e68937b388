"""The operating curve of a bundle that was published without one, from scores of the graph that is served."""

import json
import shutil
from pathlib import Path

from ekyc_liveness.bundle import Bundle, open_bundle
from ekyc_liveness.session import Provider, Session

from ekyc_training.crops import Crops
from ekyc_training.inference import probabilities_of
from ekyc_training.metrics import auc
from ekyc_training.operating_curve import operating_curve
from ekyc_training.rows import DataError
from ekyc_training.run import write_json

# AUC may differ by this much from what the bundle says of the same pictures: another processor rounds INT8 otherwise.
APART = 0.002


def add_curve(folder: Path, crops: Crops, target: Path, provider: Provider) -> Bundle:
    """Write a copy of a bundle whose metrics hold the operating curve; the model and its figures stay.

    Args:
        folder: The bundle.
        crops: Every split of the pictures that the bundle was judged on.
        target: The copy's folder, which must not exist.
        provider: That the service runs.

    Raises:
        DataError: The target exists, or the bundle was judged on other pictures.
    """
    if target.exists():
        raise DataError(f"{target} exists, and a bundle is never changed: name another folder")
    bundle = open_bundle(folder)
    if crops.split("dev").sha256 != bundle.manifest.provenance.dev_list_sha256:
        raise DataError(f"{folder} was judged on other pictures")
    session = Session(bundle, provider=provider)
    curve = {}
    for split in ("dev", "test"):
        judged = crops.split(split).with_face()
        scores = probabilities_of(session, judged)
        if abs(auc(judged.live, scores) - bundle.manifest.metrics[split]["auc"]) > APART:
            raise DataError(f"{folder} says another AUC of {split} than the pictures give")
        curve[split] = operating_curve(judged.rows, scores)
    shutil.copytree(folder, target)
    record = json.loads((folder / "bundle.json").read_text(encoding="utf-8"))
    record["metrics"]["operating_curve"] = curve
    write_json(target / "bundle.json", record)
    return open_bundle(target)
