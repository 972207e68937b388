"""Asking a service how it is (grpc.health.v1)."""

import grpc
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import HealthStub


async def is_serving(channel: grpc.aio.Channel, service: str, timeout: float) -> bool:  # noqa: ASYNC109 - gRPC's own deadline
    """Return whether the service answers SERVING within ``timeout`` seconds."""
    try:
        answer = await HealthStub(channel).Check(  # type: ignore[attr-defined]
            HealthCheckRequest(service=service), timeout=timeout
        )
    except grpc.RpcError:
        return False
    return bool(answer.status == HealthCheckResponse.SERVING)
