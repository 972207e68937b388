"""Keys: issued, listed, expired, revoked; scopes; where they are kept."""

import asyncio
import hmac
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from ekyc_chassis.errors import EkycError
from ekyc_gateway.access import keys_command
from ekyc_gateway.access.api_key import ApiKey
from ekyc_gateway.access.key_record import KeyList, KeyRecord
from ekyc_gateway.access.key_source import FileKeys, GivenKeys, KeySourceError, SecretKeys
from ekyc_gateway.access.keyring import Keyring
from ekyc_gateway.app import create_app
from ekyc_gateway.settings import Settings
from moto import mock_aws

from tests.gateway.conftest import KEY, OTHER_KEY, PEPPER, REVIEW_KEY

FORM = {"image": ("a.jpg", b"\xff\xd8 not looked at", "image/jpeg")}


def ring(*records: KeyRecord) -> Keyring:
    return Keyring(GivenKeys(KeyList(keys=records).model_dump_json()), PEPPER)


def reason(keyring: Keyring, text: str | None) -> str:
    with pytest.raises(EkycError) as caught:
        keyring.check(text)
    return caught.value.reason


def test_a_key_has_256_random_bits_and_an_id() -> None:
    key, other = ApiKey.new(), ApiKey.new()
    assert key.text.startswith(f"{key.id}.")
    assert len(key.text.partition(".")[2]) == 43  # base64 of 32 bytes
    assert key.text != other.text
    assert key.digest(PEPPER) != key.digest(PEPPER + "!")


def test_several_live_keys_of_a_client_and_each_way_to_be_refused() -> None:
    now = datetime.now(UTC)
    first, second, expired, revoked = (ApiKey.new() for _ in range(4))
    keyring = ring(
        KeyRecord.of(first, PEPPER, "bank"),
        KeyRecord.of(second, PEPPER, "bank", expires=now + timedelta(hours=1)),
        KeyRecord.of(expired, PEPPER, "bank", expires=now - timedelta(seconds=1)),
        KeyRecord.of(revoked, PEPPER, "bank", revoked=now),
    )
    assert keyring.check(first.text).id == first.id
    assert keyring.check(second.text).client == "bank"
    assert reason(keyring, None) == reason(keyring, "") == "key_missing"
    for text in (expired.text, revoked.text, first.text + "x", first.text[:-1], f"{first.id}.", "nobody.secret", "é.é"):
        assert reason(keyring, text) == "key_invalid"
    assert reason(Keyring(GivenKeys("{}"), PEPPER), first.text) == "key_invalid"


def test_a_stolen_list_is_no_key_under_another_pepper() -> None:
    key = ApiKey.new()
    listed = KeyList(keys=(KeyRecord.of(key, PEPPER, "bank"),)).model_dump_json()
    assert key.text.partition(".")[2] not in listed
    assert reason(Keyring(GivenKeys(listed), "another pepper, just as long as the first"), key.text) == "key_invalid"


def test_an_unknown_id_costs_one_digest_and_one_comparison_like_a_wrong_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[str, int, int]] = []
    digest, compare = hmac.digest, hmac.compare_digest

    def counted_digest(key: bytes, text: bytes, kind: Any) -> bytes:
        calls.append(("digest", len(key), len(text)))
        return digest(key, text, kind)

    def counted_compare(one: bytes, other: bytes) -> bool:
        calls.append(("compare", len(one), len(other)))
        return compare(one, other)

    monkeypatch.setattr("hmac.digest", counted_digest)
    monkeypatch.setattr("hmac.compare_digest", counted_compare)
    keyring = ring(KeyRecord.of(ApiKey.parse("known.secret"), PEPPER, "bank"))
    calls.clear()
    reason(keyring, "known.wrong!")
    wrong, calls[:] = list(calls), []
    reason(keyring, "other.wrong!")
    assert wrong == calls == [("digest", len(PEPPER), 12), ("compare", 32, 32)]


