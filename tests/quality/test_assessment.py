"""The gate on one real portrait, and on what can go wrong with it."""

import cv2
import numpy as np
import pytest
from ekyc.v1 import quality_pb2
from ekyc_policy.measure import Measure
from ekyc_policy.profile import Rule
from ekyc_quality.assessment import Assessment, Assessor
from ekyc_quality.facts import Facts
from ekyc_quality.findings import Defect, Outcome
from ekyc_quality.judge import judge
from ekyc_quality.measures import MEASURES, Measurement
from ekyc_vision.decode import decode
from ekyc_vision.finder import open_finder

from tests.pictures import ASTRONAUT_EYES, Rgb, astronaut, jpeg, png, with_dark_glasses

SKIN = (205, 160, 140)


@pytest.fixture(scope="module")
def assessor() -> Assessor:
    return Assessor(open_finder())


def assess(assessor: Assessor, rgb: Rgb) -> Assessment:
    return assessor.assess(png(np.asarray(rgb, np.uint8)))


def defects(assessment: Assessment) -> set[Defect | None]:
    return {finding.defect for finding in assessment.reasons}


# measure: (native value, tolerance)
GOLDEN = {
    Measure.RESOLUTION: (512, 0),
    Measure.ONE_FACE: (0, 0),
    Measure.FACE_SIZE: (42.9, 0.5),
    Measure.FACE_RATIO: (0.141, 0.003),
    Measure.FRAMING: (1.0, 0.03),
    Measure.BLUR: (-3.34, 0.15),
    Measure.BRIGHTNESS: (0.651, 0.01),
    Measure.CONTRAST: (0.031, 0.002),
    Measure.ENTROPY: (7.28, 0.05),
    Measure.OVEREXPOSURE: (0.001, 0.001),
    Measure.UNDEREXPOSURE: (0.011, 0.003),
    Measure.EVEN_LIGHT: (0.424, 0.06),
    Measure.HEAD_YAW: (0.5, 0.7),
    Measure.HEAD_PITCH: (-10.9, 0.7),
    Measure.HEAD_ROLL: (3.2, 0.4),
    Measure.EYES_OPEN: (0.082, 0.004),
    Measure.EYES_VISIBLE: (0.0, 0.05),
    Measure.MOUTH_CLOSED: (0.095, 0.01),
    Measure.FACE_VISIBLE: (0.0, 0.05),
}


def test_the_golden_table(assessor: Assessor) -> None:
    assessment = assess(assessor, astronaut())
    assert assessment.acceptable
    assert assessment.reasons == []
    values = {finding.measure: finding.value for finding in assessment.findings}
    assert list(values) == list(Measure)
    for measure, (value, tolerance) in GOLDEN.items():
        assert values[measure] == pytest.approx(value, abs=tolerance or 1e-9), measure
    for finding in assessment.findings:
        assert finding.score is None or 0 <= finding.score <= 100


@pytest.mark.parametrize("scale", [1, 1.5, 2, 3])
def test_the_portrait_is_accepted_at_every_size_and_as_jpeg(assessor: Assessor, scale: float) -> None:
    rgb = np.asarray(cv2.resize(astronaut(), None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC), np.uint8)
    assert assess(assessor, rgb).acceptable
    assert assessor.assess(jpeg(rgb, 85)).acceptable


def test_the_face_is_where_it_is_in_the_native_picture(assessor: Assessor) -> None:
    double = np.asarray(cv2.resize(astronaut(), None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC), np.uint8)
    face = assess(assessor, double).face
    assert face is not None
    for eye, expected in zip(face.landmarks, ASTRONAUT_EYES, strict=False):
        assert eye == pytest.approx(np.multiply(expected, 2), abs=10)
    _, _, nose, mouth_right, mouth_left = face.landmarks
    assert face.box.left < mouth_right[0] < nose[0] < mouth_left[0] < face.box.right
    assert face.crop.left < face.box.left < face.box.right < face.crop.right
    assert face.crop.width == pytest.approx(face.crop.height)


