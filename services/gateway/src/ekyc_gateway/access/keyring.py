"""The keys that may call, kept fresh while the gateway runs."""

import asyncio
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType

import structlog
from ekyc_chassis.errors import EkycError

from ekyc_gateway.access.api_key import ApiKey
from ekyc_gateway.access.key_record import KeyList, KeyRecord
from ekyc_gateway.access.key_source import KeySource, KeySourceError

_NO_HASH = bytes(32)


class Keyring:
    """Knows a key from its hash; reads the list again every now and then, so revoking needs no restart."""

    def __init__(self, source: KeySource, pepper: str) -> None:
        """Read the list.

        Raises:
            KeySourceError: It cannot be read.
        """
        self._source = source
        self._pepper = pepper
        self._records = _by_id(source.read())

    def check(self, text: str | None) -> KeyRecord:
        """Return the record of a live key.

        One HMAC and one constant-time comparison are made for every text, so neither how much of a secret is right
        nor whether an id exists can be told from the time that a refusal takes.

        Raises:
            EkycError: key_missing or key_invalid.
        """
        if not text:
            raise EkycError("key_missing")
        key = ApiKey.parse(text)
        record = self._records.get(key.id)
        expected = bytes.fromhex(record.hash) if record else _NO_HASH
        known = hmac.compare_digest(key.digest(self._pepper), expected)
        if record is None or not known or not record.is_live(datetime.now(UTC)):
            raise EkycError("key_invalid")
        return record

    async def refresh(self) -> None:
        """Read the list again; where that fails, the list that was read before stays."""
        try:
            self._records = _by_id(await asyncio.to_thread(self._source.read))
        except KeySourceError as error:
            structlog.get_logger().error("keys not refreshed", error=str(error))

    async def keep_fresh(self, seconds: float) -> None:
        """Refresh until cancelled."""
        while True:
            await asyncio.sleep(seconds)
            await self.refresh()


def _by_id(keys: KeyList) -> Mapping[str, KeyRecord]:
    return MappingProxyType({record.id: record for record in keys.keys})
