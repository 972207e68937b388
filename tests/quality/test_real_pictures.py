"""The gate on real people, where the research pictures are at hand; they are not part of the project."""

from pathlib import Path

import pytest
from ekyc_quality.assessment import Assessor
from ekyc_quality.findings import Defect
from ekyc_vision.finder import open_finder

PEOPLE = Path(__file__).parents[3] / "shared" / "pad" / "images" / "celeba_spoof" / "train" / "live"

# Told apart by eye: heads turned to the person's own left, to the own right, and people with dark glasses.
TURNED_LEFT = ("1227_079809", "1227_331566", "2806_416126")
TURNED_RIGHT = ("1334_295134", "222_097527", "2520_287832", "2712_091267", "2760_060938", "2881_085919")
DARK_GLASSES = (
    "5411_047417",
    "8070_234121",
    "8070_467771",
    "8249_480317",
    "1168_416519",
    "4356_094625",
    "5411_299967",
    "1745_064155",
    "8560_445887",
    "9137_096388",
)

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not PEOPLE.exists(), reason="the research pictures are not here (../shared/pad)"),
]


@pytest.fixture(scope="module")
def assessor() -> Assessor:
    return Assessor(open_finder())


@pytest.mark.parametrize("name", TURNED_LEFT + TURNED_RIGHT)
def test_a_turned_head_is_rejected_for_that(assessor: Assessor, name: str) -> None:
    assessment = assessor.assess((PEOPLE / f"{name}.jpg").read_bytes())
    assert assessment.face is not None
    assert (assessment.face.pose.yaw > 0) == (name in TURNED_LEFT)
    assert Defect.TURNED_ASIDE in {finding.defect for finding in assessment.reasons}


@pytest.mark.parametrize("name", DARK_GLASSES)
def test_dark_glasses_are_rejected_for_that(assessor: Assessor, name: str) -> None:
    assessment = assessor.assess((PEOPLE / f"{name}.jpg").read_bytes())
    assert Defect.EYES_COVERED in {finding.defect for finding in assessment.reasons}
