"""A run to a bundle: export, quantize, compare, calibrate, measure, write."""

import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from ekyc_liveness.bundle import Bundle, Geometry, Manifest, open_bundle, sha256_of
from ekyc_liveness.session import Provider, Session
from ekyc_vision.crop import CropGeometry
from scipy.special import expit
from tqdm import tqdm

from ekyc_training.baselines import baselines, trivial
from ekyc_training.calibrate import by_source, temperature, thresholds
from ekyc_training.card import card
from ekyc_training.comparison import (
    ComparisonError,
    Form,
    as_record,
    compare,
    hold_parity,
    lost_by_quantization,
    p50,
)
from ekyc_training.config import Config, Release
from ekyc_training.crops import Crops
from ekyc_training.evaluation import evaluate, no_answer, shown
from ekyc_training.export import export
from ekyc_training.inference import logits_of, probabilities_of
from ekyc_training.metrics import Scores, apcer, apcer_at_bpcer, auc, bpcer, eer, threshold_at_bpcer
from ekyc_training.model import LivenessGraph, read_net
from ekyc_training.operating_curve import operating_curve
from ekyc_training.quantize import RECIPES, quantize
from ekyc_training.rows import DataError
from ekyc_training.run import config_of, trained_by, write_json

# Points of APCER at BPCER = 1 % on dev that quantization may cost.
MOST_LOST = 0.5
FORMS: dict[str, str] = {"ONNX FP32": "fp32", "ONNX INT8": "int8"}


@dataclass(frozen=True)
class Draft:
    """The forms of a model before it is published.

    Attributes:
        folder: Holds fp32/ and int8/, each with model.onnx.
        recipe: Of the quantization.
        temperature: Of the calibration.
        live: Threshold.
        spoof: Threshold.
        forms: Compared on dev.
        int8: The INT8 graph.
        on_dev: Its scores of dev.
    """

    folder: Path
    recipe: str
    temperature: float
    live: float
    spoof: float
    forms: dict[str, Form]
    int8: Session
    on_dev: Scores


