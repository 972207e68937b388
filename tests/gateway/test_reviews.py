"""The reviewers' API, on what verifications left behind; nothing that was answered is lost."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from ekyc.v1.liveness_pb2 import Band
from ekyc_gateway.app import create_app
from ekyc_gateway.audit.command import verify as verify_log
from ekyc_gateway.settings import Settings

from tests.gateway.conftest import KEY, OTHER_KEY, REVIEW_KEY, score_of

JPEG = b"\xff\xd8 a picture"
REVIEWER = {"X-API-Key": REVIEW_KEY}


@pytest.fixture
async def gateway(settings: Settings, liveness: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A gateway whose pictures all end in review."""
    liveness.answer = score_of(0.4, Band.BAND_UNCERTAIN)
    app = create_app(settings)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://gateway", headers={"X-API-Key": KEY}
        ) as http,
    ):
        yield http


async def submit(http: httpx.AsyncClient, idempotency_key: str | None = None) -> dict[str, Any]:
    headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
    response = await http.post("/verify/face", files={"image": JPEG}, headers=headers)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


async def queue(http: httpx.AsyncClient, wanted: int, **params: str) -> list[dict[str, Any]]:
    """The cases, once so many have arrived."""
    for _ in range(200):
        response = await http.get("/reviews", params=params, headers=REVIEWER)
        assert response.status_code == 200, response.text
        cases: list[dict[str, Any]] = response.json()["cases"]
        if len(cases) >= wanted:
            return cases
        await asyncio.sleep(0.02)
    raise AssertionError("the cases did not arrive")


def audit(settings: Settings) -> list[dict[str, Any]]:
    path = settings.state / "audit.jsonl"
    verify_log(path)
    return [json.loads(line) for line in path.read_text().splitlines()]


async def test_a_picture_for_review_is_kept_with_its_verdict(gateway: httpx.AsyncClient) -> None:
    answer = await submit(gateway)
    assert answer["decision"] == "review"
    (case,) = await queue(gateway, 1)
    assert case["verification_id"] == answer["verification_id"]
    assert case["status"] == "pending"
    assert case["picture_sha256"] == hashlib.sha256(JPEG).hexdigest()
    assert {name: case["answer"][name] for name in answer} == answer
    assert case["answer"]["detail"]["measures"]
    shown = await gateway.get(f"/reviews/{case['verification_id']}", headers=REVIEWER)
    assert shown.json() == case
    image = await gateway.get(f"/reviews/{case['verification_id']}/image", headers=REVIEWER)
    assert image.content == JPEG
    assert image.headers["content-type"] == "image/jpeg"
    assert image.headers["cache-control"] == "no-store"
    assert image.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("band", "acceptable", "kept"),
    [(Band.BAND_LIVE, True, 0), (Band.BAND_SPOOF, True, 1), (Band.BAND_LIVE, False, 0)],
)
async def test_what_is_kept(  # noqa: PLR0917 - one row of the table
    gateway: httpx.AsyncClient, quality: Any, liveness: Any, band: Band.ValueType, acceptable: bool, kept: int
) -> None:
    liveness.answer = score_of(0.5, band)
    quality.answer.acceptable = acceptable
    await submit(gateway)
    await asyncio.sleep(0.2)
    assert len((await gateway.get("/reviews", headers=REVIEWER)).json()["cases"]) == kept


async def test_a_decision_lands_and_is_final(gateway: httpx.AsyncClient, settings: Settings) -> None:
    verification_id = (await submit(gateway))["verification_id"]
    await queue(gateway, 1)
    path = f"/reviews/{verification_id}/decision"
    more = await gateway.post(path, json={"decision": "needs_more"}, headers=REVIEWER)
    assert more.json()["status"] == "needs_more"
    said = {"decision": "approve", "note": "the same person as in the document"}
    response = await gateway.post(path, json=said, headers=REVIEWER)
    assert response.status_code == 200
    assert response.json()["status"] == "approved"
    assert response.json()["review"]["reviewer"] == "reviewer"
    again = await gateway.post(path, json={"decision": "reject"}, headers=REVIEWER)
    assert (again.status_code, again.json()["code"]) == (409, "case_decided")
    assert (await queue(gateway, 1, status="approved"))[0]["review"]["note"] == said["note"]
    assert (await gateway.get("/reviews?status=pending", headers=REVIEWER)).json()["cases"] == []
    decisions = [entry for entry in audit(settings) if entry["action"] == "review.decision"]
    assert [entry["decision"] for entry in decisions] == ["needs_more", "approve"]


async def test_pages(gateway: httpx.AsyncClient) -> None:
    ids = [(await submit(gateway))["verification_id"] for _ in range(5)]
    assert [case["verification_id"] for case in await queue(gateway, 5)] == ids
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        params = {"limit": "2", **({"after": after} if after else {})}
        page = (await gateway.get("/reviews", params=params, headers=REVIEWER)).json()
        seen += [case["verification_id"] for case in page["cases"]]
        after = page["next"]
    assert seen == ids


async def test_another_clients_cases_do_not_exist(gateway: httpx.AsyncClient) -> None:
    verification_id = (await submit(gateway))["verification_id"]
    await queue(gateway, 1)
    other = {"X-API-Key": OTHER_KEY}
    assert (await gateway.get("/reviews", headers=other)).json()["cases"] == []
    for method, path in (
        ("GET", f"/reviews/{verification_id}"),
        ("GET", f"/reviews/{verification_id}/image"),
        ("POST", f"/reviews/{verification_id}/decision"),
    ):
        response = await gateway.request(method, path, json={"decision": "approve"}, headers=other)
        assert (response.status_code, response.json()["code"]) == (404, "case_unknown")
    assert (await gateway.delete(f"/verifications/{verification_id}", headers=other)).json()["erased"] == []
    assert (await gateway.get(f"/reviews/{verification_id}", headers=REVIEWER)).status_code == 200


