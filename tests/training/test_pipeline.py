"""A few steps on drawn pictures, to a bundle: torch, ONNX and INT8 say the same, and what does not is refused."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import boto3
import numpy as np
import onnxruntime as ort
import pytest
import torch
from ekyc_liveness.bundle import BundleError, open_bundle
from ekyc_liveness.session import Session
from ekyc_stack.stack import provider
from ekyc_training import publish as publishing
from ekyc_training.comparison import ComparisonError, compare, hold_parity, lost_by_quantization
from ekyc_training.config import Config, Distil, Teacher
from ekyc_training.crops import Crop, Crops
from ekyc_training.curve import add_curve
from ekyc_training.export import export
from ekyc_training.inference import logits_of, probabilities_of
from ekyc_training.leave_out import leave_one_out
from ekyc_training.model import LivenessGraph, read_net
from ekyc_training.publish import publish
from ekyc_training.rows import DataError, Row
from ekyc_training.store import upload
from ekyc_training.train import train
from ekyc_vision.crop import CropGeometry
from moto.server import ThreadedMotoServer

SIZE = 64
GEOMETRY = CropGeometry("drawn", 1, SIZE, 1.0)
PROVIDER = provider()

pytestmark = [pytest.mark.timeout(280), pytest.mark.filterwarnings("ignore")]  # torch's, NNCF's and moto's own


@pytest.fixture(scope="module")
def crops() -> Crops:
    """Bona fide are bright on the left, attacks on the right."""
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 120, (144, SIZE, SIZE, 3)).astype(np.uint8)
    rows = []
    for n in range(144):
        half = slice(None, SIZE // 2) if n % 2 else slice(SIZE // 2, None)
        pixels[n, :, half] += 100
        split = ("train", "dev", "test")[n % 3]
        rows.append(Row(str(n), "drawn", split, "live" if n % 2 else "print", "", str(n)))  # type: ignore[arg-type]
    return Crops(pixels, np.arange(144), rows, [Crop(row.path, "0" * 64, "face", 1.0) for row in rows])


@pytest.fixture(scope="module")
def config() -> Config:
    return Config.model_validate(
        {
            "name": "smoke",
            "network": {"backbone": "mobilenetv3_small_050"},
            "schedule": {"steps": 30, "batch": 8, "check_every": 15, "average": 0.8, "learning_rate": 3e-3},
            "augment": {"flip": 0},
            "release": {"version": "smoke", "purpose": "test", "data": "drawn", "data_terms": "none"},
        }
    )


@pytest.fixture(scope="module")
def run(crops: Crops, config: Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("pipeline") / "run"
    train(config, crops.split("train"), crops.split("dev"), run)
    return run


@pytest.fixture(scope="module")
def bundle(crops: Crops, config: Config, run: Path) -> Path:
    return publish(config, crops, run, run.parent / "bundle", GEOMETRY, provider=PROVIDER).folder


def test_every_form_says_the_same(crops: Crops, config: Config, run: Path, tmp_path: Path) -> None:
    net = read_net(run / "model.safetensors", config.network)
    expected = 1 / (1 + np.exp(-logits_of(net, crops) / 1.5))
    export(LivenessGraph(net, 1.5), SIZE, tmp_path / "model.onnx")
    script = torch.jit.load(str(tmp_path / "model.pt"))  # type: ignore[no-untyped-call]
    onnx = ort.InferenceSession(tmp_path / "model.onnx", providers=["CPUExecutionProvider"])
    for at in range(8):
        rgb = crops[at][None]
        assert float(script(torch.from_numpy(rgb.copy()))) == pytest.approx(expected[at], abs=1e-5)
        assert onnx.run(None, {"rgb": rgb})[0][0] == pytest.approx(expected[at], abs=1e-5)


def test_the_bundle_holds_what_was_trained(crops: Crops, config: Config, run: Path, bundle: Path) -> None:
    opened = open_bundle(bundle)
    session = Session(opened, provider=PROVIDER)
    session.warm_up()
    temperature = opened.manifest.calibration.temperature
    trained = 1 / (1 + np.exp(-logits_of(read_net(run / "model.safetensors", config.network), crops) / temperature))
    served = probabilities_of(session, crops)
    # A model of 30 steps, sharpened by a small temperature: INT8 moves what lies between, and hardly any verdict.
    assert np.abs(served - trained).mean() < 0.03
    assert ((served > 0.5) != (trained > 0.5)).sum() <= 3
    with pytest.raises(BundleError, match="test bundle"):
        open_bundle(bundle, allow_test=False)


def test_the_card_and_the_manifest_say_the_same(bundle: Path) -> None:
    card, manifest = (bundle / "MODEL_CARD.md").read_text(), json.loads((bundle / "bundle.json").read_text())
    test = manifest["metrics"]["test"]
    assert test["n"] == {"bona_fide": 24, "attack": 24}
    assert f"AUC {test['auc']:.4f}" in card
    assert f"live {manifest['thresholds']['live']:.4f}" in card
    assert {"torch FP32", "ONNX FP32", "ONNX INT8"} == manifest["metrics"]["comparison_on_dev"].keys()
    assert manifest["metrics"]["comparison_on_dev"]["ONNX INT8"]["p50_ms"].keys() >= {"cpu"}


def test_other_networks_stand_beside_this_one_in_the_card(
    crops: Crops, config: Config, run: Path, bundle: Path, tmp_path: Path
) -> None:
    both = publish(config, crops, run, tmp_path / "bundle", GEOMETRY, provider=PROVIDER, against=(run, bundle))
    own, again, published = both.manifest.metrics["alternatives"].values()
    assert published["auc"] == json.loads((bundle / "bundle.json").read_text())["metrics"]["dev"]["auc"]
    assert published["megabytes"] * 1e6 == (bundle / "model.onnx").stat().st_size
    assert again["megabytes"] == pytest.approx(own["megabytes"], rel=0.01)
    card = (both.folder / "MODEL_CARD.md").read_text()
    assert f"| bundle | {published['auc']:.4f} |" in card
    with pytest.raises(DataError, match="other crops"):
        publishing.alternative(bundle, crops, crops.split("dev"), replace(GEOMETRY, margin=1.2), PROVIDER)


def test_the_operating_curve_goes_from_accepting_all_to_accepting_none(crops: Crops, bundle: Path) -> None:
    manifest = json.loads((bundle / "bundle.json").read_text())
    for split in ("dev", "test"):
        curve = manifest["metrics"]["operating_curve"][split]
        assert [point.keys() for point in curve] == [{"threshold", "apcer", "apcer_all", "bpcer"}] * len(curve)
        thresholds = [point["threshold"] for point in curve]
        assert thresholds == sorted(set(thresholds))
        assert (curve[0]["threshold"], curve[0]["apcer"], curve[0]["apcer_all"], curve[0]["bpcer"]) == (0, 1, 1, 0)
        assert curve[-1]["threshold"] == 1
        assert all(before["bpcer"] <= after["bpcer"] for before, after in pairwise(curve))
        assert all(point["apcer"] >= point["apcer_all"] >= 0 for point in curve)
    assert (bundle / "bundle.json").stat().st_size < 150_000
    test = crops.split("test")
    scores = probabilities_of(Session(open_bundle(bundle), provider=PROVIDER), test)
    half = next(p for p in manifest["metrics"]["operating_curve"]["test"] if p["threshold"] == 0.5)
    assert half["bpcer"] == pytest.approx((scores[test.live] < 0.5).mean(), abs=1e-4)
    assert half["apcer_all"] == pytest.approx((scores[~test.live] >= 0.5).mean(), abs=1e-4)


def test_a_bundle_without_its_curve_gets_it_in_a_copy(crops: Crops, bundle: Path, tmp_path: Path) -> None:
    older = tmp_path / "older"
    shutil.copytree(bundle, older)
    record = json.loads((older / "bundle.json").read_text())
    curve = record["metrics"].pop("operating_curve")
    (older / "bundle.json").write_text(json.dumps(record))
    again = add_curve(older, crops, tmp_path / "copy", PROVIDER)
    assert again.manifest.metrics["operating_curve"] == curve
    assert "operating_curve" not in open_bundle(older).manifest.metrics
    assert again.manifest.metrics["dev"] == record["metrics"]["dev"]
    with pytest.raises(DataError, match="never changed"):
        add_curve(older, crops, tmp_path / "copy", PROVIDER)
    fewer = Crops(crops.pixels, crops.index[3:], crops.rows[3:], crops.crops[3:])
    with pytest.raises(DataError, match="other pictures"):
        add_curve(older, fewer, tmp_path / "another", PROVIDER)


def test_a_bundle_is_never_changed(crops: Crops, config: Config, run: Path, bundle: Path) -> None:
    with pytest.raises(DataError, match="never changed"):
        publish(config, crops, run, bundle, GEOMETRY, provider=PROVIDER)


def test_a_run_of_other_settings_is_not_published(crops: Crops, config: Config, run: Path, tmp_path: Path) -> None:
    other = config.model_copy(update={"seed": 1})
    with pytest.raises(DataError, match="other settings"):
        publish(other, crops, run, tmp_path / "bundle", GEOMETRY, provider=PROVIDER)


def test_a_run_that_only_teaches_is_not_published(crops: Crops, config: Config, run: Path, tmp_path: Path) -> None:
    teacher = config.model_copy(update={"release": None})
    with pytest.raises(DataError, match="has no `release`"):
        publish(teacher, crops, run, tmp_path / "bundle", GEOMETRY, provider=PROVIDER)


def test_a_loss_by_quantization_is_not_published(
    crops: Crops, config: Config, run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert config.release
    release = config.model_copy(update={"release": config.release.model_copy(update={"purpose": "release"})})
    monkeypatch.setattr(publishing, "MOST_LOST", -101.0)
    monkeypatch.setattr(publishing, "RECIPES", ("all layers",))
    with pytest.raises(ComparisonError, match="not published"):
        publish(release, crops, run, tmp_path / "bundle", GEOMETRY, provider=PROVIDER)
    assert not (tmp_path / "bundle").exists()


def test_forms_are_compared_by_verdict_and_error_rate() -> None:
    live = np.array([True] * 4 + [False] * 4)
    trained = np.array([0.9, 0.8, 0.7, 0.6, 0.4, 0.3, 0.2, 0.1])
    worse = trained.copy()
    worse[4] = 0.65
    forms = compare(live, {"torch FP32": trained, "ONNX FP32": trained + 1e-5, "ONNX INT8": worse}, "torch FP32", 0.5)
    hold_parity(forms)
    assert forms["ONNX INT8"].changed_verdicts == 1
    assert lost_by_quantization(forms) == pytest.approx(25)
    with pytest.raises(ComparisonError, match="another function"):
        hold_parity(compare(live, {"torch FP32": trained, "ONNX FP32": worse}, "torch FP32", 0.5))


def test_a_source_that_is_left_out_is_never_seen(crops: Crops, config: Config, tmp_path: Path) -> None:
    rows = [replace(row, source="b" if at % 4 < 2 else "a") for at, row in enumerate(crops.rows)]
    two = Crops(crops.pixels, crops.index, rows, crops.crops)
    short = config.model_copy(update={"schedule": config.schedule.model_copy(update={"steps": 4})})
    answer = leave_one_out(short, two, tmp_path, ["b"])
    record = json.loads((tmp_path / "smoke-without-b" / "run.json").read_text())
    assert record["config"]["sampling"]["leave_out"] == ["b"]
    assert record["train_list_sha256"] == two.of("a").split("train").sha256
    assert answer == json.loads((tmp_path / "smoke-left-out.json").read_text())
    assert answer["sources"]["b"]["n"] == 72
    assert 0 <= answer["sources"]["b"]["auc"] <= 1
    taught = short.model_copy(update={"distil": Distil(teachers=(Teacher(folder=tmp_path),))})
    with pytest.raises(DataError, match="teachers have seen"):
        leave_one_out(taught, two, tmp_path, ["b"])


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    boto3.client("s3").create_bucket(Bucket="models")
    yield "models"
    server.stop()


def test_s3_gets_a_bundle_once(bundle: Path, bucket: str) -> None:
    upload(bundle, f"s3://{bucket}/liveness/smoke")
    client = boto3.client("s3")
    for path in bundle.iterdir():
        kept = client.get_object(Bucket=bucket, Key=f"liveness/smoke/{path.name}")["Body"].read()
        assert kept == path.read_bytes()
    with pytest.raises(DataError, match="never changed"):
        upload(bundle, f"s3://{bucket}/liveness/smoke")
    with pytest.raises(DataError, match="is not s3://"):
        upload(bundle, "https://bucket/prefix")
