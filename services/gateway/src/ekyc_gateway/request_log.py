"""The outermost layer: a request id, one log line, and a fixed text for the unexpected."""

import re
import time
import uuid

import structlog
from ekyc_chassis.telemetry import served
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ekyc_gateway.metrics import Metrics
from ekyc_gateway.problem import problem_of, respond

HEADER = "x-request-id"
_SANE = re.compile(r"[A-Za-z0-9._-]{1,64}")
_LONGEST_PATH = 128
CLIENT_GONE = 499
"""Logged, never sent: nginx's status for a client that left before its answer."""
OK = 200
QUIET = {"/health", "/ready", "/metrics"}
"""Asked every few seconds by load balancers and collectors."""


class RequestLog:
    """Pure ASGI: Starlette's BaseHTTPMiddleware costs a task and a queue a request.

    Sets `request.state.request_id`; routes and handlers set `request.state.outcome` to the decision or the
    problem's code. Pictures, keys, probabilities and measures never reach the line.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begin = time.perf_counter()
        request_id = _request_id(scope)
        state = scope.setdefault("state", {})
        state["request_id"] = request_id
        status = CLIENT_GONE

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        with (
            structlog.contextvars.bound_contextvars(request_id=request_id),
            served(scope["method"], Headers(scope=scope), request_id=request_id) as span,
        ):
            log = structlog.get_logger()
            try:
                await self._app(scope, receive, send_with_id)
            except ClientDisconnect:
                state["outcome"] = "client_gone"
            except Exception:  # the last line of defence: the client learns only "internal"
                log.exception("unexpected error")
                state["outcome"] = "internal"
                if status == CLIENT_GONE:  # nothing was sent yet
                    await respond(problem_of("internal", request_id))(scope, receive, send_with_id)
            seconds = time.perf_counter() - begin
            route = getattr(scope.get("route"), "path", "none")
            span.update_name(f"{scope['method']} {route}")
            self._metrics.request(route, status, state.get("outcome") or "ok", seconds)
            if scope["path"] in QUIET and status == OK:
                return
            log.info(
                "request",
                method=scope["method"],
                path=scope["path"][:_LONGEST_PATH],
                status=status,
                outcome=state.get("outcome"),
                key=state.get("key_id"),
                ms=round(seconds * 1000, 1),
            )


def _request_id(scope: Scope) -> str:
    """The caller's own where it is short and plain, else a new one: it goes into logs and headers."""
    sent = Headers(scope=scope).get(HEADER, "")
    return sent if _SANE.fullmatch(sent) else uuid.uuid4().hex