def publish(
    config: Config,
    crops: Crops,
    run: Path,
    target: Path,
    geometry: CropGeometry,
    *,
    provider: Provider = "openvino",
    left_out: dict[str, Any] | None = None,
    against: Sequence[Path] = (),
) -> Bundle:
    """Write an immutable bundle; dev chooses, test is looked at once, after everything is fixed.

    Args:
        config: That the run was trained with.
        crops: Every split.
        run: Its folder.
        target: The bundle's folder, which must not exist.
        geometry: Of the crops.
        provider: That the service will run.
        left_out: What leave-one-out found, for the card.
        against: Other networks to set beside this one in the card: runs, or bundles that were published before.

    Raises:
        DataError: The target exists, the settings have no `release`, or the run was trained with others or other data.
        ComparisonError: The exported graph is another function, or every way to quantize costs too much.
    """
    if target.exists():
        raise DataError(f"{target} exists, and a bundle is never changed: publish elsewhere or remove it first")
    record = json.loads((run / "run.json").read_text(encoding="utf-8"))
    kept = crops.without(config.sampling.leave_out)
    asked = {
        "config": config.as_record(),
        "train_list_sha256": kept.split("train").sha256,
        "dev_list_sha256": kept.split("dev").sha256,
    }
    if trained_by(record) != trained_by(asked):
        raise DataError(f"{run} was trained with other settings or data")
    dev, test = scorable(kept.split("dev"), config), crops.split("test")
    with tempfile.TemporaryDirectory(dir=run) as work:
        draft = draw_up(config, crops.split("train"), dev, run, Path(work), geometry, provider)
        metrics: dict[str, Any] = {
            "comparison_on_dev": as_record(draft.forms, latencies(draft.folder, dev, geometry, provider)),
            "quantization": draft.recipe,
            "dev": measure(draft.on_dev, dev, draft),
        }
        metrics["eer_threshold_on_dev"] = eer(dev.live, draft.on_dev)[1]
        metrics["operating_curve"] = {"dev": operating_curve(dev.rows, draft.on_dev)}
        if len(test):
            scores = probabilities_of(draft.int8, scorable(test, config))
            metrics |= judge_on_test(draft, scores, dev, test, config)
            metrics["operating_curve"]["test"] = operating_curve(scorable(test, config).rows, scores)
        if left_out:
            metrics["left_out"] = left_out
        if against:
            own = draft.folder / "int8" / "model.onnx"
            metrics["alternatives"] = {f"this: {config.name}": standing(own, draft.int8, dev)}
            metrics["alternatives"] |= {
                path.name: alternative(path, crops, dev, geometry, provider) for path in against
            }
        manifest = manifest_of(config, record, draft, geometry, metrics, len(dev))
        bundle = draft.folder / "int8"
        write_json(bundle / "bundle.json", manifest.model_dump(mode="json"))
        (bundle / "MODEL_CARD.md").write_text(card(manifest), encoding="utf-8")
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_name(target.name + ".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(bundle, unfinished)
        os.replace(unfinished, target)  # noqa: PTH105 - a rename that fails where a folder with files stands
    return open_bundle(target)


def release_of(config: Config) -> Release:
    """Return what a bundle is to say of itself.

    Raises:
        DataError: The settings do not say it.
    """
    if config.release is None:
        raise DataError(f"{config.name} has no `release`: say its version, the data and their terms, then publish")
    return config.release


def scorable(crops: Crops, config: Config) -> Crops:
    """Return the crops that a service would score: those with a found face. A test run may be on pictures without."""
    return crops if release_of(config).purpose == "test" else crops.with_face()


def draw_up(  # noqa: PLR0917 - as publish
    config: Config, train: Crops, dev: Crops, run: Path, folder: Path, geometry: CropGeometry, provider: Provider
) -> Draft:
    """Export, quantize and choose the operating points, all on train and dev.

    Raises:
        ComparisonError: The exported graph is another function, or every way to quantize costs too much.
    """
    net = read_net(run / "model.safetensors", config.network)
    logits = logits_of(net, dev)
    divisor = temperature(logits, dev)
    for name in FORMS.values():
        (folder / name).mkdir()
    export(LivenessGraph(net, divisor), geometry.size, folder / "fp32" / "model.onnx")
    scores = {"torch FP32": expit(logits / divisor)}
    scores["ONNX FP32"] = probabilities_of(open_draft(folder / "fp32", geometry, provider), dev)
    lost = {}
    for recipe in RECIPES:
        quantize(folder / "fp32" / "model.onnx", folder / "int8" / "model.onnx", train, recipe=recipe)
        session = open_draft(folder / "int8", geometry, provider)
        scores["ONNX INT8"] = probabilities_of(session, dev)
        live, spoof = thresholds(scores["ONNX INT8"], dev, config.decision)
        forms = compare(dev.live, scores, "torch FP32", live)
        hold_parity(forms)
        lost[recipe] = lost_by_quantization(forms)
        if lost[recipe] <= MOST_LOST or release_of(config).purpose == "test":
            return Draft(folder, recipe, divisor, live, spoof, forms, session, scores["ONNX INT8"])
        tqdm.write(f"INT8, {recipe}: loses {lost[recipe]:.2f} points of APCER at BPCER = 1 %")
    points = ", ".join(f"{recipe}: {value:.2f}" for recipe, value in lost.items())
    raise ComparisonError(f"INT8 loses more than {MOST_LOST} points of APCER at BPCER = 1 % ({points}): not published")


def open_draft(folder: Path, geometry: CropGeometry, provider: Provider) -> Session:
    """Load a graph that has no manifest yet."""
    seen = Geometry(**asdict(geometry))
    return Session(Bundle(folder=folder, manifest=Manifest.model_construct(geometry=seen)), provider=provider)


def latencies(folder: Path, crops: Crops, geometry: CropGeometry, provider: Provider) -> dict[str, dict[str, float]]:
    """Return the median milliseconds of both graphs, one thread, in the provider that serves and in the CPU's."""
    providers: set[Provider] = {provider, "cpu"}
    return {
        name: {at: p50(open_draft(folder / form, geometry, at), crops) for at in sorted(providers)}
        for name, form in FORMS.items()
    }


def standing(model: Path, session: Session, dev: Crops) -> dict[str, float]:
    """Return accuracy on dev, size and latency of an INT8 graph."""
    scores = probabilities_of(session, dev)
    return {
        "auc": auc(dev.live, scores),
        "eer": eer(dev.live, scores)[0],
        "apcer_at_bpcer_1": apcer_at_bpcer(dev.live, scores, 0.01).value,
        "megabytes": model.stat().st_size / 1e6,
        "p50_ms": p50(session, dev),
    }


def alternative(other: Path, crops: Crops, dev: Crops, geometry: CropGeometry, provider: Provider) -> dict[str, float]:
    """Return how another network stands: a published bundle as it is, a run quantized in the same way.

    Raises:
        DataError: The bundle was made for other crops.
    """
    if (other / "bundle.json").exists():
        bundle = open_bundle(other)
        if bundle.manifest.geometry != Geometry(**asdict(geometry)):
            raise DataError(f"{other} was made for other crops ({bundle.manifest.geometry}): it cannot stand beside")
        return standing(bundle.model_path, Session(bundle, provider=provider), dev)
    with tempfile.TemporaryDirectory(dir=other) as work:
        folder = Path(work)
        net = read_net(other / "model.safetensors", config_of(other).network)
        export(LivenessGraph(net, 1.0), geometry.size, folder / "fp32.onnx")
        quantize(folder / "fp32.onnx", folder / "model.onnx", crops.split("train"))
        return standing(folder / "model.onnx", open_draft(folder, geometry, provider), dev)


def judge_on_test(draft: Draft, scores: Scores, dev: Crops, all_test: Crops, config: Config) -> dict[str, Any]:
    """Return what the frozen model does on pictures that chose nothing."""
    test = scorable(all_test, config)
    five = threshold_at_bpcer(by_source(draft.on_dev, dev, live=True), 0.05)
    values = np.array([trivial(test[at], test.crops[at].bytes_per_pixel) for at in range(len(test))])
    return {
        "test": measure(scores, test, draft),
        "test_at_dev_bpcer_5": {
            "threshold": five,
            "apcer": shown(apcer(scores[~test.live], five)),
            "bpcer": shown(bpcer(scores[test.live], five)),
        },
        "baselines_on_test_auc": baselines(test.rows, values),
        "no_face_on_test": no_answer(all_test.live, np.array([crop.framing == "face" for crop in all_test.crops])),
    }


def measure(scores: Scores, crops: Crops, draft: Draft) -> dict[str, Any]:
    """Return every figure of a split."""
    return evaluate(crops.rows, scores, draft.live, draft.spoof)


def manifest_of(  # noqa: PLR0917 - a manifest has many parts
    config: Config, record: dict[str, Any], draft: Draft, geometry: CropGeometry, metrics: dict[str, Any], n: int
) -> Manifest:
    """Return the bundle's manifest."""
    release = release_of(config)
    rule = (
        f"on dev (n={n} with a face), a source weighing by the root of its number: "
        f"live at APCER {config.decision.live_apcer:.0%}, spoof at BPCER {config.decision.spoof_bpcer:.0%}, INT8 scores"
    )
    return Manifest.model_validate(
        {
            "version": release.version,
            "sha256": sha256_of(draft.folder / "int8" / "model.onnx"),
            "precision": "int8",
            "purpose": release.purpose,
            "geometry": asdict(geometry),
            "thresholds": {"live": draft.live, "spoof": draft.spoof, "rule": rule},
            "calibration": {"method": "temperature", "temperature": draft.temperature},
            "metrics": metrics,
            "provenance": {
                "created": datetime.now(UTC).date(),
                "git_revision": record["git_revision"],
                "config": config.as_record() | {"teachers_sha256": record["teachers"]},
                "data": release.data,
                "data_terms": release.data_terms,
                "train_list_sha256": record["train_list_sha256"],
                "dev_list_sha256": record["dev_list_sha256"],
            },
        }
    )
