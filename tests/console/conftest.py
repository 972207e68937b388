"""The three real services and a real console before them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from ekyc_gateway.access.api_key import ApiKey
from ekyc_gateway.access.key_record import KeyList, KeyRecord
from ekyc_stack.stack import Stack

API_KEY = "a-key-for-the-console"
SLOW_KEY = "slow.a-key-that-may-ask-once-an-hour"
PEPPER = "a-pepper-for-the-tests-of-the-console"


@dataclass(frozen=True)
class Served:
    """Stack and console.

    Attributes:
        stack: The services, and the console as one of its processes.
        url: Of the console.
        log: What all of them print.
        folder: For files of a test.
    """

    stack: Stack
    url: str
    log: list[str]
    folder: Path

    @property
    def audit(self) -> list[dict[str, object]]:
        """The entries of the gateway's audit log."""
        return [json.loads(line) for line in (self.stack.state / "audit.jsonl").read_text().splitlines()]

    def verify(self, image: bytes) -> str:
        """Send a picture past the console, and return the decision."""
        answer = httpx.post(
            f"{self.stack.url}/verify/face",
            headers={"X-API-Key": API_KEY},
            files={"image": image},
            timeout=30,
            trust_env=False,
        )
        return str(answer.json()["decision"])

    def restart_console(self, key: str, **settings: str) -> str:
        """Start the console anew, told something else, and return its address."""
        return self.stack.start_console(key, settings=settings)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("console")
    quick, slow = (
        KeyRecord.of(ApiKey.parse(key), PEPPER, client, rate=rate)
        for key, client, rate in ((API_KEY, "tests", None), (SLOW_KEY, "slow", "1/hour"))
    )
    settings = {
        "QUALITY_WORKERS": "1",
        "GATEWAY_KEYS": KeyList(keys=(quick, slow)).model_dump_json(),
        "GATEWAY_KEY_PEPPER": PEPPER,
        # A picture sent again is for review: that is how a good one gets there.
        "GATEWAY_DUPLICATE_SECONDS": "3600",
    }
    log: list[str] = []
    stack = Stack(api_key=API_KEY, settings=settings, log=lambda name, line: log.append(f"{name} {line}"))
    try:
        stack.wait_ready()
        url = stack.start_console(API_KEY)
        yield Served(stack, url, log, folder)
    finally:
        codes = stack.stop()
    assert set(codes.values()) == {0}, "\n".join(log[-40:])
    assert API_KEY not in "\n".join(log)
