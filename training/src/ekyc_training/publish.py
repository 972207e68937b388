"""A run to a bundle: export, quantize, compare, calibrate, measure, write."""

import json
import os
import shutil
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from ekyc_liveness.bundle import Bundle, Geometry, Manifest, open_bundle, sha256_of
from ekyc_liveness.session import Session
from ekyc_vision.crop import CropGeometry
from numpy.typing import NDArray

from ekyc_training.calibrate import temperature, thresholds
from ekyc_training.card import card
from ekyc_training.config import Config
from ekyc_training.crops import Crops
from ekyc_training.export import export
from ekyc_training.manifest import DataError
from ekyc_training.metrics import Rate, apcer, apcer_max, auc, bpcer, eer
from ekyc_training.model import LivenessGraph, read_net
from ekyc_training.quantize import quantize
from ekyc_training.run import trained_by, write_json
from ekyc_training.score import logits_of, probabilities_of

Scores = NDArray[np.float64]


def publish(config: Config, crops: Crops, run: Path, target: Path, geometry: CropGeometry) -> Bundle:
    """Write an immutable bundle; dev chooses, test is looked at once, after everything is fixed.

    Raises:
        DataError: The target exists, or the run was trained with other settings or data.
    """
    record = json.loads((run / "run.json").read_text(encoding="utf-8"))
    train, dev, test = crops.split("train"), crops.split("dev"), crops.split("test")
    if target.exists():
        raise DataError(f"{target} exists, and a bundle is never changed: publish elsewhere or remove it first")
    asked = {"config": config.as_record(), "train_list_sha256": train.sha256, "dev_list_sha256": dev.sha256}
    if trained_by(record) != trained_by(asked):
        raise DataError(f"{run} was trained with other settings or data")
    dev_faces, test_faces = dev.with_face(), test.with_face()
    net = read_net(run / "model.safetensors", config.network)
    logits = logits_of(net, dev_faces)
    divisor = temperature(logits, dev_faces)
    seen = Geometry(name=geometry.name, version=geometry.version, size=geometry.size, margin=geometry.margin)
    with tempfile.TemporaryDirectory(dir=run) as work:
        fp32, int8 = Path(work) / "fp32", Path(work) / "int8"
        fp32.mkdir()
        int8.mkdir()
        export(LivenessGraph(net, divisor), geometry.size, fp32 / "model.onnx")
        quantize(fp32 / "model.onnx", int8 / "model.onnx", train)
        scores = {"torch FP32": 1 / (1 + np.exp(-logits / divisor))}
        milliseconds: dict[str, float] = {}
        sessions = {}
        for name, folder in (("ONNX FP32", fp32), ("ONNX INT8", int8)):
            draft = Bundle(folder=folder, manifest=Manifest.model_construct(geometry=seen))
            sessions[name] = Session(draft, provider="openvino")
            scores[name] = probabilities_of(sessions[name], dev_faces)
            milliseconds[name] = p50(sessions[name], dev_faces)
        shipped = scores["ONNX INT8"]
        live, spoof = thresholds(shipped, dev_faces, config.decision)
        on_test = probabilities_of(sessions["ONNX INT8"], test_faces)
        metrics = {
            "comparison_on_dev": {
                name: {
                    "auc": auc(dev_faces.live, values),
                    "changed_verdicts": int(((values >= live) != (scores["torch FP32"] >= live)).sum()),
                    "largest_difference": float(np.abs(values - scores["torch FP32"]).max()),
                    "p50_ms": milliseconds.get(name),
                    "n": len(values),
                }
                for name, values in scores.items()
            },
            "dev": measure(shipped, dev_faces, live)
            | {"bands": bands(shipped, dev_faces, live, spoof)}
            | {"no_face": no_face(dev)},
            "test": measure(on_test, test_faces, live)
            | {"bands": bands(on_test, test_faces, live, spoof)}
            | {"no_face": no_face(test)},
            "baselines_on_test_auc": baselines(test_faces),
        }
        rule = (
            f"on dev, spoof: BPCER {config.decision.spoof_bpcer:.1%}; live: APCER {config.decision.live_apcer:.1%}; "
            f"every source weighs the same; {int(dev_faces.live.sum())} bona fide and {int((~dev_faces.live).sum())} "
            "attack pictures, INT8 scores"
        )
        manifest = Manifest.model_validate(
            {
                "version": config.release.version,
                "sha256": sha256_of(int8 / "model.onnx"),
                "precision": "int8",
                "purpose": config.release.purpose,
                "geometry": seen,
                "thresholds": {"live": live, "spoof": spoof, "rule": rule},
                "calibration": {"method": "temperature", "temperature": divisor},
                "metrics": metrics,
                "provenance": {
                    "created": datetime.now(UTC).date(),
                    "git_revision": record["git_revision"],
                    "config": config.as_record(),
                    "data": config.release.data,
                    "data_terms": config.release.data_terms,
                    "train_list_sha256": record["train_list_sha256"],
                    "dev_list_sha256": record["dev_list_sha256"],
                },
            }
        )
        write_json(int8 / "bundle.json", manifest.model_dump(mode="json"))
        (int8 / "MODEL_CARD.md").write_text(card(manifest, record.get("note", "")), encoding="utf-8")
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_name(target.name + ".unfinished")
        shutil.copytree(int8, unfinished)
        os.replace(unfinished, target)  # noqa: PTH105 - a rename that fails where a folder with files stands
    return open_bundle(target)


