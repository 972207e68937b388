"""Who calls: every route that needs a key asks here, before a byte of the body is read."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from ekyc_chassis.errors import EkycError
from fastapi import Request, Security
from fastapi.security import APIKeyHeader

from ekyc_gateway.access.key_record import KeyRecord, Scope
from ekyc_gateway.gateway import Gateway

_Key = Annotated[str | None, Security(APIKeyHeader(name="X-API-Key", auto_error=False, description="Your API key"))]


def gateway_of(request: Request) -> Gateway:
    """The gateway that serves this request."""
    gateway: Gateway = request.app.state.gateway
    return gateway


def caller_with(scope: Scope) -> Callable[..., Awaitable[KeyRecord]]:
    """A dependency that gives the caller's key record.

    It raises EkycError: key_missing, key_invalid or scope_missing, and WaitError: rate_limited.
    """

    async def caller(request: Request, key: _Key) -> KeyRecord:
        gateway = gateway_of(request)
        record = gateway.keyring.check(key)
        request.state.key_id = record.id
        if scope not in record.scopes:
            raise EkycError("scope_missing")
        await gateway.rate.take(record)
        return record

    return caller


Verifier = Annotated[KeyRecord, Security(caller_with("verify"))]
Reviewer = Annotated[KeyRecord, Security(caller_with("review"))]
