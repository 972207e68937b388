"""The page /demo is off unless asked for, and the check behind it keeps nothing."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from ekyc.v1 import quality_pb2 as q
from ekyc_gateway.answer import CheckAnswer
from ekyc_gateway.app import create_app
from ekyc_gateway.settings import Settings

from tests.gateway.test_answers import FORM

PATHS = ("/demo", "/demo/demo.css", "/demo/demo.js")


async def statuses(settings: Settings) -> dict[str, httpx.Response]:
    app = create_app(settings)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as client:
        return {path: await client.get(path) for path in PATHS}


async def test_the_demo_is_off_by_default(settings: Settings) -> None:
    assert {answer.status_code for answer in (await statuses(settings)).values()} == {404}


async def test_the_demo_may_only_load_and_ask_its_own_server(settings: Settings) -> None:
    for answer in (await statuses(settings.model_copy(update={"demo": True}))).values():
        assert answer.status_code == 200
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy
        assert answer.headers["permissions-policy"].startswith("camera=(self)")


async def test_a_check_says_what_to_change_and_keeps_nothing(
    client: httpx.AsyncClient, quality: Any, liveness: Any, settings: Settings
) -> None:
    good = (await client.post("/check/face", files=FORM)).json()
    quality.answer.acceptable = False
    quality.answer.findings[0].MergeFrom(
        q.Finding(outcome=q.OUTCOME_FAILED, defect=q.DEFECT_LOW_RESOLUTION, message="Use a better camera.")
    )
    poor = (await client.post("/check/face?profile=kiosk", files=FORM)).json()

    CheckAnswer.model_validate(good)
    assert (good["quality_pass"], good["reasons"]) == (True, [])
    assert (good["face"]["inter_eye_distance"], good["picture"]["width"]) == (61.2, 640)
    assert poor["quality_pass"] is False
    assert [reason["message"] for reason in poor["reasons"]] == ["Use a better camera."]
    assert quality.asked[1].profile == "kiosk"
    assert liveness.asked == []
    assert kept(settings.state) == []
    assert (settings.state / "audit.jsonl").read_text() == ""


def kept(state: Path) -> list[Path]:
    return [path for folder in ("outbox", "reviews") for path in (state / folder).rglob("*") if path.is_file()]


@pytest.mark.parametrize("headers", [{"X-API-Key": ""}, {"X-API-Key": "reviewer.key-of-no-value"}])
async def test_a_check_needs_a_key_that_may_verify(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    answer = await client.post("/check/face", files=FORM, headers=headers)
    assert answer.status_code in {401, 403}
