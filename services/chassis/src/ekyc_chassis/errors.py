"""Every way a request can end without an answer: one table, on both sides of the wire."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

import grpc
from google.protobuf.any_pb2 import Any as AnyMessage
from google.rpc.error_details_pb2 import ErrorInfo
from google.rpc.status_pb2 import Status
from grpc_status import rpc_status

DOMAIN = "ekyc.v1"


@dataclass(frozen=True, slots=True)
class ErrorSpec:
    """How a reason looks to a gRPC caller and to a REST client.

    Attributes:
        grpc_code: Status code between the services.
        http_status: Status of the problem document.
        title: Fixed, human-readable; the only text a client sees unless a `detail` was written for it.
        retryable: The same request may succeed later; adds Retry-After to a 503.
    """

    grpc_code: grpc.StatusCode
    http_status: HTTPStatus
    title: str
    retryable: bool = False


_GRPC, _HTTP = grpc.StatusCode, HTTPStatus

ERRORS: Mapping[str, ErrorSpec] = MappingProxyType(
    {
        "key_missing": ErrorSpec(
            _GRPC.UNAUTHENTICATED, _HTTP.UNAUTHORIZED, "Send your API key in the X-API-Key header"
        ),
        "key_invalid": ErrorSpec(_GRPC.UNAUTHENTICATED, _HTTP.UNAUTHORIZED, "The API key is not valid"),
        "scope_missing": ErrorSpec(
            _GRPC.PERMISSION_DENIED, _HTTP.FORBIDDEN, "The API key does not have the scope that this needs"
        ),
        "rate_limited": ErrorSpec(
            _GRPC.RESOURCE_EXHAUSTED,
            _HTTP.TOO_MANY_REQUESTS,
            "Too many requests with this API key; try again later",
            retryable=True,
        ),
        "idempotency_key_reused": ErrorSpec(
            _GRPC.INVALID_ARGUMENT,
            _HTTP.UNPROCESSABLE_ENTITY,
            "This Idempotency-Key was used for another request",
        ),
        "idempotency_key_in_use": ErrorSpec(
            _GRPC.ABORTED,
            _HTTP.CONFLICT,
            "The first request with this Idempotency-Key is still running",
            retryable=True,
        ),
        "case_unknown": ErrorSpec(_GRPC.NOT_FOUND, _HTTP.NOT_FOUND, "No such case, or it was erased"),
        "case_decided": ErrorSpec(_GRPC.FAILED_PRECONDITION, _HTTP.CONFLICT, "The case was decided already"),
        "request_invalid": ErrorSpec(
            _GRPC.INVALID_ARGUMENT, _HTTP.UNPROCESSABLE_ENTITY, "The request is not well-formed"
        ),
        "profile_unknown": ErrorSpec(_GRPC.INVALID_ARGUMENT, _HTTP.UNPROCESSABLE_ENTITY, "No such camera profile"),
        "image_missing": ErrorSpec(
            _GRPC.INVALID_ARGUMENT, _HTTP.UNPROCESSABLE_ENTITY, "Send the picture as the multipart field 'image'"
        ),
        "image_empty": ErrorSpec(_GRPC.INVALID_ARGUMENT, _HTTP.UNPROCESSABLE_ENTITY, "The picture has no bytes"),
        "image_too_large": ErrorSpec(
            _GRPC.INVALID_ARGUMENT, _HTTP.REQUEST_ENTITY_TOO_LARGE, "The file is larger than the upload limit"
        ),
        "image_type_unsupported": ErrorSpec(
            _GRPC.INVALID_ARGUMENT,
            _HTTP.UNSUPPORTED_MEDIA_TYPE,
            "The file is not a JPEG, PNG, WebP or HEIC picture",
        ),
        "image_too_many_pixels": ErrorSpec(
            _GRPC.INVALID_ARGUMENT, _HTTP.UNPROCESSABLE_ENTITY, "The picture has too many pixels"
        ),
        "image_truncated": ErrorSpec(
            _GRPC.INVALID_ARGUMENT, _HTTP.UNPROCESSABLE_ENTITY, "The picture ends too early; upload it again"
        ),
        "image_corrupt": ErrorSpec(_GRPC.INVALID_ARGUMENT, _HTTP.UNPROCESSABLE_ENTITY, "The picture cannot be decoded"),
        "crop_invalid": ErrorSpec(
            _GRPC.INVALID_ARGUMENT, _HTTP.INTERNAL_SERVER_ERROR, "The services disagree; the operator has been told"
        ),
        "crop_geometry_mismatch": ErrorSpec(
            _GRPC.FAILED_PRECONDITION, _HTTP.INTERNAL_SERVER_ERROR, "The services disagree; the operator has been told"
        ),
        "backend_unavailable": ErrorSpec(
            _GRPC.UNAVAILABLE, _HTTP.SERVICE_UNAVAILABLE, "A part of the service is away; try again", retryable=True
        ),
        "overloaded": ErrorSpec(
            _GRPC.RESOURCE_EXHAUSTED, _HTTP.SERVICE_UNAVAILABLE, "The service is busy; try again", retryable=True
        ),
        "deadline_exceeded": ErrorSpec(
            _GRPC.DEADLINE_EXCEEDED, _HTTP.GATEWAY_TIMEOUT, "The answer took too long; try again", retryable=True
        ),
        "storage_unavailable": ErrorSpec(
            _GRPC.UNAVAILABLE,
            _HTTP.SERVICE_UNAVAILABLE,
            "The picture cannot be kept just now; try again",
            retryable=True,
        ),
        "internal": ErrorSpec(_GRPC.INTERNAL, _HTTP.INTERNAL_SERVER_ERROR, "Something went wrong on our side"),
    }
)


class EkycError(Exception):
    """A request that gets no answer, for a reason in `ERRORS`."""

    def __init__(self, reason: str) -> None:
        """Name the reason.

        Raises:
            KeyError: The reason is not in the table.
        """
        self.reason = reason
        self.spec = ERRORS[reason]
        super().__init__(reason)


def to_status(reason: str) -> Any:
    """Return what `grpc.ServicerContext.abort_with_status` takes: the code, the title and an ErrorInfo detail."""
    spec = ERRORS[reason]
    detail = AnyMessage()
    detail.Pack(ErrorInfo(reason=reason.upper(), domain=DOMAIN))
    code: int = spec.grpc_code.value[0]
    return rpc_status.to_status(Status(code=code, message=spec.title, details=[detail]))


_REASON_OF_CODE = {
    grpc.StatusCode.UNAVAILABLE: "backend_unavailable",
    grpc.StatusCode.DEADLINE_EXCEEDED: "deadline_exceeded",
    grpc.StatusCode.RESOURCE_EXHAUSTED: "overloaded",
}


def reason_of(error: Any) -> str:
    """Return the reason behind a failed call: its ErrorInfo where one of ours came along, else by status code.

    Args:
        error: A grpc.RpcError of a call, synchronous or asyncio.
    """
    metadata: Iterable[tuple[str, bytes]] = error.trailing_metadata() or ()
    for key, value in metadata:
        if key != "grpc-status-details-bin":
            continue
        for detail in Status.FromString(value).details:
            info = ErrorInfo()
            if detail.Unpack(info) and info.domain == DOMAIN and (reason := str(info.reason).lower()) in ERRORS:
                return reason
    return _REASON_OF_CODE.get(error.code(), "internal")
