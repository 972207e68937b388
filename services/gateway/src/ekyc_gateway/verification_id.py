"""Names of verifications: in the order of time, so that a name tells where its case lies."""

import re
import secrets
import time
import uuid
from datetime import UTC, datetime, timedelta

ID_PATTERN = r"^0[0-9a-f]{11}7[0-9a-f]{19}$"
"""The leading zero stays until the year 2527."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def new_id() -> str:
    """Return a UUID version 7 (RFC 9562, section 5.7) as 32 hexadecimal digits: 48 bits of milliseconds, 74 random."""
    bits = time.time_ns() // 1_000_000 << 80 | secrets.randbits(80)
    bits = bits & ~(0xF << 76) | 0x7 << 76
    bits = bits & ~(0x3 << 62) | 0x2 << 62
    return uuid.UUID(int=bits).hex


def time_of(verification_id: str) -> datetime:
    """Return when an id was made, in UTC, to the millisecond."""
    return _EPOCH + timedelta(milliseconds=int(verification_id[:12], 16))


def first_id(at: datetime) -> str:
    """Return a text that sorts before every id made from then on."""
    return f"{max(0, int(at.timestamp() * 1000)):012x}"


def is_id(text: str) -> bool:
    """Return whether a text may be an id."""
    return re.fullmatch(ID_PATTERN, text) is not None
