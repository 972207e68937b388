"""Cases by client and id, on top of a store of files.

A case lies under `cases/<year>/<month>/<day>/<client>/<id>/`: `picture.<suffix>`, then `case.json`, which is written
last and makes the case exist, then `review.json`. The day is the id's own (see ekyc_gateway.verification_id).
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import groupby

from ekyc_gateway.reviews.blobs import BlobExistsError, BlobMissingError, Blobs
from ekyc_gateway.reviews.case import FINAL, MEDIA_TYPES, STATUS_OF, SUFFIXES, Case, Review, ReviewedCase, Status
from ekyc_gateway.verification_id import time_of

ROOT = "cases"
_JSON = "application/json"
_CASE, _REVIEW = "case.json", "review.json"


class CaseUnknownError(Exception):
    """There is no such case of this client."""


class CaseDecidedError(Exception):
    """A final decision stands."""


class Cases:
    """The kept cases. Every method blocks, and raises BlobError where the store is away."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    def keep(self, case: Case, picture: bytes) -> None:
        """Store a case; storing it twice changes nothing."""
        folder = folder_of(case.client, case.verification_id)
        kind = case.answer.detail.picture.format
        self._blobs.put(f"{folder}/{_picture(kind)}", picture, MEDIA_TYPES.get(kind, "application/octet-stream"))
        self._blobs.put(f"{folder}/{_CASE}", case.model_dump_json().encode(), _JSON)

    def get(self, client: str, verification_id: str) -> ReviewedCase:
        """Return a case.

        Raises:
            CaseUnknownError: The client has none of this id.
        """
        folder = folder_of(client, verification_id)
        return _reviewed(self._case(folder), self._review(folder))

    def picture(self, client: str, verification_id: str) -> tuple[bytes, str]:
        """Return a case's picture as it was sent, and its media type.

        Raises:
            CaseUnknownError: The client has none of this id.
        """
        kind = self.get(client, verification_id).answer.detail.picture.format
        try:
            data = self._blobs.get(f"{folder_of(client, verification_id)}/{_picture(kind)}")
        except BlobMissingError:
            raise CaseUnknownError from None
        return data, MEDIA_TYPES.get(kind, "application/octet-stream")

    def decide(self, client: str, verification_id: str, review: Review) -> ReviewedCase:
        """Record what a reviewer said.

        Raises:
            CaseUnknownError: The client has none of this id.
            CaseDecidedError: Somebody approved or rejected it before.
        """
        found = self.get(client, verification_id)
        if found.status in FINAL:
            raise CaseDecidedError
        name = f"{folder_of(client, verification_id)}/{_REVIEW}"
        try:
            self._blobs.put(name, review.model_dump_json().encode(), _JSON, new=found.review is None)
        except BlobExistsError:  # somebody was faster
            raise CaseDecidedError from None
        case = Case.model_validate(found.model_dump(exclude={"status", "review"}))
        return _reviewed(case, review)

    def find(self, client: str, *, since: datetime, after: str, status: Status | None) -> Iterator[ReviewedCase]:
        """Yield a client's cases, oldest first.

        Args:
            client: Whose.
            since: Cases of this day and later.
            after: Only ids behind this one; empty for all.
            status: Only cases that stand so; None for all.
        """
        first = max(since, time_of(after)) if after else since
        for day in _days(first, datetime.now(UTC)):
            folder = f"{ROOT}/{day:%Y/%m/%d}/{client}/"
            start = f"{folder}{after}/\uffff" if after else ""
            names = self._blobs.names(folder, start if start.startswith(folder) else "")
            for path, group in groupby(names, key=lambda name: name.rpartition("/")[0]):
                files = {name.rpartition("/")[2] for name in group}
                if _CASE not in files or (status == "pending" and _REVIEW in files):
                    continue
                try:
                    case = _reviewed(self._case(path), self._review(path) if _REVIEW in files else None)
                except CaseUnknownError:  # erased since
                    continue
                if status in (None, case.status):
                    yield case

    def erase(self, client: str, verification_id: str) -> bool:
        """Delete a case for good; return whether there was one."""
        names = list(self._blobs.names(f"{folder_of(client, verification_id)}/"))
        self._blobs.remove(names)
        return bool(names)

    def expired(self, before: datetime) -> Iterator[tuple[str, str]]:
        """Yield client and id of every case that was made before a moment, oldest first."""
        for path, _ in groupby(self._blobs.names(f"{ROOT}/"), key=lambda name: name.rpartition("/")[0]):
            *_, client, verification_id = path.split("/")
            if time_of(verification_id) >= before:
                if time_of(verification_id).date() > before.date():
                    return
                continue
            yield client, verification_id

    def _case(self, folder: str) -> Case:
        try:
            return Case.model_validate_json(self._blobs.get(f"{folder}/{_CASE}"))
        except BlobMissingError:
            raise CaseUnknownError from None

    def _review(self, folder: str) -> Review | None:
        try:
            return Review.model_validate_json(self._blobs.get(f"{folder}/{_REVIEW}"))
        except BlobMissingError:
            return None


def folder_of(client: str, verification_id: str) -> str:
    """Return where a case lies."""
    return f"{ROOT}/{time_of(verification_id):%Y/%m/%d}/{client}/{verification_id}"


def _picture(kind: str) -> str:
    return f"picture.{SUFFIXES.get(kind, 'bin')}"


def _reviewed(case: Case, review: Review | None) -> ReviewedCase:
    status: Status = STATUS_OF[review.decision] if review else "pending"
    return ReviewedCase(**dict(case), status=status, review=review)


def _days(first: datetime, last: datetime) -> Iterator[datetime]:
    day = first.replace(hour=0, minute=0, second=0, microsecond=0)
    while day <= last:
        yield day
        day += timedelta(days=1)
