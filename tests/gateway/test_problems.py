"""Every request without an answer gets a typed problem document."""

from http import HTTPStatus
from typing import Any

import grpc
import httpx
import pytest
from ekyc_chassis.errors import ERRORS
from ekyc_gateway.app import create_app
from ekyc_gateway.problem import Problem
from ekyc_gateway.settings import Settings

FORM = {"image": ("a.jpg", b"\xff\xd8 not looked at", "image/jpeg")}
FIELDS = {"type", "title", "status", "code", "request_id", "retryable"}


def problem(response: httpx.Response, code: str) -> dict[str, Any]:
    document: dict[str, Any] = response.json()
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["cache-control"] == "no-store"
    assert document["code"] == code
    assert document["type"] == f"urn:ekyc:problem:{code}"
    assert document["status"] == response.status_code
    assert document["request_id"] == response.headers["x-request-id"]
    assert document.keys() - {"detail"} == FIELDS
    Problem.model_validate(document)
    return document


@pytest.mark.parametrize("reason", ERRORS)
async def test_every_reason_of_a_service_comes_out_as_its_problem(
    client: httpx.AsyncClient, quality: Any, reason: str
) -> None:
    quality.reason = reason
    response = await client.post("/verify/face", files=FORM)
    spec = ERRORS[reason]
    document = problem(response, reason)
    assert response.status_code == spec.http_status
    assert (document["title"], document["retryable"]) == (spec.title, spec.retryable)
    assert ("retry-after" in response.headers) == (spec.retryable and response.status_code != 504)
    assert ("www-authenticate" in response.headers) == (response.status_code == 401)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (grpc.StatusCode.UNAVAILABLE, "backend_unavailable"),
        (grpc.StatusCode.DEADLINE_EXCEEDED, "deadline_exceeded"),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, "overloaded"),
        (grpc.StatusCode.UNIMPLEMENTED, "internal"),
        (grpc.StatusCode.UNKNOWN, "internal"),
    ],
)
async def test_a_bare_status_is_mapped_and_its_text_stays_inside(
    client: httpx.AsyncClient, liveness: Any, code: grpc.StatusCode, reason: str
) -> None:
    liveness.code = code
    response = await client.post("/verify/face", files=FORM)
    problem(response, reason)
    assert "secret" not in response.text


async def test_the_key_is_checked_before_anything_else(client: httpx.AsyncClient, quality: Any) -> None:
    client.headers.pop("X-API-Key")
    problem(await client.post("/verify/face?detail=nonsense", content=b"no form"), "key_missing")
    wrong = {"X-API-Key": "wrong-key"}
    response = await client.post("/verify/face", content=b"no form", headers=wrong)
    problem(response, "key_invalid")
    assert "wrong-key" not in response.text
    assert quality.asked == []


@pytest.mark.parametrize("key", ["", "é", "x" * 5000, "test.key-of-no-value"[:-1]])
async def test_odd_keys_are_refused(client: httpx.AsyncClient, key: str) -> None:
    response = await client.post("/verify/face", files=FORM, headers={b"X-API-Key": key.encode()})
    assert response.status_code == 401


@pytest.mark.parametrize(
    "query", ["detail=everything", "profile=UPPER", "profile=../../etc", "profile=" + "a" * 65, "profile=a%00"]
)
async def test_bad_parameters_are_named_but_not_echoed(client: httpx.AsyncClient, quality: Any, query: str) -> None:
    response = await client.post(f"/verify/face?{query}", files=FORM)
    document = problem(response, "request_invalid")
    name, value = query.split("=")
    assert document["detail"] == f"Not valid: {name}"
    assert value not in response.text
    assert quality.asked == []


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"{}", "application/json"),
        (b"\xff\xd8", "image/jpeg"),
        (b"", ""),
        (b"x", "multipart/form-data"),
        (b"x", "multipart/form-data; boundary="),
        (b"x", "multipart/form-data; boundary=" + "b" * 300),
        (b"no boundary here", "multipart/form-data; boundary=b"),
        (b'--b\r\nContent-Disposition: form-data; name="image"\r\n\r\nhalf', "multipart/form-data; boundary=b"),
    ],
)
async def test_what_is_no_form_is_invalid(client: httpx.AsyncClient, content: bytes, content_type: str) -> None:
    response = await client.post("/verify/face", content=content, headers={"content-type": content_type})
    assert problem(response, "request_invalid")["detail"]


async def test_missing_empty_and_double_pictures(client: httpx.AsyncClient) -> None:
    problem(await client.post("/verify/face", files={"picture": b"x"}), "image_missing")
    problem(await client.post("/verify/face", files={"image": b""}), "image_empty")
    two = [("image", b"x"), ("image", b"y")]
    problem(await client.post("/verify/face", files=two), "request_invalid")


async def test_unknown_paths_and_methods_are_problems(client: httpx.AsyncClient) -> None:
    problem(await client.get("/verify/nobody"), "not_found")
    response = await client.get("/verify/face")
    problem(response, "method_not_allowed")
    assert response.headers["allow"] == "POST"


async def test_the_unexpected_has_a_fixed_text(settings: Settings) -> None:
    app = create_app(settings)

    async def broken() -> None:
        raise ValueError("a secret")

    app.add_api_route("/broken", broken)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as http:
        response = await http.get("/broken")
    assert problem(response, "internal")["title"] == ERRORS["internal"].title
    assert "secret" not in response.text


async def test_a_request_id_is_kept_when_it_is_sane(client: httpx.AsyncClient, quality: Any, liveness: Any) -> None:
    response = await client.post("/verify/face", files=FORM, headers={"X-Request-ID": "order-17.3_a"})
    assert response.headers["x-request-id"] == "order-17.3_a"
    assert quality.metadata[0]["x-request-id"] == liveness.metadata[0]["x-request-id"] == "order-17.3_a"


@pytest.mark.parametrize("sent", ["", "a b", "x" * 65, "<script>", "a\tb"])
async def test_a_strange_request_id_is_replaced(client: httpx.AsyncClient, sent: str) -> None:
    response = await client.get("/health", headers={"X-Request-ID": sent})
    assert response.status_code == HTTPStatus.OK
    assert response.headers["x-request-id"] != sent
    assert len(response.headers["x-request-id"]) == 32
