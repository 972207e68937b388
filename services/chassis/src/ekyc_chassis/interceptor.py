"""What a servicer raises becomes a typed gRPC status."""

from collections.abc import Callable
from typing import Any, TypeAlias

import grpc
import structlog

from ekyc_chassis.errors import EkycError, to_status

Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any] | None"


class ErrorInterceptor(grpc.ServerInterceptor):
    """Abort with the reason of an EkycError; log anything else and say "internal", nothing more."""

    def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Handler],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler:
        """Wrap a unary handler; other kinds (health's Watch, reflection) pass unchanged."""
        handler = continuation(handler_call_details)
        if handler is None or handler.unary_unary is None:
            return handler
        answer = handler.unary_unary
        method = handler_call_details.method

        def guarded(request: Any, context: grpc.ServicerContext) -> Any:
            try:
                return answer(request, context)
            except EkycError as error:
                context.abort_with_status(to_status(error.reason))
            except Exception:  # noqa: BLE001 - the last line of defence: the caller learns only "internal"
                structlog.get_logger().exception("unexpected error", method=method)
                context.abort_with_status(to_status("internal"))

        return grpc.unary_unary_rpc_method_handler(
            guarded, request_deserializer=handler.request_deserializer, response_serializer=handler.response_serializer
        )
