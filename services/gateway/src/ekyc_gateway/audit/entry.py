"""One line of the audit log."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

GENESIS = "0" * 64
"""What the first entry seals."""


def seal(entry: Mapping[str, Any]) -> str:
    """Return the SHA-256 of an entry without its own hash: keys sorted, no spaces, ASCII."""
    sealed = {key: value for key, value in entry.items() if key != "hash"}
    return hashlib.sha256(json.dumps(sealed, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
