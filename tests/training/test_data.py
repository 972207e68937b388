"""Training sees what serving sees, in the mix that was asked for."""

from pathlib import Path

import numpy as np
import pytest
from ekyc_quality.assessment import Assessor
from ekyc_training.config import Config, read_config
from ekyc_training.manifest import DataError, Row, read_manifest
from ekyc_training.prepare import prepare_one
from ekyc_training.run import begin_run
from ekyc_training.sampler import Sampler
from ekyc_vision.crop import DEFAULT_GEOMETRY
from ekyc_vision.finder import open_finder
from pydantic import ValidationError

from tests.pictures import astronaut, jpeg, oriented_jpeg

CONFIGS = Path(__file__).parents[2] / "training" / "configs"


@pytest.mark.parametrize("data", [jpeg(astronaut()), oriented_jpeg(6)])
def test_training_and_serving_cut_the_same_pixels(data: bytes) -> None:
    record, cached = prepare_one(data, "astronaut.jpg", open_finder(), DEFAULT_GEOMETRY)
    served = Assessor(open_finder()).assess(data).crop
    assert record.framing == "face"
    assert served is not None
    np.testing.assert_array_equal(cached, served)


def row(number: int, source: str, label: str, attack: str = "") -> Row:
    return Row(f"{number}", source, "train", label, attack, f"{number}")  # type: ignore[arg-type]


def test_batches_hold_the_configured_mix() -> None:
    rows = [row(n, "large", "live") for n in range(900)]
    rows += [row(n, "large", "print", "warped") for n in range(600)]
    rows += [row(n, "large", "replay", "video") for n in range(100)]
    rows += [row(n, "small", "live") for n in range(10)] + [row(n, "small", "print") for n in range(90)]
    sampler = Sampler(rows, seed=1)
    drawn = [rows[at] for step in range(200) for at in sampler.batch(step, 32)]
    share = sum(r.source == "large" for r in drawn) / len(drawn)
    assert share == pytest.approx(40 / 50, abs=0.02)  # square roots of 1,600 and 100
    for source in ("large", "small"):
        mine = [r for r in drawn if r.source == source]
        assert sum(r.live for r in mine) / len(mine) == pytest.approx(0.5, abs=0.04)
    attacks = [r for r in drawn if r.source == "large" and not r.live]
    assert sum(r.attack == "video" for r in attacks) / len(attacks) == pytest.approx(0.5, abs=0.04)


def test_a_batch_is_a_function_of_seed_and_step() -> None:
    rows = [row(n, "a", "live" if n % 2 else "print") for n in range(100)]
    np.testing.assert_array_equal(Sampler(rows, 3).batch(7, 32), Sampler(rows, 3).batch(7, 32))
    assert not np.array_equal(Sampler(rows, 3).batch(7, 32), Sampler(rows, 3).batch(8, 32))


def test_a_source_of_one_class_is_refused() -> None:
    with pytest.raises(ValueError, match="a"):
        Sampler([row(n, "a", "live") for n in range(4)], 0)


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
        read_manifest(tmp_path)


def test_a_run_keeps_the_record_it_began_with(tmp_path: Path) -> None:
    config = read_config(CONFIGS / "first.yaml")
    record = {"config": config.as_record(), "train_list_sha256": "a", "dev_list_sha256": "b", "git_revision": "1"}
    begin_run(tmp_path, record)
    begin_run(tmp_path, record | {"git_revision": "2"})
    assert '"git_revision": "1"' in (tmp_path / "run.json").read_text()
    other = config.model_copy(update={"seed": 1})
    with pytest.raises(DataError, match="other settings"):
        begin_run(tmp_path, record | {"config": other.as_record()})
