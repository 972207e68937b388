"""Why bytes are not a picture."""

from enum import StrEnum


class Unreadable(StrEnum):
    """The reasons, by their names in the error table (ekyc_chassis.errors)."""

    EMPTY = "image_empty"
    TOO_LARGE = "image_too_large"
    TYPE_UNSUPPORTED = "image_type_unsupported"
    TOO_MANY_PIXELS = "image_too_many_pixels"
    TRUNCATED = "image_truncated"
    CORRUPT = "image_corrupt"


class DecodeError(Exception):
    """The bytes are not a picture that we read.

    Attributes:
        reason: Which of the ways.
    """

    def __init__(self, reason: Unreadable) -> None:
        """Name the reason."""
        self.reason = reason
        super().__init__(reason.value)
