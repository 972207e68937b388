"""What the services print in a whole run: every request is there, nothing of the picture, the key or the person is."""

import base64
import json
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from ekyc_stack.stack import Stack

from tests.e2e.conftest import API_KEY, Log
from tests.pictures import astronaut, jpeg

SETTINGS = {f"{service}_LOG_JSON": "true" for service in ("GATEWAY", "QUALITY", "LIVENESS")}
IMAGE = jpeg(astronaut())


@dataclass
class Run:
    """A run: its lines, their text, and the answers that were given."""

    lines: list[dict[str, Any]]
    text: str
    answers: list[dict[str, Any]]


@pytest.fixture(scope="module")
def run() -> Run:
    log = Log()
    keep = {"GATEWAY_REVIEW_DECISIONS": "accept,review,reject,retake", "GATEWAY_DUPLICATE_SECONDS": "60"}
    answers = []
    with Stack(api_key=API_KEY, settings={**SETTINGS, **keep}, log=log) as stack:
        stack.wait_ready()
        with httpx.Client(base_url=stack.url, headers={"X-API-Key": API_KEY}, timeout=30, trust_env=False) as http:
            for number, image in enumerate((IMAGE, IMAGE, IMAGE[:5000], b"text", jpeg(astronaut() // 8))):
                headers = {"X-Request-ID": f"order-{number}", "Idempotency-Key": f"key-{number}"}
                response = http.post("/verify/face?detail=full", files={"image": image}, headers=headers)
                answers.append(response.json())
            http.post("/verify/face", files={"image": IMAGE}, headers={"X-API-Key": "wrong.secret-key"})
            http.get(f"/reviews/{answers[0]['verification_id']}/image")
            http.delete(f"/verifications/{answers[0]['verification_id']}")
    return Run([json.loads(line) for _, line in log.lines if line.startswith("{")], log.text, answers)


def test_a_request_id_runs_through_all_three_services(run: Run) -> None:
    found = [line for line in run.lines if line.get("request_id") == "order-0"]
    assert {line["service"] for line in found} == {"gateway", "quality", "liveness"}
    assert {line["event"] for line in found} == {"request", "call"}
    assert len(next(line["audit"] for line in found if line["event"] == "request")) == 64


def test_nothing_of_the_picture_the_key_or_the_person_is_in_them(run: Run) -> None:
    assert [answer.get("decision") for answer in run.answers] == ["accept", "review", None, None, "retake"]
    for secret in (API_KEY, "secret-key", "rgb"):
        assert secret not in run.text
    for part in (IMAGE[:24], IMAGE[1000:1024]):
        for form in (repr(part)[2:-1], part.hex(), base64.b64encode(part).decode()):
            assert form not in run.text
    for name in ("live_probability", "confidence", "inter_eye", "yaw", "landmark", "value"):
        assert name not in run.text
    assert str(run.answers[0]["live_probability"]) not in run.text
