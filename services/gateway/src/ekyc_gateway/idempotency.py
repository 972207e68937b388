"""`Idempotency-Key`: a retried request gets the first answer, not a second verification."""

import hashlib
import json
import re

from ekyc_chassis.errors import EkycError

from ekyc_gateway.metrics import Metrics
from ekyc_gateway.refused import RefusedError
from ekyc_gateway.shared import SharedError, SharedFacts

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
_SANE = re.compile(r"[\x21-\x7e]{1,255}")
RUNNING_SECONDS = 120.0
"""After that a first request that never ended (its gateway died) stands in nobody's way."""


class Claim:
    """One request's hold on its Idempotency-Key; None of its calls raises where the shared facts are out of reach.

    Without a key, and with facts out of reach, every request is a first one.
    """

    def __init__(self, facts: SharedFacts, metrics: Metrics, seconds: float) -> None:
        self._facts = facts
        self._metrics = metrics
        self._seconds = seconds
        self._name: str | None = None
        self._request = ""

    async def take(self, client: str, key: str | None, request: bytes) -> bytes | None:
        """Claim the key for a request, or return the answer that the first one got.

        Args:
            client: Keys of different clients never meet.
            key: The header; None for none.
            request: All that decides the answer.

        Raises:
            EkycError: idempotency_key_reused, where the first request was another one; idempotency_key_in_use, while
                it still runs; request_invalid, where the header is not 1 to 255 printable characters.
        """
        if key is None:
            return None
        if not _SANE.fullmatch(key):
            raise RefusedError("request_invalid", f"{HEADER} must be 1 to 255 printable ASCII characters")
        name = f"answer:{client}:{hashlib.sha256(key.encode()).hexdigest()}"
        self._request = hashlib.sha256(request).hexdigest()
        try:
            if await self._facts.put_new(name, self._record(None), RUNNING_SECONDS):
                self._name = name
                return None
            first = json.loads(await self._facts.get(name) or "null")
        except SharedError:
            self._metrics.failed_open("idempotency")
            return None
        if first is None:  # it expired between the two calls
            return await self.take(client, key, request)
        if first["request"] != self._request:
            raise EkycError("idempotency_key_reused")
        if first["answer"] is None:
            raise EkycError("idempotency_key_in_use")
        return str(first["answer"]).encode()

    async def keep(self, answer: bytes) -> None:
        """Remember the answer for later requests with the key."""
        if self._name is not None:
            try:
                await self._facts.put(self._name, self._record(answer.decode()), self._seconds)
            except SharedError:
                self._metrics.failed_open("idempotency")
            self._name = None

    async def release(self) -> None:
        """Let a later request try again, unless an answer was kept."""
        if self._name is not None:
            try:
                await self._facts.remove(self._name)
            except SharedError:
                self._metrics.failed_open("idempotency")

    def _record(self, answer: str | None) -> str:
        return json.dumps({"request": self._request, "answer": answer})
