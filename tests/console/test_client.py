"""What the console asks of a gateway, and the words for what comes back."""

import socket
from collections.abc import Iterator

import httpx
import pytest
from ekyc_chassis.errors import ERRORS
from ekyc_chassis.limits import MAX_IMAGE_BYTES
from ekyc_console.client import Client
from ekyc_console.settings import MAX_IMAGE_MIB, Settings
from ekyc_console.trouble import TroubleError, trouble_of
from ekyc_gateway.problem import problem_of, respond
from ekyc_stack.stack import free_port
from pydantic import SecretStr, ValidationError


def client(url: str, key: str | None = "some.key") -> Client:
    return Client(url, verify_key=SecretStr(key) if key else None, review_key=None, timeout_seconds=0.5)


@pytest.mark.parametrize("reason", ERRORS)
def test_every_problem_of_the_gateway_has_its_words(reason: str) -> None:
    said = respond(problem_of(reason, "the-request"))
    response = httpx.Response(said.status_code, headers=dict(said.headers), content=bytes(said.body))
    found = trouble_of(response)
    assert found.code == reason
    assert found.what.endswith(".")
    assert "{" not in found.text
    assert "the-request" in found.text


def test_how_long_to_wait_is_told() -> None:
    content = problem_of("rate_limited", "r").model_dump_json()
    found = trouble_of(httpx.Response(429, headers={"retry-after": "37"}, content=content))
    assert found.wait_seconds == 37
    assert "37 s" in found.then


@pytest.mark.parametrize("body", [b"<html>a proxy's own page</html>", b"[]", b'{"detail": "of another API"}'])
def test_an_answer_of_somebody_else_is_named_so(body: bytes) -> None:
    assert trouble_of(httpx.Response(502, content=body)).code == "answer_unreadable"


@pytest.fixture
def silent() -> Iterator[str]:
    """A server that takes connections and never answers."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def code(asked: Client) -> str:
    with pytest.raises(TroubleError) as caught:
        asked.verify(b"a picture")
    return caught.value.code


def test_a_gateway_that_is_away_hangs_or_was_not_asked(silent: str) -> None:
    assert code(client(f"http://127.0.0.1:{free_port()}")) == "unreachable"
    assert code(client(silent)) == "timeout"
    assert code(client(silent, key=None)) == "no_key"
    assert code(client(silent, key="no\u00e4scii")) == "key_invalid"


def test_settings_keep_their_secrets_and_know_their_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONSOLE_API_KEY", "a-secret")
    assert "a-secret" not in repr(Settings())
    monkeypatch.setenv("CONSOLE_API_KEI", "a-secret")
    with pytest.raises(ValidationError, match="CONSOLE_API_KEI") as caught:
        Settings()
    assert "a-secret" not in str(caught.value)


def test_the_upload_limit_is_the_gateways() -> None:
    assert MAX_IMAGE_MIB * 2**20 == MAX_IMAGE_BYTES