def motion(length: int, *, upright: bool) -> Rgb:
    kernel = np.zeros((length, length), np.float32)
    if upright:
        kernel[:, length // 2] = 1 / length
    else:
        kernel[length // 2] = 1 / length
    return np.asarray(cv2.filter2D(astronaut(), -1, kernel), np.uint8)


def enlarged_thumbnail() -> Rgb:
    small = cv2.resize(astronaut(), (170, 170), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (512, 512), interpolation=cv2.INTER_LINEAR), np.uint8)


def patched(colour: tuple[int, int, int], *boxes: tuple[int, int, int, int]) -> Rgb:
    drawn = astronaut().copy()
    for left, top, right, bottom in boxes:
        drawn[top:bottom, left:right] = colour
    return np.asarray(cv2.GaussianBlur(drawn, (0, 0), 0.6), np.uint8)


def tilted(degrees: float) -> Rgb:
    matrix = cv2.getRotationMatrix2D((225.0, 125.0), degrees, 1.0)
    return np.asarray(cv2.warpAffine(astronaut(), matrix, (512, 512), borderMode=cv2.BORDER_REPLICATE), np.uint8)


def small_face() -> Rgb:
    canvas = np.full((480, 480, 3), 120, np.uint8)
    canvas[60:444, 60:444] = cv2.resize(astronaut(), (384, 384), interpolation=cv2.INTER_AREA)
    return canvas


POOR = {
    "gaussian blur": (cv2.GaussianBlur(astronaut(), (0, 0), 2), Defect.BLURRED),
    "moved sideways": (motion(11, upright=False), Defect.BLURRED),
    "moved up and down": (motion(11, upright=True), Defect.BLURRED),
    "enlarged thumbnail": (enlarged_thumbnail(), Defect.BLURRED),
    "dark": ((astronaut() * 0.15).astype(np.uint8), Defect.TOO_DARK),
    "bright": (np.clip(astronaut() * 0.35 + 165, 0, 255).astype(np.uint8), Defect.TOO_BRIGHT),
    "overexposed": (np.clip(astronaut() * 1.7, 0, 255).astype(np.uint8), Defect.OVEREXPOSED),
    "flat": ((astronaut() * 0.15 + 110).astype(np.uint8), Defect.LOW_CONTRAST),
    "dark glasses": (with_dark_glasses(astronaut(), ASTRONAUT_EYES, 19), Defect.EYES_COVERED),
    "hand over both eyes": (patched(SKIN, (182, 90, 268, 122)), Defect.EYES_COVERED),
    "hair over one eye": (patched((40, 28, 22), (182, 80, 228, 130)), Defect.EYES_COVERED),
    "small": (small_face(), Defect.FACE_TOO_SMALL),
    "cut off": (astronaut()[:, 215:], Defect.FACE_CUT_OFF),
    "second person": (np.hstack([astronaut()[:, 100:400]] * 2), Defect.MULTIPLE_FACES),
    "tilted left": (tilted(28), Defect.TILTED),
    "tilted right": (tilted(-28), Defect.TILTED),
    "nobody": (np.full((480, 640, 3), 127, np.uint8), Defect.NO_FACE),
    "low resolution": (astronaut()[40:240, 120:330], Defect.LOW_RESOLUTION),
}


@pytest.mark.parametrize("name", POOR)
def test_a_poor_picture_is_rejected_for_its_own_reason(assessor: Assessor, name: str) -> None:
    picture, defect = POOR[name]
    assessment = assess(assessor, np.ascontiguousarray(picture))
    assert not assessment.acceptable
    assert defect in defects(assessment), defects(assessment)
    assert all(finding.message for finding in assessment.reasons)


def test_clear_glasses_pass(assessor: Assessor) -> None:
    drawn = astronaut().copy()
    for eye in ASTRONAUT_EYES:
        cv2.ellipse(drawn, eye, (18, 14), 0, 0, 360, (60, 40, 30), 2, cv2.LINE_AA)
        cv2.circle(drawn, (eye[0] + 8, eye[1] - 5), 2, (250, 250, 250), -1, cv2.LINE_AA)
    cv2.line(drawn, (222, 102), (229, 103), (60, 40, 30), 2, cv2.LINE_AA)
    assert assess(assessor, drawn).acceptable


@pytest.mark.parametrize("gain", [0.45, 0.6])
def test_a_darker_skin_is_not_a_defect(assessor: Assessor, gain: float) -> None:
    drawn = astronaut().copy()
    drawn[60:190, 165:285] = (drawn[60:190, 165:285] * gain).astype(np.uint8)
    assert assess(assessor, drawn).acceptable


def test_nobody_is_one_reason_and_everything_else_is_not_assessed(assessor: Assessor) -> None:
    assessment = assess(assessor, np.full((480, 640, 3), 127, np.uint8))
    assert [finding.defect for finding in assessment.reasons] == [Defect.NO_FACE]
    outcomes = {finding.measure: finding.outcome for finding in assessment.findings}
    assert outcomes[Measure.RESOLUTION] is Outcome.PASSED
    assert outcomes[Measure.BLUR] is Outcome.NOT_ASSESSED
    assert assessment.crop is None
    assert assessment.face is None


@pytest.mark.parametrize("degrees", [-40, -25, 25, 40])
def test_pose_follows_a_turned_head(assessor: Assessor, degrees: float) -> None:
    picture = decode(png(astronaut()))
    (face,) = open_finder().find(picture.rgb)
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), 0, -np.sin(angle)], [0, 1, 0], [np.sin(angle), 0, np.cos(angle)]], np.float32)
    centre = face.landmarks.mean(axis=0)
    turned = type(face)(((face.landmarks - centre) @ turn.T + centre).astype(np.float32))
    change = Facts(picture, [turned]).pose.yaw - Facts(picture, [face]).pose.yaw
    assert change == pytest.approx(degrees, abs=3)
    yaw = next(measurement for measurement in MEASURES if measurement.measure is Measure.HEAD_YAW)
    from ekyc_policy.profile import DEFAULT_PROFILE  # noqa: PLC0415

    finding = judge(yaw, Facts(picture, [turned]), DEFAULT_PROFILE.rule(Measure.HEAD_YAW))
    assert finding.defect is Defect.TURNED_ASIDE


def test_a_measure_that_fails_is_not_assessed_and_never_passed() -> None:
    def broken(facts: Facts) -> float:
        raise ValueError(facts)

    facts = Facts(decode(png(astronaut())), [])
    for value in (broken, lambda _: float("nan")):
        finding = judge(Measurement(Measure.BLUR, value), facts, Rule())
        assert finding.outcome is Outcome.NOT_ASSESSED
        assert finding.value is None


def test_the_words_are_those_of_the_wire() -> None:
    for ours, theirs in ((Measure, "Measure"), (Outcome, "Outcome"), (Defect, "Defect")):
        names = {
            name.removeprefix(f"{theirs.upper()}_").lower()
            for name in getattr(quality_pb2, theirs).DESCRIPTOR.values_by_name
        }
        assert {word.value for word in ours} == names - {"unspecified"}
