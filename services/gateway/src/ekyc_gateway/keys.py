"""API keys. `python -m ekyc_gateway.keys` makes one.

A key is 256 random bits, so nobody can guess one from its hash, however fast the hash is: plain SHA-256
suffices. The slow, salted hashes that passwords need would cost more than the rest of the gateway.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable

from ekyc_chassis.errors import EkycError


def hash_of(key: str) -> str:
    """Hexadecimal SHA-256 of a key: what the gateway is given instead of the key."""
    return hashlib.sha256(key.encode()).hexdigest()


class Keyring:
    """The hashes of all keys that may call."""

    def __init__(self, hashes: Iterable[str]) -> None:
        self._digests = tuple(bytes.fromhex(digest) for digest in hashes)

    def check(self, key: str | None) -> None:
        """Let a known key pass.

        Takes the same time whether the first, the last or no hash matches.

        Raises:
            EkycError: key_missing or key_invalid.
        """
        if not key:
            raise EkycError("key_missing")
        digest = hashlib.sha256(key.encode()).digest()
        known = False
        for other in self._digests:
            known |= hmac.compare_digest(digest, other)
        if not known:
            raise EkycError("key_invalid")


def main() -> None:
    """Print a new key and its hash."""
    key = secrets.token_urlsafe(32)
    print(f"key (give it to the client, it is not stored): {key}")  # noqa: T201 - this is its purpose
    print(f"hash (add it to GATEWAY_API_KEY_HASHES):       {hash_of(key)}")  # noqa: T201


if __name__ == "__main__":
    main()
