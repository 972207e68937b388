"""Teachers of every kind: a run, a published bundle, and a pair of graphs that sees more of the picture."""

from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest
import torch
from ekyc_liveness.bundle import open_bundle
from ekyc_liveness.session import Session
from ekyc_stack.stack import provider
from ekyc_training import lessons as lessons_module
from ekyc_training.__main__ import main
from ekyc_training.batches import Batches
from ekyc_training.commands import DEFAULT_BUNDLE
from ekyc_training.config import Config, Teacher
from ekyc_training.crops import Crops, read_crops
from ekyc_training.data import read_rows
from ekyc_training.drawn import draw
from ekyc_training.leave_out import leave_one_out
from ekyc_training.lessons import SAMPLE, Lessons, mean_probability
from ekyc_training.metrics import auc
from ekyc_training.minifasnet import GRAPHS, SIZE, MiniFasNet, cut_wide
from ekyc_training.model import LivenessNet, normalise, read_net
from ekyc_training.peer_scores import peer_scores
from ekyc_training.prepare import prepare
from ekyc_training.rows import DataError
from ekyc_training.teachers import Said, ask
from ekyc_training.train import train
from ekyc_vision.crop import DEFAULT_GEOMETRY
from ekyc_vision.faces import Box
from onnx import TensorProto, helper
from pydantic import ValidationError
from scipy.special import expit

SHARED = Path(__file__).parents[3] / "shared"
SETTINGS = {
    "name": "student",
    "network": {"backbone": "mobilenetv3_small_050"},
    "schedule": {"steps": 4, "batch": 8, "check_every": 4, "average": 0.8},
    "release": {"version": "student", "purpose": "test", "data": "drawn", "data_terms": "none"},
}


def config_of(*teachers: Teacher, features: float = 0, guess: float = 0, views: int = 3, **settings: object) -> Config:
    distil = {"views": views, "teachers": teachers, "features": features, "guess": guess}
    return Config.model_validate(SETTINGS | settings | {"distil": distil})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("teachers")
    draw(folder / "data")
    return folder


@pytest.fixture(scope="module")
def crops(folder: Path) -> Crops:
    rows = read_rows(folder / "data")
    return read_crops(prepare(folder / "data", rows, folder / "cache", DEFAULT_GEOMETRY, 1), rows)


