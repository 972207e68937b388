"""Around every call: its trace, one log line with the caller's request id, and a typed status for what it raises."""

import time
from collections.abc import Callable
from typing import Any, TypeAlias

import grpc
import structlog
from opentelemetry.trace import Status, StatusCode

from ekyc_chassis.errors import EkycError, to_status
from ekyc_chassis.telemetry import served, text_of

Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any] | None"

REQUEST_ID = "x-request-id"
_QUIET = "/grpc.health."
"""Asked every few seconds by every load balancer."""


class CallInterceptor(grpc.ServerInterceptor):
    """Abort with the reason of an EkycError; log anything else and say "internal", nothing more."""

    def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Handler],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler:
        """Wrap a unary handler; other kinds (health's Watch, reflection) and health checks pass unchanged."""
        handler = continuation(handler_call_details)
        method = handler_call_details.method
        if handler is None or handler.unary_unary is None or method.startswith(_QUIET):
            return handler
        answer = handler.unary_unary

        def around(request: Any, context: grpc.ServicerContext) -> Any:
            carrier = text_of(context.invocation_metadata())
            begin = time.perf_counter()
            outcome = "ok"
            with (
                structlog.contextvars.bound_contextvars(request_id=carrier.get(REQUEST_ID)),
                served(method, carrier) as span,
            ):
                log = structlog.get_logger()
                try:
                    return answer(request, context)
                except EkycError as error:
                    outcome = error.reason
                except Exception:  # the last line of defence: the caller learns only "internal"
                    log.exception("unexpected error", method=method)
                    outcome = "internal"
                finally:
                    milliseconds = round((time.perf_counter() - begin) * 1000, 1)
                    log.info("call", method=method, outcome=outcome, ms=milliseconds)
                span.set_status(Status(StatusCode.ERROR, outcome))
                return context.abort_with_status(to_status(outcome))

        return grpc.unary_unary_rpc_method_handler(
            around, request_deserializer=handler.request_deserializer, response_serializer=handler.response_serializer
        )
