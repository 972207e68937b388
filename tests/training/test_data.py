"""Training sees what serving sees, in the mix that was asked for."""

import csv
from pathlib import Path

import numpy as np
import pytest
from ekyc_quality.assessment import Assessor
from ekyc_training.config import Config, Sampling, read_config
from ekyc_training.crops import read_crops
from ekyc_training.data import read_rows
from ekyc_training.prepare import prepare, prepare_one
from ekyc_training.rows import DataError, Row
from ekyc_training.run import begin_run
from ekyc_training.sampler import Sampler
from ekyc_vision.crop import DEFAULT_GEOMETRY
from ekyc_vision.finder import open_finder
from pydantic import ValidationError

from tests.pictures import astronaut, jpeg, oriented_jpeg

CONFIGS = Path(__file__).parents[2] / "training" / "configs"


@pytest.mark.parametrize("data", [jpeg(astronaut()), oriented_jpeg(6)])
def test_training_and_serving_cut_the_same_pixels(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "astronaut.jpg").write_bytes(data)
    record, cached = prepare_one(tmp_path / "astronaut.jpg", "astronaut.jpg", open_finder(), DEFAULT_GEOMETRY)
    served = Assessor(open_finder()).assess(data).crop
    assert record.framing == "face"
    assert served is not None
    np.testing.assert_array_equal(cached, served)


def test_the_listed_box_stands_in_where_no_face_is_found(tmp_path: Path) -> None:
    blank = np.zeros((224, 448, 3), np.uint8)
    blank[56:112, 112:224] = 200
    (tmp_path / "a.jpg").write_bytes(jpeg(blank))
    whole, pixels = prepare_one(tmp_path / "a.jpg", "a.jpg", open_finder(), DEFAULT_GEOMETRY)
    assert whole.framing == "whole"
    assert pixels.mean() == pytest.approx(200 / 32, abs=1)
    (tmp_path / "a_BB.txt").write_text("56 56 56 56 0.99")  # on a grid of 224 x 224, whatever the picture's size
    listed, pixels = prepare_one(tmp_path / "a.jpg", "a.jpg", open_finder(), DEFAULT_GEOMETRY)
    assert listed.framing == "listed"
    assert pixels[40:88, 8:120].mean() > 190


def test_a_corrupt_file_is_listed_and_stops_nothing(tmp_path: Path) -> None:
    data = tmp_path / "data"
    for kind, content in (("live", jpeg(astronaut())), ("spoof", b"no picture")):
        (data / kind).mkdir(parents=True)
        (data / kind / "1.jpg").write_bytes(content)
    rows = read_rows(data)
    cache = prepare(data, rows, tmp_path / "cache", DEFAULT_GEOMETRY, 1)
    assert [crop.path for crop in read_crops(cache, rows).crops] == ["live/1.jpg"]
    with (cache / "failed.csv").open() as file:
        (failed,) = csv.DictReader(file)
    assert failed["path"] == "spoof/1.jpg"
    assert "DecodeError" in failed["error"]


def row(number: int, source: str, label: str, attack: str = "") -> Row:
    return Row(f"{number}", source, "train", label, attack, f"{number}")  # type: ignore[arg-type]


def test_batches_hold_the_configured_mix() -> None:
    rows = [row(n, "large", "live") for n in range(900)]
    rows += [row(n, "large", "print", "warped") for n in range(600)]
    rows += [row(n, "large", "replay", "video") for n in range(100)]
    rows += [row(n, "small", "live") for n in range(10)] + [row(n, "small", "print") for n in range(90)]
    sampler = Sampler(rows, Sampling(simulated=0.25), seed=1)
    drawn = [draw for step in range(200) for draw in sampler.batch(step, 32)]
    share = sum(rows[d.at].source == "large" for d in drawn) / len(drawn)
    assert share == pytest.approx(40 / 50, abs=0.02)  # square roots of 1,600 and 100
    for source in ("large", "small"):
        mine = [d for d in drawn if rows[d.at].source == source]
        live = sum(rows[d.at].live and not d.simulated for d in mine) / len(mine)
        assert live == pytest.approx(0.5, abs=0.04)
        attacks = [d for d in mine if d.simulated or not rows[d.at].live]
        assert sum(d.simulated for d in attacks) / len(attacks) == pytest.approx(0.25, abs=0.04)
        assert all(rows[d.at].live for d in attacks if d.simulated)
    real = [rows[d.at] for d in drawn if rows[d.at].source == "large" and not rows[d.at].live]
    assert sum(r.attack == "video" for r in real) / len(real) == pytest.approx(0.5, abs=0.04)


def test_a_batch_is_a_function_of_seed_and_step() -> None:
    rows = [row(n, "a", "live" if n % 2 else "print") for n in range(100)]
    assert Sampler(rows, Sampling(), 3).batch(7, 32) == Sampler(rows, Sampling(), 3).batch(7, 32)
    assert Sampler(rows, Sampling(), 3).batch(7, 32) != Sampler(rows, Sampling(), 3).batch(8, 32)


def test_a_source_of_one_class_is_refused() -> None:
    with pytest.raises(DataError, match="a"):
        Sampler([row(n, "a", "live") for n in range(4)], Sampling(), 0)


def test_every_shipped_configuration_is_valid_and_an_unknown_key_is_not() -> None:
    for path in CONFIGS.glob("*.yaml"):
        config = read_config(path)
    with pytest.raises(ValidationError, match="learning_rat"):
        Config.model_validate(config.model_dump() | {"learning_rat": 1})


def test_a_subject_in_two_splits_is_refused(tmp_path: Path) -> None:
    (tmp_path / "manifest.csv").write_text(
        "path,source,split,label,attack,subject\na.jpg,x,train,live,,1\nb.jpg,x,test,live,,1\n"
    )
    with pytest.raises(DataError, match="two splits"):
        read_rows(tmp_path)


def test_a_run_keeps_the_record_it_began_with(tmp_path: Path) -> None:
    config = read_config(CONFIGS / "mobilenetv3-small.yaml")
    record = {"config": config.as_record(), "train_list_sha256": "a", "dev_list_sha256": "b", "git_revision": "1"}
    begin_run(tmp_path, record)
    begin_run(tmp_path, record | {"git_revision": "2"})
    assert '"git_revision": "1"' in (tmp_path / "run.json").read_text()
    other = config.model_copy(update={"seed": 1})
    with pytest.raises(DataError, match="other settings"):
        begin_run(tmp_path, record | {"config": other.as_record()})
