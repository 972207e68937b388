"""What the services said comes out as the right answer."""

import math
from typing import Any

import httpx
import pytest
from ekyc.v1 import quality_pb2 as q
from ekyc.v1.liveness_pb2 import Band, ScoreResponse
from ekyc_gateway.answer import Answer, DetailedAnswer

JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 8
FORM = {"image": ("a.jpg", JPEG, "image/jpeg")}


async def verify(client: httpx.AsyncClient, query: str = "") -> dict[str, Any]:
    response = await client.post(f"/verify/face{query}", files=FORM)
    assert response.status_code == 200, response.text
    assert response.headers["cache-control"] == "no-store"
    answer: dict[str, Any] = response.json()
    return answer


async def test_a_living_person_is_accepted(client: httpx.AsyncClient, quality: Any, liveness: Any) -> None:
    answer = await verify(client)

    Answer.model_validate(answer)
    assert len(answer.pop("verification_id")) == 32
    fields = answer.pop("quality")
    assert fields["head_pose"] == fields["even_light"] == fields["eyes_visible"] == "ok"
    assert len(fields) == 17
    assert answer == {
        "decision": "accept",
        "liveness": "live",
        "confidence": 0.94,
        "live_probability": 0.94,
        "quality_pass": True,
        "reasons": [],
        "model": {"version": "test-1", "sha256": "ab" * 32},
    }
    assert quality.asked[0].image == JPEG, "the original bytes go on"
    assert liveness.asked[0].crop == quality.answer.crop


@pytest.mark.parametrize(
    ("probability", "band", "liveness_name", "decision", "confidence", "code"),
    [
        (0.03, Band.BAND_SPOOF, "spoof", "reject", 0.97, "presentation_attack_suspected"),
        (0.4, Band.BAND_UNCERTAIN, "uncertain", "review", 0.6, "liveness_uncertain"),
        (0.7, Band.BAND_UNCERTAIN, "uncertain", "review", 0.7, "liveness_uncertain"),
        (0.0, Band.BAND_SPOOF, "spoof", "reject", 1.0, "presentation_attack_suspected"),
    ],
)
async def test_other_bands_explain_themselves(  # noqa: PLR0917 - one row of the table
    client: httpx.AsyncClient,
    liveness: Any,
    probability: float,
    band: Band.ValueType,
    liveness_name: str,
    decision: str,
    confidence: float,
    code: str,
) -> None:
    liveness.answer.live_probability, liveness.answer.band = probability, band

    answer = await verify(client)

    assert (answer["liveness"], answer["decision"], answer["confidence"]) == (liveness_name, decision, confidence)
    (reason,) = answer["reasons"]
    assert reason.pop("message")
    assert reason == {"code": code, "measure": "liveness", "value": probability, "bound": None}


async def test_a_bad_picture_is_a_retake_and_the_model_is_not_asked(
    client: httpx.AsyncClient, quality: Any, liveness: Any
) -> None:
    quality.answer = q.AssessResponse(
        face=q.Face(),
        findings=[
            q.Finding(measure=q.MEASURE_BLUR, outcome=q.OUTCOME_PASSED, value=1),
            q.Finding(
                measure=q.MEASURE_HEAD_YAW,
                outcome=q.OUTCOME_FAILED,
                defect=q.DEFECT_TURNED_ASIDE,
                value=31.41592,
                bound=q.Bound(min=-20, max=20),
                message="Look straight into the camera.",
            ),
            q.Finding(measure=q.MEASURE_HEAD_PITCH, outcome=q.OUTCOME_PASSED, value=1),
            q.Finding(
                measure=q.MEASURE_HEAD_ROLL, outcome=q.OUTCOME_FAILED, defect=q.DEFECT_TILTED, bound=q.Bound(max=15)
            ),
            q.Finding(measure=q.MEASURE_ENTROPY, outcome=q.OUTCOME_WARNED, defect=q.DEFECT_LOW_CONTRAST),
            q.Finding(measure=q.MEASURE_EYES_OPEN, outcome=q.OUTCOME_NOT_ASSESSED, defect=q.DEFECT_NOT_ASSESSED),
        ],
    )

    answer = await verify(client)

    assert liveness.asked == []
    assert (answer["decision"], answer["quality_pass"]) == ("retake", False)
    assert [answer[name] for name in ("liveness", "confidence", "live_probability", "model")] == [None] * 4
    assert answer["quality"] == {
        "blur": "ok",
        "head_pose": "turned_aside",
        "entropy": "ok",
        "eyes_open": "not_assessed",
    }
    assert [reason["code"] for reason in answer["reasons"]] == ["turned_aside", "tilted"]
    assert answer["reasons"][0] == {
        "code": "turned_aside",
        "message": "Look straight into the camera.",
        "measure": "head_yaw",
        "value": 31.42,
        "bound": {"min": -20.0, "max": 20.0},
    }
    assert answer["reasons"][1]["bound"] == {"min": None, "max": 15.0}


