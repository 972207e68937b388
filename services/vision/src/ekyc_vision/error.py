"""Why bytes are not a picture."""

from enum import StrEnum


class Reason(StrEnum):
    """Every way decoding can fail; the values are the public error codes."""

    EMPTY = "image_empty"
    TOO_LARGE = "image_too_large"
    TYPE_UNSUPPORTED = "image_type_unsupported"
    TOO_MANY_PIXELS = "image_too_many_pixels"
    TRUNCATED = "image_truncated"
    CORRUPT = "image_corrupt"


class DecodeError(Exception):
    """The bytes are not a picture this service reads.

    Attributes:
        reason: Its public code.
    """

    def __init__(self, reason: Reason, detail: str = "") -> None:
        """Keep the reason; the detail is for the log, not for the client."""
        super().__init__(f"{reason}: {detail}" if detail else str(reason))
        self.reason = reason

    def __reduce__(self) -> tuple[type["DecodeError"], tuple[Reason, str]]:
        """Pickle the reason too: the error crosses process boundaries."""
        return type(self), (self.reason, str(self).removeprefix(f"{self.reason}").removeprefix(": "))
