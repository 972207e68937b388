"""What `ekyc-train`'s commands do. Torch takes seconds to import, and scoring does without: each imports its own."""
# ruff: noqa: PLC0415

import argparse
import json
import shutil
import tempfile
from importlib.resources import as_file, files
from pathlib import Path
from typing import get_args

import ekyc_liveness
import numpy as np
from ekyc_liveness.bundle import open_bundle
from ekyc_liveness.session import Provider
from ekyc_vision.crop import DEFAULT_GEOMETRY

from ekyc_training.config import read_config
from ekyc_training.crops import Crops, read_crops
from ekyc_training.data import read_rows
from ekyc_training.gallery import gallery
from ekyc_training.metrics import auc, both_classes, eer
from ekyc_training.peer_scores import peer_scores
from ekyc_training.prepare import prepare as prepare_crops
from ekyc_training.report import judge, report
from ekyc_training.rows import DataError
from ekyc_training.score import Settings, read_scores, score_manifest, score_rows

DEFAULT_BUNDLE = Path(str(files(ekyc_liveness))) / "bundles" / "default"
PROVIDERS = get_args(Provider)
HEAVY = {"torch", "timm", "nncf", "onnx", "safetensors", "tensorboard", "boto3"}


def say(words: str) -> None:
    """Tell the person at the terminal."""
    print(words)  # noqa: T201 - a command's output


def crops_of(data: Path, cache: Path, workers: int) -> Crops:
    """Prepare a data folder, or open what was prepared."""
    rows = read_rows(data)
    return read_crops(prepare_crops(data, rows, cache, DEFAULT_GEOMETRY, workers), rows)


def prepare(asked: argparse.Namespace) -> None:
    """Fill the cache."""
    crops = crops_of(asked.data, asked.cache, asked.workers)
    say(f"{len(crops)} crops")


def train(asked: argparse.Namespace) -> None:
    """Train a network."""
    from ekyc_training.train import train as run

    config = read_config(asked.config)
    crops = crops_of(asked.data, asked.cache, asked.workers)
    weights = run(
        config,
        crops.split("train"),
        crops.split("dev"),
        asked.runs / config.name,
        threads=asked.threads,
    )
    say(f"{weights}; next: ekyc-train publish")


def contact_sheet(asked: argparse.Namespace) -> None:
    """Draw what the network would see."""
    from ekyc_training.batches import Batches
    from ekyc_training.contact_sheet import write_contact_sheet

    config = read_config(asked.config)
    crops = crops_of(asked.data, asked.cache, asked.workers).without(config.sampling.leave_out)
    write_contact_sheet(Batches(crops.split("train"), config), asked.out)
    say(f"{asked.out}: green is bona fide, red an attack; it shows people, keep it where the data are")


def leave_one_out(asked: argparse.Namespace) -> None:
    """Train without each source, and test on it."""
    from ekyc_training.leave_out import leave_one_out as run

    crops = crops_of(asked.data, asked.cache, asked.workers)
    config = read_config(asked.config)
    run(config, crops, asked.runs, asked.source, threads=asked.threads)


def peer(asked: argparse.Namespace) -> None:
    """Score the pictures by the MiniFASNet pair, and say how well it does."""
    rows = read_rows(asked.data)
    scores = peer_scores(asked.pair, asked.data, rows, asked.cache, asked.workers)
    for split, source in sorted({(row.split, row.source) for row in rows}):
        mine = [row for row in rows if (row.split, row.source) == (split, source) and row.path in scores]
        live = np.array([row.live for row in mine])
        if both_classes(live):
            said = np.array([scores[row.path] for row in mine])
            say(f"{split} {source}: AUC {auc(live, said):.3f}, EER {eer(live, said)[0]:.3f}, n {len(mine)}")


def export(asked: argparse.Namespace) -> None:
    """Write TorchScript and ONNX of a run."""
    from ekyc_training.export import export as write
    from ekyc_training.model import LivenessGraph, read_net

    config = read_config(asked.config)
    net = read_net(asked.runs / config.name / "model.safetensors", config.network)
    asked.out.mkdir(parents=True, exist_ok=True)
    write(LivenessGraph(net, asked.temperature), DEFAULT_GEOMETRY.size, asked.out / "model.onnx")
    say(f"{asked.out / 'model.onnx'} and {asked.out / 'model.pt'}")