async def test_without_a_face_there_is_one_reason(client: httpx.AsyncClient, quality: Any) -> None:
    quality.answer = q.AssessResponse(
        findings=[
            q.Finding(measure=q.MEASURE_RESOLUTION, outcome=q.OUTCOME_FAILED, defect=q.DEFECT_LOW_RESOLUTION),
            q.Finding(measure=q.MEASURE_ONE_FACE, outcome=q.OUTCOME_FAILED, defect=q.DEFECT_NO_FACE),
            q.Finding(measure=q.MEASURE_BLUR, outcome=q.OUTCOME_NOT_ASSESSED, defect=q.DEFECT_NOT_ASSESSED),
        ]
    )

    answer = await verify(client, "?detail=full")

    assert [reason["code"] for reason in answer["reasons"]] == ["no_face"]
    assert answer["detail"]["face"] is None


async def test_detail_tells_everything(client: httpx.AsyncClient) -> None:
    answer = await verify(client, "?detail=full")

    DetailedAnswer.model_validate(answer)
    detail = answer["detail"]
    assert detail["picture"] == {"width": 640, "height": 480, "format": "jpeg"}
    assert detail["profile"] == "phone"
    assert detail["face"]["box"] == {"left": 10.0, "top": 20.0, "right": 110.0, "bottom": 140.0}
    assert (detail["face"]["inter_eye_distance"], detail["face"]["yaw"]) == (61.2, -3.0)
    assert detail["face"]["landmarks"]["right_eye"] == {"x": 30.0, "y": 60.0}
    assert detail["face"]["crop"] == {"left": -12.0, "top": 8.0, "right": 132.0, "bottom": 152.0}
    assert len(detail["measures"]) == 19
    assert detail["measures"][0] == {
        "measure": "resolution",
        "outcome": "passed",
        "value": 0.5,
        "score": 90.0,
        "bound": {"min": 0.2, "max": None},
        "code": None,
        "message": None,
    }
    assert [(warning["measure"], warning["code"]) for warning in detail["warnings"]] == [("even_light", "uneven_light")]
    assert detail["timings"]["quality"] == {"decode": 2.25}
    assert detail["timings"]["liveness"] == {"model": 0.5}
    assert detail["timings"]["gateway"].keys() == {"quality_call", "liveness_call"}


async def test_detail_is_left_out_unless_asked_for(client: httpx.AsyncClient) -> None:
    assert "detail" not in await verify(client)


async def test_the_profile_is_passed_on(client: httpx.AsyncClient, quality: Any) -> None:
    await verify(client, "?profile=kiosk-2")
    await verify(client)
    assert [request.profile for request in quality.asked] == ["kiosk-2", ""]


async def test_values_of_a_newer_service_are_unknown_not_an_error(client: httpx.AsyncClient, quality: Any) -> None:
    newer = q.Finding.FromString(b"\x08\x63\x10\x03\x30\x63")  # measure 99 FAILED with defect 99
    quality.answer = q.AssessResponse(findings=[newer])
    answer = await verify(client, "?detail=full")
    assert answer["quality"] == {"unknown": "unknown"}
    assert answer["reasons"][0]["code"] == "unknown"


@pytest.mark.parametrize(
    "impossible",
    [
        ScoreResponse(live_probability=0.9),
        ScoreResponse(live_probability=math.nan, band=Band.BAND_LIVE),
        ScoreResponse(live_probability=1.5, band=Band.BAND_LIVE),
        ScoreResponse(live_probability=-0.1, band=Band.BAND_SPOOF),
    ],
)
async def test_an_impossible_score_is_never_an_answer(
    client: httpx.AsyncClient, liveness: Any, impossible: ScoreResponse
) -> None:
    liveness.answer = impossible
    response = await client.post("/verify/face", files=FORM)
    assert (response.status_code, response.json()["code"]) == (500, "internal")


async def test_acceptable_without_a_crop_is_never_an_answer(client: httpx.AsyncClient, quality: Any) -> None:
    quality.answer = q.AssessResponse(acceptable=True)
    response = await client.post("/verify/face", files=FORM)
    assert (response.status_code, response.json()["code"]) == (500, "crop_invalid")
