"""Profiles: what is in force, what is refused, and from calibration to the gate."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from ekyc_policy.bound import Bound
from ekyc_policy.interval import exact_interval
from ekyc_policy.measure import Measure
from ekyc_policy.profile import DEFAULT_PROFILE, DEFAULT_RULES
from ekyc_policy.proposal import inside, propose, rejected
from ekyc_quality import calibration, checks
from ekyc_quality.policy import PolicyError, Profiles, read_profile, read_profiles
from ekyc_stack.sample import sample_photo
from pydantic import ValidationError
from scipy.stats import beta

from tests.pictures import astronaut, jpeg


def test_every_measure_has_a_rule() -> None:
    assert set(DEFAULT_RULES) == set(Measure)


def test_an_unknown_profile_is_named() -> None:
    assert Profiles().get("") is DEFAULT_PROFILE
    with pytest.raises(PolicyError, match="kiosk"):
        Profiles().get("kiosk")


@pytest.mark.parametrize(
    "text",
    [
        "name: kiosk\nsurprise: 1\n",
        "name: ../etc\n",
        "name: kiosk\nrules: {sharpness: {required: {min: 1}}}\n",
        "name: kiosk\nrules: {blur: {required: {min: 2, max: 1}}}\n",
        "name: [",
    ],
)
def test_an_invalid_profile_is_refused_with_its_path(tmp_path: Path, text: str) -> None:
    path = tmp_path / "kiosk.yaml"
    path.write_text(text)
    with pytest.raises(PolicyError, match=r"kiosk\.yaml"):
        read_profile(path)


def test_rules_left_out_keep_their_default(tmp_path: Path) -> None:
    (tmp_path / "kiosk.yaml").write_text("name: kiosk\nrules: {blur: {required: {min: -7}}}\n")
    kiosk = read_profiles(tmp_path).get("kiosk")
    assert kiosk.rule(Measure.BLUR).required == Bound(min=-7)
    assert kiosk.rule(Measure.HEAD_YAW) == DEFAULT_RULES[Measure.HEAD_YAW]


def test_bounds_are_ordered_and_include_their_ends() -> None:
    with pytest.raises(ValidationError):
        Bound(min=2, max=1)
    assert rejected([1, 2, 3], Bound(min=1, max=3)) == 0
    assert rejected([0.9, 2, 3.1], Bound(min=1, max=3)) == 2


def test_a_proposal_rejects_no_more_than_asked() -> None:
    values = list(np.random.default_rng(0).normal(0, 8, 1000))
    proposal = propose(Measure.HEAD_YAW, values, [], DEFAULT_RULES[Measure.HEAD_YAW], 0.02)
    assert rejected(values, proposal.rule.required) <= 20
    assert rejected(values, proposal.rule.required) >= 10


@pytest.mark.parametrize(("errors", "n"), [(0, 10), (10, 10), (1, 1), (3, 189), (57, 1000), (999, 1000)])
def test_the_interval_is_scipys(errors: int, n: int) -> None:
    low, high = exact_interval(errors, n)
    assert low == pytest.approx(beta.ppf(0.025, errors, n - errors + 1) if errors else 0, abs=1e-9)
    assert high == pytest.approx(beta.ppf(0.975, errors + 1, n - errors) if errors < n else 1, abs=1e-9)


def test_an_idle_recommendation_is_dropped() -> None:
    assert inside(Bound(min=0.2, max=0.8), Bound(min=0.3, max=0.9)) == Bound(max=0.8)


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "camera"
    folder.mkdir()
    for number in range(12):
        tinted = np.clip(astronaut() * (0.7 + 0.04 * number), 0, 255).astype(np.uint8)
        (folder / f"{number}.jpg").write_bytes(jpeg(tinted))
    (folder / "notes.txt").write_text("not a picture")
    return folder


def test_from_calibration_to_the_gate(tmp_path: Path, pictures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    profiles = tmp_path / "profiles"
    profiles.mkdir()
    out = profiles / "kiosk.yaml"
    assert (
        calibration.main([str(pictures), "--name", "kiosk", "--out", str(out), "--plots", str(tmp_path / "k.png")]) == 0
    )
    said = capsys.readouterr()
    assert "notes.txt" in said.err
    assert "brightness" in said.out
    assert cv2.imread(str(tmp_path / "k.png")) is not None
    brightness = read_profile(out).rule(Measure.BRIGHTNESS).required
    assert brightness.min is not None
    assert brightness.min > 0.3

    photo = tmp_path / "dim.jpg"
    photo.write_bytes(jpeg((astronaut() * 0.4).astype(np.uint8)))
    assert checks.main([str(photo)]) == checks.ACCEPTED
    assert checks.main([str(photo), "--profile", "kiosk", "--profiles", str(profiles)]) == checks.REJECTED
    verdicts = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert verdicts[0]["quality_pass"] is True
    assert verdicts[0]["reasons"] == []
    assert "too_dark" in {reason["code"] for reason in verdicts[1]["reasons"]}


def test_an_empty_folder_cannot_calibrate(tmp_path: Path) -> None:
    assert calibration.main([str(tmp_path)]) == 2


def test_checks_draws_and_tells_unreadable_files_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_text("text")
    overlay = tmp_path / "overlay.png"
    assert checks.main([str(sample_photo()), "--overlay", str(overlay)]) == checks.ACCEPTED
    drawn = cv2.imread(str(overlay), cv2.IMREAD_COLOR_RGB)
    assert drawn is not None
    assert not np.array_equal(drawn, astronaut())
    assert checks.main([str(broken), str(sample_photo())]) == checks.UNREADABLE
    assert "image_type_unsupported" in capsys.readouterr().err
    assert checks.main([str(sample_photo()), "--profile", "nope"]) == checks.UNREADABLE