@pytest.fixture(scope="module")
def pair(folder: Path) -> Path:
    """Two graphs under the pair's names that say "bona fide" by the mean of blue."""
    (folder / "pair").mkdir()
    for name in GRAPHS:
        pixels = helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", 3, SIZE, SIZE])
        logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 3])
        weights = [
            helper.make_tensor("weights", TensorProto.FLOAT, [3, 3], [0, 1 / 64, 0, 0, 0, 0, 0, 0, 0]),
            helper.make_tensor("bias", TensorProto.FLOAT, [3], [0, -1, -9]),
        ]
        nodes = [
            helper.make_node("GlobalAveragePool", ["input"], ["means"]),
            helper.make_node("Flatten", ["means"], ["flat"]),
            helper.make_node("Gemm", ["flat", "weights", "bias"], ["logits"]),
        ]
        graph = helper.make_graph(nodes, name, [pixels], [logits], weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
        onnx.save(model, folder / "pair" / name)
    return folder / "pair"


def test_the_wide_view_is_shifted_back_inside_and_never_padded() -> None:
    rgb = np.zeros((100, 200, 3), np.uint8)
    rgb[..., 0] = np.arange(200)
    shifted = cut_wide(rgb, Box(150, 30, 190, 70), 2.7).astype(int)
    assert shifted.shape == (SIZE, SIZE, 3)
    # 40 x 40 pixels can grow to 99 x 99; centred on 170 they would reach 219, so they are shifted to 100..199.
    assert shifted[40, 0, 0] == pytest.approx(100, abs=1)
    assert shifted[40, -1, 0] == pytest.approx(199, abs=1)
    centred = cut_wide(rgb, Box(95, 45, 105, 55), 4.0).astype(int)
    assert centred[40, 0, 0] == pytest.approx(80, abs=1)
    assert centred[40, -1, 0] == pytest.approx(120, abs=1)
    assert int(cut_wide(rgb, Box(-20, -20, 300, 300), 4.0)[40, 40, 0]) == pytest.approx(100, abs=2)


def test_the_pair_sees_blue_first_from_0_to_255(pair: Path) -> None:
    rgb = np.zeros((100, 100, 3), np.uint8)
    rgb[..., 2] = 128
    expected = np.exp(1) / (np.exp(0) + np.exp(1) + np.exp(-9))
    assert MiniFasNet(pair).score(rgb, Box(40, 40, 60, 60)) == pytest.approx(expected, abs=1e-4)
    rgb[..., 0], rgb[..., 2] = 128, 0
    assert MiniFasNet(pair).score(rgb, Box(40, 40, 60, 60)) < 0.3


def test_a_folder_without_both_graphs_is_no_pair(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is no MiniFASNet pair"):
        MiniFasNet(tmp_path)


def test_the_pair_scores_each_picture_once(folder: Path, pair: Path) -> None:
    rows = read_rows(folder / "data")
    scores = peer_scores(pair, folder / "data", rows, folder / "cache", 1)
    assert scores.keys() == {row.path for row in rows}
    (kept,) = (folder / "cache").glob("minifasnet-*.csv")
    before = kept.stat().st_mtime_ns
    assert peer_scores(pair, folder / "data", rows, folder / "cache", 1) == scores
    assert kept.stat().st_mtime_ns == before


def test_the_peer_command_says_how_well_the_pair_does(
    folder: Path, pair: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    named = {"data": folder / "data", "cache": folder / "cache", "workers": 1, "pair": pair}
    assert main(["peer", *(part for name, value in named.items() for part in (f"--{name}", str(value)))]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == ["dev drawn", "test drawn", "train drawn"]
    assert lines[0].endswith("n 120")


def test_the_pair_sees_the_very_views_of_the_student(crops: Crops, pair: Path) -> None:
    teacher = Teacher(folder=pair, kind="minifasnet")
    config = config_of(teacher, features=1.0)
    batches = Batches(crops.split("train"), config)
    batch = batches.batch(1)
    small = cv2.resize(batch.pixels[2].numpy(), (SIZE, SIZE), interpolation=cv2.INTER_AREA)
    said = ask(teacher)(batch.pixels)
    assert said.features is not None
    assert said.features.shape == (8, 7), "the graphs' last layers see three means each; and the logit"
    np.testing.assert_allclose(said.features[2, :6], np.tile(small[..., ::-1].mean((0, 1)), 2), rtol=2e-3)
    blue = small[..., 2].mean()
    expected = np.exp(blue / 64 - 1) / (1 + np.exp(blue / 64 - 1) + np.exp(-9))
    assert said.logits[2] == pytest.approx(np.log(expected / (1 - expected)), abs=1e-3)
    assert said.features[2, 6] == said.logits[2]
    lessons = Lessons(config, batches)
    assert lessons.width == 7
    taught = [lessons.of(at, batches.batch(at)) for at in range(SAMPLE)]
    features = np.concatenate([each.features for each in taught if each.features is not None])
    np.testing.assert_allclose(features.mean(0), 0, atol=2e-3)
    np.testing.assert_allclose(features.std(0), 1, atol=0.01)
    assert taught[1].probability[2] == pytest.approx(expected, abs=1e-3)
    assert Lessons(config_of(teacher), batches).of(1, batch).features is None, "unless they are asked for"


def test_teachers_are_asked_once_about_views_that_come_round_again(
    crops: Crops, pair: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def answer(views: torch.Tensor) -> Said:
        asked.append(len(views))
        return Said(np.zeros(len(views), np.float32))

    monkeypatch.setattr(lessons_module, "ask", lambda _: answer)
    batches = Batches(crops.split("train"), config_of())
    teacher = Teacher(folder=pair, kind="minifasnet")
    for config, views in ((config_of(teacher), [0, 1, 2, 0]), (config_of(teacher, views=0), [0, 1, 2, 3])):
        asked.clear()
        lessons = Lessons(config, batches)
        seen = [lessons.view_at(step) for step in range(config.schedule.steps)]
        assert seen == views
        for view in seen:
            lessons.of(view, batches.batch(view))
        assert len(asked) == len(set(views))


def test_features_need_the_pair_and_a_guess_needs_features() -> None:
    with pytest.raises(ValidationError, match="name it among the teachers"):
        config_of(Teacher(folder=DEFAULT_BUNDLE, kind="bundle"), features=1.0)
    with pytest.raises(ValidationError, match="needs the head that guesses"):
        config_of(Teacher(folder=DEFAULT_BUNDLE, kind="minifasnet"), guess=0.5)


def test_the_guessed_logit_joins_the_live_one_when_the_run_ends(crops: Crops, pair: Path, tmp_path: Path) -> None:
    teacher = Teacher(folder=pair, kind="minifasnet")
    alone, joined = config_of(teacher, features=1.0), config_of(teacher, features=1.0, guess=0.5)
    learnt, dev = crops.split("train"), crops.split("dev")
    nets = [
        read_net(train(config, learnt, dev, tmp_path / str(config.distil.guess)), config.network)
        for config in (alone, joined)
    ]
    batch = Batches(learnt, alone).batch(0)
    mean, deviation = Lessons(alone, Batches(learnt, alone)).logit_scale
    assert deviation > 0
    with torch.no_grad():
        said, with_guess = (net.answer(normalise(batch.pixels)) for net in nets)
    assert said.features is not None
    expected = said.live + 0.5 * (said.features[:, -1] * deviation + mean)
    torch.testing.assert_close(with_guess.live, expected, rtol=1e-4, atol=1e-4)
    with pytest.raises(ValueError, match="guesses nothing"):
        LivenessNet(alone.network).add_guess(0.5, 0, 1)


def test_a_bundle_teaches_what_it_serves(crops: Crops) -> None:
    teacher = Teacher(folder=DEFAULT_BUNDLE, kind="bundle")
    pixels = Batches(crops.split("train"), config_of(teacher)).batch(1).pixels
    session = Session(open_bundle(DEFAULT_BUNDLE), provider=provider())
    view = pixels[2].numpy()
    both = [session.run(view), session.run(np.ascontiguousarray(view[:, ::-1]))]
    logits = np.log(both) - np.log1p(-np.array(both))
    assert ask(teacher)(pixels).logits[2] == pytest.approx(float(np.clip(logits, -9.2102, 9.2102).mean()), abs=1e-3)


def test_the_mean_goes_by_weight() -> None:
    logits = [np.array([[0.0]], np.float32), np.array([[100.0]], np.float32)]
    assert mean_probability(logits, [3, 1])[0, 0] == pytest.approx((0.5 * 3 + 1) / 4)


def test_a_student_of_both_kinds_says_who_taught_it(crops: Crops, folder: Path, pair: Path, tmp_path: Path) -> None:
    bundle = Teacher(folder=DEFAULT_BUNDLE, kind="bundle")
    config = config_of(bundle, Teacher(folder=pair, kind="minifasnet", weight=0.5), features=1.0)
    taught = train(config, crops.split("train"), crops.split("dev"), tmp_path / "run")
    net = read_net(taught, config.network)
    assert net.features is not None
    assert net.features.out_features == 7
    record = (tmp_path / "run" / "run.json").read_text()
    assert f'"default": "{open_bundle(DEFAULT_BUNDLE).manifest.sha256}"' in record
    assert '"kind": "minifasnet"' in record
    assert str(folder) not in record, "a place on one machine says nothing on another"
    alone = train(config_of(), crops.split("train"), crops.split("dev"), tmp_path / "alone")
    assert taught.read_bytes() != alone.read_bytes()


def test_the_pair_may_teach_while_a_source_is_left_out_and_a_bundle_may_not(crops: Crops, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="teachers have seen"):
        leave_one_out(config_of(Teacher(folder=DEFAULT_BUNDLE, kind="bundle")), crops, tmp_path, ["drawn"])
    with pytest.raises(DataError, match="there is no source"):
        leave_one_out(config_of(Teacher(folder=tmp_path, kind="minifasnet")), crops, tmp_path, ["elsewhere"])


def test_of_a_simulated_attack_the_label_is_taught_and_the_embedding(crops: Crops, pair: Path) -> None:
    teacher = Teacher(folder=pair, kind="minifasnet")
    config = config_of(teacher, features=1.0, sampling={"simulated": 0.5})
    batches = Batches(crops.split("train"), config)
    batch, lessons = batches.batch(0), Lessons(config, batches)
    simulated = batch.species.numpy() == batches.species.index("simulated")
    assert 0 < simulated.sum() < len(simulated)
    lesson, said = lessons.of(0, batch), ask(teacher)(batch.pixels)
    np.testing.assert_allclose(lesson.probability[simulated], 0.015, rtol=1e-5)
    np.testing.assert_allclose(lesson.probability[~simulated], expit(said.logits[~simulated]), rtol=1e-5)
    assert lesson.features is not None
    mean, deviation = lessons.logit_scale
    np.testing.assert_allclose(lesson.features[:, -1], (said.logits - mean) / deviation, atol=5e-3)


def test_a_bare_path_is_a_run_that_weighs_1(tmp_path: Path) -> None:
    config = Config.model_validate(SETTINGS | {"distil": {"teachers": [str(tmp_path)]}})
    assert config.distil.teachers == (Teacher(folder=tmp_path, kind="run", weight=1),)


@pytest.mark.shared
def test_the_pair_of_silent_face_separates_webcam_frames(tmp_path: Path) -> None:
    data, graphs = SHARED / "pad", SHARED / "weights" / "minifasnet"
    if not (data.exists() and graphs.exists()):
        pytest.skip("../shared/pad or ../shared/weights is not here")
    rows = [row for row in read_rows(data) if row.source == "nuaa" and row.split == "dev"]
    scores = peer_scores(graphs, data, rows, tmp_path, 1)
    # The data's README measured AUC 1.000 on this source's test pictures.
    assert auc(np.array([row.live for row in rows]), np.array([scores[row.path] for row in rows])) > 0.99