def quantize(asked: argparse.Namespace) -> None:
    """Quantize an exported graph."""
    from ekyc_training.quantize import quantize as write

    write(asked.model, asked.out, crops_of(asked.data, asked.cache, asked.workers).split("train"))
    say(str(asked.out))


def publish(asked: argparse.Namespace) -> None:
    """Write a bundle to a folder or to S3."""
    from ekyc_training.publish import publish as write
    from ekyc_training.store import upload

    config = read_config(asked.config)
    crops = crops_of(asked.data, asked.cache, asked.workers)
    left_out = json.loads(asked.left_out.read_text(encoding="utf-8")) if asked.left_out else None
    remote = asked.to.startswith("s3://")
    with tempfile.TemporaryDirectory() as folder:
        bundle = write(
            config,
            crops,
            asked.runs / config.name,
            Path(folder) / "bundle" if remote else Path(asked.to),
            DEFAULT_GEOMETRY,
            provider=asked.provider,
            left_out=left_out,
            against=asked.against,
        )
        if remote:
            upload(bundle.folder, asked.to)
    say(f"{asked.to}: {bundle.manifest.version}, sha256 {bundle.manifest.sha256}")


def curve(asked: argparse.Namespace) -> None:
    """Write a copy of a bundle with its operating curve."""
    from ekyc_training.curve import add_curve

    bundle = add_curve(asked.bundle, crops_of(asked.data, asked.cache, asked.workers), asked.to, asked.provider)
    say(f"{asked.to}: {bundle.manifest.version}")


def _settings(asked: argparse.Namespace) -> Settings:
    return Settings(asked.bundle, asked.provider, asked.profile, asked.profiles)


def score(asked: argparse.Namespace) -> None:
    """Score a list of pictures."""
    score_manifest(asked.manifest, asked.root, asked.out, _settings(asked), asked.workers)
    say(str(asked.out))


def evaluate(asked: argparse.Namespace) -> None:
    """Score a data folder and write the report."""
    bundle = open_bundle(asked.bundle)
    rows = read_rows(asked.data)
    splits = asked.split or [name for name in ("dev", "test") if any(row.split == name for row in rows)]
    asked.out.mkdir(parents=True, exist_ok=True)
    chosen = [row for row in rows if row.split in splits]
    scores_path = asked.out / "scores.csv"
    score_rows(chosen, asked.data, scores_path, _settings(asked), asked.workers)
    scores = read_scores(scores_path)
    judged = {name: judge([row for row in chosen if row.split == name], scores) for name in splits}
    figures, page = report(asked.data, judged, bundle.manifest)
    (asked.out / "report.html").write_text(page, encoding="utf-8")
    (asked.out / "report.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    last = judged[splits[-1]]
    (asked.out / "failures.html").write_text(gallery(asked.data, last.rows, last.scores), encoding="utf-8")
    say(f"{asked.out / 'report.html'}; {asked.out / 'failures.html'} shows people, keep it where the data are")


def smoke(asked: argparse.Namespace) -> None:
    """Draw pictures, train on them, publish a test bundle."""
    from ekyc_training.drawn import draw
    from ekyc_training.publish import publish as write
    from ekyc_training.train import train as run

    if asked.out.exists() and not (asked.out / "data" / "manifest.csv").exists():
        raise DataError(f"{asked.out} is not from an earlier smoke run: name another folder")
    shutil.rmtree(asked.out, ignore_errors=True)
    draw(asked.out / "data")
    with as_file(files("ekyc_training") / "smoke.yaml") as path:
        config = read_config(path)
    crops = crops_of(asked.out / "data", asked.out / "cache", 1)
    run(config, crops.split("train"), crops.split("dev"), asked.out / "run", threads=1)
    bundle = write(config, crops, asked.out / "run", asked.out / "bundle", DEFAULT_GEOMETRY, provider=asked.provider)
    say(f"{bundle.folder}: a test bundle, which production refuses (LIVENESS_BUNDLE={bundle.folder} make run tries it)")
