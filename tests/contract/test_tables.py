"""The tables on both sides of the wire name the same things."""

from typing import Any

import httpx
import pytest
from ekyc.v1.error_pb2 import Reason
from ekyc.v1.liveness_pb2 import Band
from ekyc.v1.quality_pb2 import Defect, Measure, Outcome
from ekyc_chassis.errors import ERRORS
from ekyc_gateway.answer import Answer
from ekyc_gateway.app import create_app
from ekyc_gateway.examples import ANSWERS
from ekyc_gateway.problem import MEDIA_TYPE, Problem
from ekyc_gateway.settings import Settings
from ekyc_gateway.wire import DEFECTS, FIELDS, MEASURES, OUTCOMES, VERDICTS
from pydantic import SecretStr


def specified(enum: Any) -> dict[str, int]:
    return {name: number for name, number in enum.items() if number}


def test_every_reason_is_on_the_wire_and_in_the_table() -> None:
    assert {f"REASON_{reason.upper()}" for reason in ERRORS} == specified(Reason).keys()


@pytest.mark.parametrize(
    ("enum", "prefix", "names"),
    [(Measure, "MEASURE_", MEASURES), (Defect, "DEFECT_", DEFECTS), (Outcome, "OUTCOME_", OUTCOMES)],
)
def test_every_wire_value_has_its_name(enum: Any, prefix: str, names: dict[int, str]) -> None:
    assert names == {number: name.removeprefix(prefix).lower() for name, number in specified(enum).items()}


def test_every_measure_fills_a_field_and_every_band_is_a_verdict() -> None:
    assert FIELDS.keys() == MEASURES.keys()
    assert set(VERDICTS) == set(specified(Band).values())


def test_the_answer_examples_fit_the_model_and_name_real_things() -> None:
    fields = set(FIELDS.values())
    for name, example in ANSWERS.items():
        answer = Answer.model_validate(example)
        assert answer.decision == name
        assert set(answer.quality) == fields
        assert set(answer.quality.values()) <= {"ok", *DEFECTS.values()}
        for reason in answer.reasons:
            assert reason.measure in {"liveness", "upload", *MEASURES.values()}


@pytest.fixture
async def schema() -> dict[str, Any]:
    app = create_app(Settings(keys=SecretStr("{}"), key_pepper=SecretStr("p" * 32)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as client:
        assert (await client.get("/docs")).status_code == 200
        document: dict[str, Any] = (await client.get("/openapi.json")).json()
        return document


async def test_openapi_shows_every_reason(schema: dict[str, Any]) -> None:
    responses = schema["paths"]["/verify/face"]["post"]["responses"]
    shown = {}
    for status, response in responses.items():
        if status == "200":
            continue
        assert response["content"].keys() == {MEDIA_TYPE}, status
        for code, example in response["content"][MEDIA_TYPE]["examples"].items():
            problem = Problem.model_validate(example["value"])
            assert (problem.code, str(problem.status)) == (code, status)
            shown[code] = problem.title
    assert shown == {reason: spec.title for reason, spec in ERRORS.items()}


async def test_openapi_shows_the_answer_the_form_and_the_key(schema: dict[str, Any]) -> None:
    post = schema["paths"]["/verify/face"]["post"]
    content = post["responses"]["200"]["content"]["application/json"]
    assert content["examples"].keys() == {"accept", "review", "reject", "retake"}
    assert content["schema"]
    assert post["requestBody"]["content"]["multipart/form-data"]["schema"]["required"] == ["image"]
    assert post["security"] == [{"APIKeyHeader": []}]
    assert {parameter["name"] for parameter in post["parameters"]} == {"detail", "profile", "Idempotency-Key"}
