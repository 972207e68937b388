"""A real photo through the real servers and the real model."""

import cv2
import httpx
import numpy as np
import pytest

from tests.e2e.conftest import Verify
from tests.pictures import ASTRONAUT_EYES, Rgb, astronaut, heic, jpeg, oriented_jpeg, png, with_dark_glasses


def test_a_good_photo_gets_a_whole_verdict(verify: Verify) -> None:
    response = verify(png(astronaut()))
    assert response.status_code == 200, response.text
    answer = response.json()
    assert answer["quality_pass"] is True
    assert set(answer["quality"].values()) == {"ok"}
    assert {"blur", "brightness", "face_size", "head_pose", "eyes_visible"} <= set(answer["quality"])
    assert (answer["liveness"], answer["decision"]) in {
        ("live", "accept"),
        ("uncertain", "review"),
        ("spoof", "reject"),
    }
    live = answer["live_probability"]
    expected = {"live": live, "spoof": 1 - live, "uncertain": max(live, 1 - live)}[answer["liveness"]]
    assert answer["confidence"] == pytest.approx(expected)
    assert len(answer["model"]["sha256"]) == 64
    assert len(answer["verification_id"]) >= 16


def test_the_answer_is_the_same_each_time_and_the_id_is_not(verify: Verify) -> None:
    one, other = (verify(png(astronaut())).json() for _ in range(2))
    assert one.pop("verification_id") != other.pop("verification_id")
    assert one == other


def test_full_detail_tells_every_measure(verify: Verify) -> None:
    detail = verify(jpeg(astronaut()), detail="full").json()["detail"]
    values = {finding["measure"]: finding["value"] for finding in detail["measures"]}
    assert values["face_size"] == pytest.approx(43, abs=2)
    assert abs(values["head_yaw"]) < 20
    assert detail["picture"] == {"width": 512, "height": 512, "format": "jpeg"}
    assert 170 < detail["face"]["box"]["left"] < 190
    assert set(detail["timings"]["quality"]) == {"decode", "faces", "measures", "crop", "fingerprint"}
    assert set(detail["timings"]["liveness"]) == {"inference"}


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_phone_changes_nothing(verify: Verify, orientation: int) -> None:
    answer = verify(oriented_jpeg(orientation), detail="full").json()
    assert answer["quality_pass"] is True
    assert 170 < answer["detail"]["face"]["box"]["left"] < 190


def test_a_heic_photo_is_as_good_as_any(verify: Verify) -> None:
    answer = verify(heic(), detail="full").json()
    assert answer["quality_pass"] is True
    assert answer["detail"]["picture"] == {"width": 512, "height": 512, "format": "heif"}


def dark(rgb: Rgb) -> Rgb:
    return (rgb * 0.12).astype(np.uint8)


def beside_a_second(rgb: Rgb) -> Rgb:
    return np.hstack([rgb[:, 100:400], rgb[:, 100:400]])


def tiny(rgb: Rgb) -> Rgb:
    canvas = np.full((480, 480, 3), 120, np.uint8)
    canvas[60:444, 60:444] = cv2.resize(rgb, (384, 384), interpolation=cv2.INTER_AREA)
    return canvas


def cut_off(rgb: Rgb) -> Rgb:
    return rgb[:, 215:].copy()


def tilted(rgb: Rgb) -> Rgb:
    turn = cv2.getRotationMatrix2D((225.0, 125.0), 30, 1.0)
    return np.asarray(cv2.warpAffine(rgb, turn, (512, 512), borderMode=cv2.BORDER_REPLICATE), np.uint8)


@pytest.mark.parametrize(
    ("picture", "code"),
    [
        (cv2.GaussianBlur(astronaut(), (0, 0), 4), "blurred"),
        (dark(astronaut()), "too_dark"),
        (with_dark_glasses(astronaut(), ASTRONAUT_EYES, 19), "eyes_covered"),
        (tiny(astronaut()), "face_too_small"),
        (beside_a_second(astronaut()), "multiple_faces"),
        (cut_off(astronaut()), "face_cut_off"),
        (tilted(astronaut()), "tilted"),
        (np.full((480, 640, 3), 128, np.uint8), "no_face"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_poor_photo_is_retaken_for_the_right_reason(verify: Verify, picture: Rgb, code: str) -> None:
    response = verify(jpeg(np.asarray(picture, np.uint8)))
    assert response.status_code == 200, response.text
    answer = response.json()
    assert answer["decision"] == "retake"
    assert answer["quality_pass"] is False
    assert answer["liveness"] is answer["confidence"] is answer["live_probability"] is answer["model"] is None
    reason = next((reason for reason in answer["reasons"] if reason["code"] == code), None)
    assert reason is not None, answer["reasons"]
    assert reason["message"]
    assert answer["quality"][{"tilted": "head_pose"}.get(code, reason["measure"])] == code


def test_documents_describe_the_service(client: httpx.Client) -> None:
    assert client.get("/health").status_code == 200
    assert client.get("/ready").status_code == 200
    assert "/verify/face" in client.get("/openapi.json").json()["paths"]
