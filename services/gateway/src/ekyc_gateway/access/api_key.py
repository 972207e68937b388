"""API keys: `id.secret`, of which only a keyed hash is kept."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Self

SECRET_BYTES = 32
ID_BYTES = 6
DEFAULT_ID = "default"
ID_PATTERN = r"^[a-z0-9][a-z0-9-]{0,39}$"
_ID = re.compile(ID_PATTERN)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as its client holds it.

    Attributes:
        id: Names the key in lists, logs and the audit; no secret.
        text: The whole key.
    """

    id: str
    text: str

    @classmethod
    def new(cls, key_id: str | None = None) -> Self:
        """Make a key of 256 random bits."""
        key_id = key_id or secrets.token_hex(ID_BYTES)
        return cls(key_id, f"{key_id}.{secrets.token_urlsafe(SECRET_BYTES)}")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what a client sent. A text without an id, chosen by hand, is a key of the id "default"."""
        key_id, dot, _ = text.partition(".")
        return cls(key_id if dot and _ID.fullmatch(key_id) else DEFAULT_ID, text)

    def digest(self, pepper: str) -> bytes:
        """Return the HMAC-SHA256 of the whole key under the pepper: 32 bytes.

        A key is 256 random bits, so nobody finds it from its hash, however fast the hash is; the slow hashes that
        passwords need would cost more than the rest of the gateway. The pepper makes a stolen list of hashes useless
        even for keys that somebody chose by hand.
        """
        return hmac.digest(pepper.encode(), self.text.encode(), hashlib.sha256)