def test_the_command_issues_lists_and_revokes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "keys.json"
    monkeypatch.setenv("GATEWAY_KEY_PEPPER", PEPPER)
    monkeypatch.setenv("GATEWAY_KEYS_FILE", str(file))
    assert keys_command.main(["issue", "bank", "--scope", "review", "--days", "30", "--rate", "10/minute"]) == 0
    text = capsys.readouterr().out.strip()
    record = Keyring(FileKeys(file), PEPPER).check(text)
    assert (record.client, record.scopes, record.rate) == ("bank", ("review",), "10/minute")
    assert record.expires is not None
    assert 29 < (record.expires - datetime.now(UTC)).days + 1 <= 31
    assert file.stat().st_mode & 0o077 == 0

    assert keys_command.main(["list"]) == 0
    listed = capsys.readouterr().out
    assert record.id in listed
    assert "live" in listed
    assert record.hash not in listed
    assert keys_command.main(["revoke", record.id]) == 0
    assert reason(Keyring(FileKeys(file), PEPPER), text) == "key_invalid"
    capsys.readouterr()
    for wrong in (["revoke", "nobody"], ["issue", "bank", "--rate", "often"], ["issue", "Not A Client!"]):
        assert keys_command.main(wrong) == 1
        assert "error" in capsys.readouterr().err
    monkeypatch.setenv("GATEWAY_KEY_PEPPER", "short")
    assert keys_command.main(["issue", "bank"]) == 1
    assert "GATEWAY_KEY_PEPPER" in capsys.readouterr().err


def test_the_command_is_installed() -> None:
    command = Path(sys.executable).parent / "ekyc-keys"
    assert "revoke" in subprocess.run([command, "--help"], capture_output=True, text=True, check=True).stdout


def test_keys_in_secrets_manager(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("GATEWAY_KEY_PEPPER", PEPPER)
    with mock_aws():
        client: Any = boto3.client("secretsmanager")
        client.create_secret(Name="ekyc/keys", SecretString="{}")
        assert keys_command.main(["--secret", "ekyc/keys", "issue", "bank"]) == 0
        (record,) = SecretKeys("ekyc/keys").read().keys
        assert record.client == "bank"
        client.put_secret_value(SecretId="ekyc/keys", SecretString="no json, but a-secret")
        with pytest.raises(KeySourceError) as caught:
            SecretKeys("ekyc/keys").read()
        assert "a-secret" not in str(caught.value)
        with pytest.raises(KeySourceError, match="cannot read the secret"):
            SecretKeys("ekyc/none").read()


@pytest.mark.parametrize("text", ["", "[]", '{"keys": [{}]}', '{"keys": [], "more": 1}'])
def test_a_broken_list_is_an_error(tmp_path: Path, text: str) -> None:
    file = tmp_path / "keys.json"
    file.write_text(text)
    with pytest.raises(KeySourceError, match="not a list of keys"):
        FileKeys(file).read()


async def test_revoking_needs_no_restart_and_a_broken_file_locks_nobody_out(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    source, key = FileKeys(file), ApiKey.new()
    source.write(KeyList(keys=(KeyRecord.of(key, PEPPER, "bank"),)))
    app = create_app(settings.model_copy(update={"keys": None, "keys_file": file, "keys_refresh_seconds": 0.05}))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as http,
    ):

        async def status() -> int:
            return (await http.post("/verify/face", files=FORM, headers={"X-API-Key": key.text})).status_code

        assert await status() == 200
        file.write_text("half a li")
        await asyncio.sleep(0.15)
        assert await status() == 200
        source.write(KeyList(keys=(KeyRecord.of(key, PEPPER, "bank", revoked=datetime.now(UTC)),)))
        await asyncio.sleep(0.15)
        assert await status() == 401


async def test_scopes(client: httpx.AsyncClient, quality: Any) -> None:
    async def code(method: str, path: str, key: str) -> tuple[int, str]:
        response = await client.request(method, path, headers={"X-API-Key": key}, content=b"no form")
        return response.status_code, response.json().get("code", "")

    assert await code("POST", "/verify/face", REVIEW_KEY) == (403, "scope_missing")
    assert await code("GET", "/reviews", KEY) == (403, "scope_missing")
    assert await code("DELETE", f"/verifications/{'0' * 12}7{'0' * 19}", KEY) == (403, "scope_missing")
    assert (await code("GET", "/reviews", OTHER_KEY))[0] == 200
    assert quality.asked == []


def test_the_example_of_a_list_in_the_readme_form() -> None:
    text = json.dumps({"keys": [json.loads(KeyRecord.of(ApiKey.parse("plain"), PEPPER, "local").model_dump_json())]})
    assert Keyring(GivenKeys(text), PEPPER).check("plain").id == "default"