async def test_erasing_gives_a_receipt_and_leaves_no_picture(gateway: httpx.AsyncClient, settings: Settings) -> None:
    verification_id = (await submit(gateway))["verification_id"]
    await queue(gateway, 1)
    receipt = (await gateway.delete(f"/verifications/{verification_id}", headers=REVIEWER)).json()
    assert receipt["erased"] == ["case"]
    entry = audit(settings)[-1]
    assert (entry["action"], entry["subject"], entry["hash"]) == ("erase", verification_id, receipt["audit"])
    assert (await gateway.get(f"/reviews/{verification_id}", headers=REVIEWER)).status_code == 404
    for path in settings.state.rglob("*"):
        assert not path.is_file() or JPEG not in path.read_bytes()
    assert (await gateway.delete(f"/verifications/{verification_id}", headers=REVIEWER)).json()["erased"] == []


async def test_every_access_is_in_the_audit(gateway: httpx.AsyncClient, settings: Settings) -> None:
    verification_id = (await submit(gateway))["verification_id"]
    await queue(gateway, 1)
    for path in ("", "/image"):
        await gateway.get(f"/reviews/{verification_id}{path}", headers=REVIEWER)
    entries = audit(settings)
    assert entries[0]["action"] == "verify"
    assert {name: entries[0][name] for name in ("actor", "client", "subject", "decision", "profile", "model")} == {
        "actor": "test",
        "client": "bank",
        "subject": verification_id,
        "decision": "review",
        "profile": "phone",
        "model": "test-1",
    }
    assert entries[0]["picture_sha256"] == hashlib.sha256(JPEG).hexdigest()
    assert [entry["action"] for entry in entries[-2:]] == ["review.case", "review.picture"]
    listing = next(entry for entry in entries if entry["action"] == "review.list" and entry["cases"])
    assert listing["cases"] == [verification_id]


@pytest.mark.parametrize("name", ["x", "..%2f..%2faudit.jsonl", "f" * 32, "0" * 12 + "7" + "0" * 18 + "%00"])
async def test_names_that_are_no_ids_are_refused(gateway: httpx.AsyncClient, name: str) -> None:
    for method, path in (
        ("GET", f"/reviews/{name}"),
        ("GET", f"/reviews/{name}/image"),
        ("DELETE", f"/verifications/{name}"),
    ):
        response = await gateway.request(method, path, headers=REVIEWER)
        assert response.status_code in {404, 422}, path


@pytest.mark.parametrize("said", [{}, {"decision": "maybe"}, {"decision": "approve", "note": "x" * 2001}, {"extra": 1}])
async def test_a_decision_that_is_none_is_invalid(gateway: httpx.AsyncClient, said: dict[str, Any]) -> None:
    verification_id = (await submit(gateway))["verification_id"]
    response = await gateway.post(f"/reviews/{verification_id}/decision", json=said, headers=REVIEWER)
    assert (response.status_code, response.json()["code"]) == (422, "request_invalid")
    assert "maybe" not in response.text


async def test_a_picture_that_cannot_be_kept_is_not_answered(
    gateway: httpx.AsyncClient, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        response = await gateway.post("/verify/face", files={"image": JPEG}, headers={"Idempotency-Key": "a"})
        assert (response.status_code, response.json()["code"]) == (503, "storage_unavailable")
        assert response.headers["retry-after"]
    assert (await submit(gateway, "a"))["decision"] == "review"
    assert [entry["action"] for entry in audit(settings)] == ["verify"]


async def test_an_audit_log_that_cannot_be_written_lets_nothing_through(
    gateway: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    verification_id = (await submit(gateway))["verification_id"]
    await queue(gateway, 1)

    def full(descriptor: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.write", full)
    for method, path in (("GET", f"/reviews/{verification_id}/image"), ("GET", "/reviews")):
        response = await gateway.request(method, path, headers=REVIEWER)
        assert (response.status_code, response.json()["code"]) == (503, "storage_unavailable")
    response = await gateway.post("/verify/face", files={"image": JPEG})
    assert response.json()["code"] == "storage_unavailable"


async def test_metrics_tell_stages_decisions_reasons_scores_and_the_outbox(gateway: httpx.AsyncClient) -> None:
    await submit(gateway)
    await queue(gateway, 1)
    text = (await gateway.get("/metrics")).text
    for line in (
        'ekyc_requests_total{outcome="review",route="/verify/face",status="200"} 1.0',
        'ekyc_decisions_total{decision="review",model="test-1"} 1.0',
        'ekyc_reasons_total{code="liveness_uncertain",measure="liveness"} 1.0',
        'ekyc_live_probability_bucket{le="0.4",model="test-1"} 1.0',
        'ekyc_stage_duration_seconds_bucket{le="0.0025",service="quality",stage="decode"} 1.0',
        'ekyc_uploads_total{result="arrived"} 1.0',
        "ekyc_outbox_depth 0.0",
        "ekyc_outbox_oldest_seconds 0.0",
    ):
        assert line in text, line
    for secret in (KEY, "bank", "must not"):
        assert secret not in text
