"""`make score` and `make evaluate`: lists in, scores and a report out, through the code that serves."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from ekyc_stack.stack import provider
from ekyc_training.__main__ import main
from ekyc_training.attacks import moire
from ekyc_training.commands import DEFAULT_BUNDLE
from ekyc_training.score import Scorer, Settings

from tests.pictures import Rgb, astronaut, jpeg

pytestmark = pytest.mark.timeout(200)


def write(path: Path, rgb: Rgb) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(jpeg(rgb))


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def score(manifest: Path, root: Path, out: Path) -> int:
    paths = ["--manifest", str(manifest), "--root", str(root), "--out", str(out)]
    return main(["score", *paths, "--workers", "1", "--provider", provider()])


def test_a_list_gets_a_score_a_line(tmp_path: Path) -> None:
    write(tmp_path / "in" / "good.jpg", astronaut())
    write(tmp_path / "in" / "dark.jpg", (astronaut() * 0.1).astype(np.uint8))
    write(tmp_path / "in" / "cheek.jpg", astronaut()[120:170, 190:240])
    (tmp_path / "in" / "broken.jpg").write_bytes(b"\xff\xd8\xff no picture")
    names = ["good.jpg", "dark.jpg", "cheek.jpg", "broken.jpg", "absent.jpg"]
    (tmp_path / "list.csv").write_text("camera,rel,label\n" + "".join(f"x,{name},live\n" for name in names))
    assert score(tmp_path / "list.csv", tmp_path / "in", tmp_path / "out" / "scores.csv") == 0
    lines = read(tmp_path / "out" / "scores.csv")
    assert list(lines[0]) == [
        "rel", "label", "face_found", "quality_pass", "reasons", "live_probability", "decision"
    ]  # fmt: skip
    assert [line["rel"] for line in lines] == names
    good, dark, cheek, broken, absent = lines
    assert (good["face_found"], good["quality_pass"], good["reasons"]) == ("true", "true", "")
    assert good["decision"] in {"accept", "review", "reject"}
    assert (dark["face_found"], dark["quality_pass"], dark["decision"]) == ("true", "false", "retake")
    assert "too_dark" in dark["reasons"].split()
    assert 0 <= float(dark["live_probability"]) <= 1, "a face is scored where the gate refuses the picture"
    assert (cheek["face_found"], cheek["decision"]) == ("false", "retake")
    assert 0 <= float(cheek["live_probability"]) <= 1, "without a face the whole picture is scored"
    for line in (broken, absent):
        assert (line["live_probability"], line["decision"]) == ("", "refused")
        assert line["reasons"]


def test_a_list_without_paths_says_what_it_lacks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "list.csv").write_text("file,label\na.jpg,live\n")
    assert score(tmp_path / "list.csv", tmp_path, tmp_path / "scores.csv") == 1
    assert "no column path or rel, but file, label" in capsys.readouterr().err
    assert not (tmp_path / "scores.csv").exists()


def test_scoring_needs_no_torch() -> None:
    heavy = "{'torch', 'timm', 'nncf', 'onnx', 'safetensors'}"
    code = f"import sys, ekyc_training.__main__; sys.exit(' '.join({heavy} & set(sys.modules)) or 0)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_report_is_one_page_with_every_figure(tmp_path: Path) -> None:
    data = tmp_path / "data"
    lines = ["path,source,split,label,attack,subject,camera"]
    for n in range(12):
        live = np.asarray(cv2.convertScaleAbs(astronaut(), alpha=0.8 + 0.03 * n), np.uint8)
        for label, rgb in (("live", live), ("replay", moire(live, np.random.default_rng(n)))):
            path = f"{n}-{label}.jpg"
            write(data / path, rgb)
            lines.append(f"{path},mine,test,{label},,{n},{'front' if n % 2 else 'back'}")
    lines.append("absent.jpg,mine,test,replay,,12,front")  # listed, and refused as the gateway would refuse it
    (data / "manifest.csv").write_text("\n".join(lines) + "\n")
    out = tmp_path / "report"
    asked = ["evaluate", "--data", str(data), "--out", str(out), "--workers", "1", "--provider", provider()]
    assert main(asked) == 0
    figures = json.loads((out / "report.json").read_text())
    test = figures["test"]
    assert test["n"] == {"bona_fide": 12, "attack": 12}
    assert set(test["bpcer_at"]) == {"bpcer10", "bpcer20", "bpcer100"}
    assert set(test["slices"]) == {"camera"}
    assert test["system"]["bona_fide_not_accepted"]["n"] == 12
    assert 0 <= figures["baselines"]["auc"]["sharpness"]["mine"] <= 1
    page = (out / "report.html").read_text()
    assert page.count("data:image/png;base64,") == 4
    assert "http" not in page.replace("http-equiv", "")
    assert "APCER_max" in page
    assert (out / "failures.html").read_text().count("data:image/jpeg") >= 24


def test_a_bad_bundle_is_said_in_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "list.csv").write_text("path\na.jpg\n")
    named = ["--manifest", str(tmp_path / "list.csv"), "--root", str(tmp_path), "--out", str(tmp_path / "o.csv")]
    assert main(["score", *named, "--bundle", str(tmp_path / "none"), "--provider", provider()]) == 1
    assert "bundle.json" in capsys.readouterr().err


@pytest.mark.shared
def test_the_shipped_model_tells_attacks_it_was_not_trained_on() -> None:
    data = Path(__file__).parents[3] / "shared" / "pad"
    if not data.exists():
        pytest.skip("../shared/pad is not here")
    with (data / "manifest.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["split"] == "test" and row["source"] == "casia_fasd"]
    scorer = Scorer(Settings(DEFAULT_BUNDLE, provider()))
    scores: dict[bool, list[float]] = {True: [], False: []}
    for row in rows[::12]:
        live = scorer.score(data / row["path"]).live_probability
        assert live is not None
        scores[row["label"] == "live"].append(live)
    assert np.median(scores[True]) > 0.8
    assert np.median(scores[False]) < 0.2