def shown(rate: Rate) -> dict[str, Any]:
    """Return a rate as plain values."""
    return {"value": rate.value, "errors": rate.errors, "n": rate.n, "interval_95": list(rate.interval)}


def measure(scores: Scores, crops: Crops, threshold: float) -> dict[str, Any]:
    """Return the rates at a fixed threshold, pooled, per source and per species."""
    live = crops.live
    species = np.array([row.species for row in crops.rows])
    sources = np.array([row.source for row in crops.rows])
    worst, worst_rate = apcer_max(scores[~live], list(species[~live]), threshold)
    return {
        "auc": auc(live, scores),
        "eer": eer(live, scores)[0],
        "apcer_max": {"species": worst, **shown(worst_rate)},
        "sources": {
            str(name): {
                "auc": auc(live[sources == name], scores[sources == name]),
                "eer": eer(live[sources == name], scores[sources == name])[0],
                "bpcer": shown(bpcer(scores[(sources == name) & live], threshold)),
                "apcer": shown(apcer(scores[(sources == name) & ~live], threshold)),
            }
            for name in np.unique(sources)
        },
        "species": {str(name): shown(apcer(scores[species == name], threshold)) for name in np.unique(species[~live])},
    }


def bands(scores: Scores, crops: Crops, live: float, spoof: float) -> dict[str, Any]:
    """Return how many bona fide and how many attacks are accepted, reviewed and rejected."""
    answers = {}
    for name, chosen in (("bona_fide", scores[crops.live]), ("attack", scores[~crops.live])):
        accepted, rejected = int((chosen >= live).sum()), int((chosen < spoof).sum())
        counts = {"accept": accepted, "review": len(chosen) - accepted - rejected, "reject": rejected}
        answers[name] = {band: shown(Rate(count, len(chosen))) for band, count in counts.items()}
    return answers


def no_face(crops: Crops) -> dict[str, Any]:
    """Return the share of pictures without a found face, which get no answer: of bona fide and of attacks."""
    missing = np.array([crop.framing != "face" for crop in crops.crops])
    return {
        "bpnrr": shown(Rate(int(missing[crops.live].sum()), int(crops.live.sum()))),
        "apnrr": shown(Rate(int(missing[~crops.live].sum()), int((~crops.live).sum()))),
    }


def baselines(crops: Crops) -> dict[str, dict[str, float]]:
    """Return the AUC of trivial measures by source; far from .5 either way: the source is easy to cheat on."""
    sources = np.array([row.source for row in crops.rows])
    hsv = [cv2.cvtColor(crops[at], cv2.COLOR_RGB2HSV) for at in range(len(crops))]
    values = {
        "saturation": np.array([picture[..., 1].mean() for picture in hsv]),
        "brightness": np.array([picture[..., 2].mean() for picture in hsv]),
        "sharpness": np.array([cv2.Laplacian(picture[..., 2], cv2.CV_64F).var() for picture in hsv]),
        "bytes a pixel": np.array([crop.bytes_per_pixel for crop in crops.crops]),
    }
    return {
        name: {str(s): auc(crops.live[sources == s], value[sources == s]) for s in np.unique(sources)}
        for name, value in values.items()
    }


def p50(session: Session, crops: Crops, runs: int = 300) -> float:
    """Return the median milliseconds of one inference on real crops."""
    took = []
    for at in range(runs):
        crop = crops[at % len(crops)]
        start = time.perf_counter()
        session.run(crop)
        took.append(time.perf_counter() - start)
    return float(np.median(took[20:]) * 1000)
