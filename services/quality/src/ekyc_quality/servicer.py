"""QualityService over gRPC: bytes in, bytes out, and only a worker process ever looks inside."""

from typing import Any

import grpc
from ekyc_chassis.errors import EkycError

from ekyc_quality.wire import split_answer
from ekyc_quality.workers import StoppedError, WorkerLostError, WorkerPool


class QualityServicer:
    """Hands each AssessRequest, unparsed, to a worker.

    The front neither parses nor copies the picture more than once, and a picture that breaks a decoder breaks
    a worker, not the server.
    """

    def __init__(self, pool: WorkerPool) -> None:
        """Serve from a warm pool."""
        self._pool = pool

    def assess(self, request: bytes, context: grpc.ServicerContext) -> bytes:
        """Answer one serialized AssessRequest with one serialized AssessResponse.

        Raises:
            EkycError: What the worker found wrong with the request; deadline_exceeded where no worker was free
                in time; internal where the worker died.
        """
        try:
            answer = self._pool.call(request, context.time_remaining())
        except TimeoutError:
            raise EkycError("deadline_exceeded") from None
        except StoppedError:
            raise EkycError("backend_unavailable") from None
        except WorkerLostError:
            raise EkycError("internal") from None
        reason, response = split_answer(answer)
        if reason:
            raise EkycError(reason)
        return response

    def handlers(self) -> dict[str, Any]:
        """The methods of QualityService; without (de)serializers gRPC passes bytes through."""
        return {"Assess": grpc.unary_unary_rpc_method_handler(self.assess)}


def add_to_server(servicer: QualityServicer, service: str, server: grpc.Server) -> None:
    """Register under the service's full name."""
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, servicer.handlers()),))
