"""Runs as people start, kill and spread them: real processes on drawn pictures."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
import yaml
from ekyc_training.__main__ import main
from ekyc_training.batches import Batches
from ekyc_training.config import read_config
from ekyc_training.crops import read_crops
from ekyc_training.data import read_rows
from ekyc_training.drawn import draw
from ekyc_training.prepare import prepare
from ekyc_vision.crop import DEFAULT_GEOMETRY
from safetensors.torch import load_file

pytestmark = pytest.mark.timeout(280)

SETTINGS = {
    "name": "run",
    "network": {"backbone": "mobilenetv3_small_050"},
    "sampling": {"simulated": 0.2},
    "loss": {"species": 0.1},
    "schedule": {"steps": 16, "batch": 8, "check_every": 4, "average": 0.8},
    "release": {"version": "run", "purpose": "test", "data": "drawn", "data_terms": "none"},
}
Command = Callable[..., list[str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    draw(folder / "data")
    prepare(folder / "data", read_rows(folder / "data"), folder / "cache", DEFAULT_GEOMETRY, 1)
    return folder


@pytest.fixture(scope="module")
def train(folder: Path) -> Command:
    def command(runs: Path, **settings: object) -> list[str]:
        runs.mkdir(exist_ok=True)
        config = runs / "config.yaml"
        if not config.exists():
            config.write_text(yaml.safe_dump(SETTINGS | settings))
        named = {"config": config, "runs": runs, "data": folder / "data", "cache": folder / "cache", "threads": 1}
        return [
            "ekyc_training",
            "train",
            *(part for name, value in named.items() for part in (f"--{name}", str(value))),
        ]

    return command


def run(command: list[str], *launcher: str) -> None:
    subprocess.run([sys.executable, *launcher, "-m", *command], check=True, capture_output=True, text=True, timeout=250)


def weights(runs: Path) -> dict[str, torch.Tensor]:
    return load_file(runs / "run" / "model.safetensors")


@pytest.fixture(scope="module")
def whole(folder: Path, train: Command) -> Path:
    runs = folder / "whole"
    run(train(runs))
    return runs


def test_a_run_killed_without_warning_goes_on_as_if_it_had_not_been(folder: Path, train: Command, whole: Path) -> None:
    runs = folder / "killed"
    process = subprocess.Popen(
        [sys.executable, "-m", *train(runs)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    checkpoint = runs / "run" / "checkpoint.pt"
    while not checkpoint.exists():
        assert process.poll() is None, "the run ended before it could be killed"
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert not (runs / "run" / "model.safetensors").exists()
    run(train(runs))
    again, once = weights(runs), weights(whole)
    for name, value in once.items():
        torch.testing.assert_close(again[name], value, rtol=0, atol=0)
    steps = [line.split(",")[:4] for line in (runs / "run" / "history.csv").read_text().splitlines()]
    assert steps == [line.split(",")[:4] for line in (whole / "run" / "history.csv").read_text().splitlines()]
    assert [row[0] for row in steps] == ["step", "4", "8", "12", "16"]


def test_the_contact_sheet_shows_what_the_network_sees(folder: Path, whole: Path) -> None:
    config, out = whole / "config.yaml", folder / "sheet.png"
    named = {"config": config, "data": folder / "data", "cache": folder / "cache", "out": out}
    assert main(["contact-sheet", *(part for name, value in named.items() for part in (f"--{name}", str(value)))]) == 0
    sheet = cv2.imread(str(out))
    assert sheet is not None
    tile = 128 + 2 * 4
    assert sheet.shape == (8 * tile, 12 * tile, 3)
    frames = {tuple(int(v) for v in sheet[row * tile, column * tile]) for row in range(8) for column in range(12)}
    assert len(frames) == 2, "one colour for bona fide, one for attacks"


def test_two_processes_train_one_model(folder: Path, train: Command, whole: Path) -> None:
    runs = folder / "two"
    run(train(runs), "-m", "torch.distributed.run", "--nproc-per-node=2", "--master-port=0", "--standalone")
    two, one = weights(runs), weights(whole)
    assert two.keys() == one.keys()
    assert all(bool(torch.isfinite(value).all()) for value in two.values())
    apart = max(float((two[name].float() - one[name].float()).abs().max()) for name in one)
    assert 0 < apart < 1, "half the batch norms' pictures in each process: near one process's weights, not the same"
    assert len((runs / "run" / "history.csv").read_text().splitlines()) == 5
    assert '"processes": 2' in (runs / "run" / "run.json").read_text()


def test_processes_share_out_the_batch_of_one(folder: Path, whole: Path) -> None:
    rows = read_rows(folder / "data")
    crops = read_crops(prepare(folder / "data", rows, folder / "cache", DEFAULT_GEOMETRY, 1), rows).split("train")
    batches = Batches(crops, read_config(whole / "config.yaml"))
    both, shares = batches.batch(3), [batches.batch(3, rank, 2) for rank in range(2)]
    for rank, share in enumerate(shares):
        np.testing.assert_array_equal(share.pixels, both.pixels[rank::2])
        np.testing.assert_array_equal(share.live, both.live[rank::2])


def test_a_student_learns_its_teachers_answers(folder: Path, train: Command, whole: Path) -> None:
    runs = folder / "student"
    distil = {"teachers": [str(whole / "run")], "views": 6}
    run(train(runs, distil=distil))
    run(train(folder / "second", distil=distil | {"weight": 0.5}))
    student, second = weights(runs), weights(folder / "second")
    assert any(not torch.equal(student[name], second[name]) for name in student)


def test_a_run_stops_when_dev_gets_no_better_and_keeps_the_best(folder: Path, train: Command) -> None:
    runs = folder / "patient"
    schedule = {"steps": 400, "batch": 4, "check_every": 2, "patience": 2, "learning_rate": 1e-6, "warm_up": 1}
    run(train(runs, schedule=schedule, loss={"kind": "focal"}))
    lines = [line.split(",") for line in (runs / "run" / "history.csv").read_text().splitlines()[1:]]
    rates = [float(line[3]) for line in lines]
    assert len(lines) < 200
    assert min(rates[-2:]) >= min(rates[:-2])
    kept = (runs / "run" / "model.safetensors").read_bytes()
    run(train(runs))
    assert (runs / "run" / "model.safetensors").read_bytes() == kept, "a finished run is finished"
