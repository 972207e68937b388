"""A verification that a person should see, and what the person said."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from ekyc_gateway.answer import DetailedAnswer, Frozen

MEDIA_TYPES = {"jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp", "heif": "image/heic"}
"""By the format that the quality service found; never what the client claimed."""
SUFFIXES = {"jpeg": "jpg", "png": "png", "webp": "webp", "heif": "heic"}

Verdict = Literal["approve", "reject", "needs_more"]
Status = Literal["pending", "approved", "rejected", "needs_more"]
STATUS_OF: dict[Verdict, Status] = {"approve": "approved", "reject": "rejected", "needs_more": "needs_more"}
FINAL = ("approved", "rejected")


class Case(Frozen):
    """What is kept beside the picture; never changes."""

    verification_id: str
    client: str
    created: AwareDatetime
    request_id: str
    picture_sha256: str
    picture_bytes: int
    answer: DetailedAnswer


class ReviewRequest(Frozen):
    """What a reviewer sends."""

    decision: Verdict = Field(description="needs_more may be decided again; the others are final")
    note: Annotated[str, Field(max_length=2000)] = ""


class Review(ReviewRequest):
    """What a reviewer said."""

    reviewer: str = Field(description="Id of the API key")
    decided: AwareDatetime


class ReviewedCase(Case):
    """A case and where it stands."""

    status: Status
    review: Review | None


class CasePage(Frozen):
    """Some cases, oldest first."""

    cases: list[ReviewedCase]
    next: str | None = Field(description="Pass as `after` for the cases that follow; null at the end")


class Erasure(Frozen):
    """The receipt of an erasure."""

    verification_id: str
    erased: list[str] = Field(description="What was there and is gone: case, outbox, fingerprint; empty when nothing")
    at: AwareDatetime
    audit: str = Field(description="Hash of the audit entry that proves it")
