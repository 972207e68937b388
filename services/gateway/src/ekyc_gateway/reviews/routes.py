"""The REST API of the reviewers: the queue, a case, its picture, a decision, an erasure."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Annotated, Any, TypeVar

from ekyc_chassis.errors import EkycError
from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from ekyc_gateway.access.key_record import KeyRecord
from ekyc_gateway.caller import Reviewer, gateway_of
from ekyc_gateway.examples import problem_responses
from ekyc_gateway.gateway import Gateway
from ekyc_gateway.reviews.blobs import BlobError
from ekyc_gateway.reviews.case import CasePage, Erasure, Review, ReviewedCase, ReviewRequest, Status
from ekyc_gateway.reviews.cases import CaseDecidedError, CaseUnknownError
from ekyc_gateway.shared import SharedError
from ekyc_gateway.verification_id import ID_PATTERN, first_id

T = TypeVar("T")
Id = Annotated[str, Path(pattern=ID_PATTERN, description="Of the verification")]


async def list_cases(  # noqa: PLR0917 - FastAPI passes them by name
    request: Request,
    caller: Reviewer,
    status: Annotated[Status | None, Query(description="Only cases that stand so; all when left out")] = None,
    after: Annotated[
        str | None, Query(pattern=ID_PATTERN, description="`next` of the page before; from the oldest when left out")
    ] = None,
    days: Annotated[float, Query(gt=0, le=3650, description="Only cases of the last so many days")] = 30,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> CasePage:
    """The client's cases, oldest first. A case appears when it has reached the store, seconds after its answer."""
    gateway = gateway_of(request)
    since = datetime.now(UTC) - timedelta(days=days)
    found = await _in_thread(
        lambda: list(
            islice(
                gateway.cases.find(caller.client, since=since, after=after or first_id(since), status=status), limit + 1
            )
        )
    )
    page = found[:limit]
    _seen(gateway, caller, "review.list", None, cases=[case.verification_id for case in page])
    return CasePage(cases=page, next=page[-1].verification_id if len(found) > limit else None)


async def show_case(request: Request, caller: Reviewer, verification_id: Id) -> ReviewedCase:
    """A case: what was answered, what was measured, where it stands."""
    gateway = gateway_of(request)
    case = await _in_thread(lambda: gateway.cases.get(caller.client, verification_id))
    _seen(gateway, caller, "review.case", verification_id)
    return case


async def show_picture(request: Request, caller: Reviewer, verification_id: Id) -> Response:
    """The picture as it was sent."""
    gateway = gateway_of(request)
    data, media_type = await _in_thread(lambda: gateway.cases.picture(caller.client, verification_id))
    _seen(gateway, caller, "review.picture", verification_id)
    headers = {"cache-control": "no-store", "x-content-type-options": "nosniff", "content-disposition": "inline"}
    return Response(data, headers=headers, media_type=media_type)


async def decide_case(request: Request, caller: Reviewer, verification_id: Id, said: ReviewRequest) -> ReviewedCase:
    """Approve, reject, or say that more is needed. Approving and rejecting is final."""
    gateway = gateway_of(request)
    review = Review(**dict(said), reviewer=caller.id, decided=datetime.now(UTC))
    case = await _in_thread(lambda: gateway.cases.decide(caller.client, verification_id, review))
    _seen(gateway, caller, "review.decision", verification_id, decision=said.decision)
    return case


async def erase(request: Request, caller: Reviewer, verification_id: Id) -> Erasure:
    """Erase everything that is kept of a verification but the audit log, which holds no picture. May be repeated."""
    gateway = gateway_of(request)
    client = caller.client
    erased = []
    # The outbox first: a case on its way to the store sees that it is gone, and is taken out of the store again.
    if await gateway.outbox.remove(verification_id, client):
        erased.append("outbox")
    if await _in_thread(lambda: gateway.cases.erase(client, verification_id)):
        erased.append("case")
    try:
        if await gateway.duplicates.forget(client, verification_id):
            erased.append("fingerprint")
    except SharedError:
        raise EkycError("storage_unavailable") from None
    seal = _seen(gateway, caller, "erase", verification_id, erased=erased)
    return Erasure(verification_id=verification_id, erased=erased, at=datetime.now(UTC), audit=seal)


def _seen(gateway: Gateway, caller: KeyRecord, action: str, verification_id: str | None, **facts: Any) -> str:
    """Record an access; without a record nothing is shown."""
    try:
        return gateway.audit.append(caller.id, caller.client, action, verification_id, **facts)
    except OSError:
        raise EkycError("storage_unavailable") from None


async def _in_thread(work: Callable[[], T]) -> T:
    """Ask the store.

    Raises:
        EkycError: case_unknown, case_decided or storage_unavailable.
    """
    try:
        return await asyncio.to_thread(work)
    except CaseUnknownError:
        raise EkycError("case_unknown") from None
    except CaseDecidedError:
        raise EkycError("case_decided") from None
    except BlobError as error:
        raise EkycError("storage_unavailable") from error


def review_router() -> APIRouter:
    """The routes of the scope "review"."""
    every = problem_responses()
    problems: dict[int | str, Any] = {status: every[status] for status in (401, 403, 404, 409, 422, 429, 500, 503)}
    routes = APIRouter(tags=["review"], responses=problems)
    routes.add_api_route("/reviews", list_cases, methods=["GET"])
    routes.add_api_route("/reviews/{verification_id}", show_case, methods=["GET"])
    routes.add_api_route(
        "/reviews/{verification_id}/image",
        show_picture,
        methods=["GET"],
        response_class=Response,
        responses={200: {"content": {"image/*": {"schema": {"type": "string", "format": "binary"}}}}},
    )
    routes.add_api_route("/reviews/{verification_id}/decision", decide_case, methods=["POST"])
    routes.add_api_route("/verifications/{verification_id}", erase, methods=["DELETE"], tags=["erasure"])
    return routes
