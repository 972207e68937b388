"""Cases for tests."""

from datetime import UTC, datetime
from typing import Any

from ekyc_gateway.answer import DetailedAnswer
from ekyc_gateway.examples import ANSWERS
from ekyc_gateway.reviews.case import Case
from ekyc_gateway.verification_id import new_id

PICTURE = b"\xff\xd8 a picture\nwith a second line"


def case_of(verification_id: str | None = None, client: str = "bank") -> Case:
    verification_id = verification_id or new_id()
    detail: dict[str, Any] = {
        "profile": "phone",
        "picture": {"width": 640, "height": 480, "format": "jpeg"},
        "face": None,
        "measures": [],
        "warnings": [],
        "timings": {},
    }
    answer = {**ANSWERS["review"], "verification_id": verification_id, "detail": detail}
    return Case(
        verification_id=verification_id,
        client=client,
        created=datetime.now(UTC),
        request_id="r",
        picture_sha256="ab" * 32,
        picture_bytes=len(PICTURE),
        answer=DetailedAnswer.model_validate(answer),
    )
