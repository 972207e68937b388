"""Every request that gets no answer gets a problem document (RFC 9457)."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from ekyc_chassis.errors import ERRORS, EkycError
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ekyc_gateway.refused import WaitError

MEDIA_TYPE = "application/problem+json"
URN = "urn:ekyc:problem"
RETRY_AFTER_SECONDS = 1
WAIT = {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.CONFLICT}
"""Answers that say when to try again, if the problem is retryable."""


class Problem(BaseModel):
    """Why there is no answer. `code` is stable; the texts may change."""

    type: str = Field(description="urn:ekyc:problem:<code>")
    title: str
    status: int
    code: str
    detail: str | None = Field(default=None, description="What exactly was wrong with this request, where that helps")
    request_id: str
    retryable: bool = Field(description="The same request may succeed later")


def problem_of(reason: str, request_id: str, detail: str | None = None) -> Problem:
    """The document for a reason of `ekyc_chassis.errors.ERRORS`."""
    spec = ERRORS[reason]
    return Problem(
        type=f"{URN}:{reason}",
        title=spec.title,
        status=spec.http_status.value,
        code=reason,
        detail=detail,
        request_id=request_id,
        retryable=spec.retryable,
    )


def respond(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """The document as a response, with the headers that its status asks for."""
    extra = {"cache-control": "no-store", **(headers or {})}
    if problem.retryable and problem.status in WAIT:
        extra.setdefault("retry-after", str(RETRY_AFTER_SECONDS))
    if problem.status == HTTPStatus.UNAUTHORIZED:
        extra["www-authenticate"] = "ApiKey"
    return Response(problem.model_dump_json(exclude_none=True), problem.status, extra, MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Let every error that a route, FastAPI or Starlette raises come out as a problem."""
    app.add_exception_handler(EkycError, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


def _answer(request: Request, problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    request.state.outcome = problem.code
    return respond(problem, headers)


async def _refused(request: Request, error: Any) -> Response:
    problem = problem_of(error.reason, request.state.request_id, getattr(error, "detail", None))
    headers = {"retry-after": str(error.seconds)} if isinstance(error, WaitError) else None
    return _answer(request, problem, headers)


async def _invalid(request: Request, error: Any) -> Response:
    """Name the parameters that are wrong, never what was sent."""
    names = sorted({".".join(str(part) for part in wrong["loc"][1:2]) for wrong in error.errors()})
    detail = f"Not valid: {', '.join(names)}" if all(names) else None
    return _answer(request, problem_of("request_invalid", request.state.request_id, detail))


async def _http(request: Request, error: Any) -> Response:
    """Starlette's own, such as 404 and 405: the code is the status' name."""
    status = HTTPStatus(error.status_code)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        structlog.get_logger().error("unexpected HTTP error", status=status.value)
        return _answer(request, problem_of("internal", request.state.request_id))
    code = status.name.lower()
    problem = Problem(
        type=f"{URN}:{code}",
        title=status.phrase,
        status=status.value,
        code=code,
        request_id=request.state.request_id,
        retryable=False,
    )
    return _answer(request, problem, error.headers)
