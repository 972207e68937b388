"""A server's life, seen by its clients."""

import threading
import time
from typing import Any

import grpc
import pytest
from ekyc_chassis.channel import connect
from ekyc_chassis.errors import reason_of
from ekyc_chassis.health import is_serving
from ekyc_chassis.server import SPARE_THREADS, Server
from ekyc_chassis.settings import ProcessSettings
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import HealthStub

SERVICE = "test.Slow"


class Slow:
    """Answers when it is let go."""

    def __init__(self) -> None:
        self.entered = threading.Semaphore(0)
        self.go = threading.Event()

    def wait(self, request: bytes, context: grpc.ServicerContext) -> bytes:
        del context
        self.entered.release()
        assert self.go.wait(10)
        return request

    def register(self, server: grpc.Server) -> None:
        handlers: dict[str, Any] = {"Wait": grpc.unary_unary_rpc_method_handler(self.wait)}
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, handlers),))


def serve(slow: Slow, *, concurrency: int = 2, environment: str = "production") -> Server:
    settings = ProcessSettings.model_validate({"port": 0, "drain_seconds": 5, "environment": environment})
    server = Server(SERVICE, slow.register, settings, concurrency=concurrency)
    server.start()
    return server


async def test_health_is_serving_from_start_and_away_after_stop() -> None:
    server = serve(Slow())
    async with connect(f"127.0.0.1:{server.port}", SERVICE) as channel:
        assert await is_serving(channel, SERVICE, timeout=5)
        assert not await is_serving(channel, "test.Other", timeout=5)
    server.stop()
    async with connect(f"127.0.0.1:{server.port}", SERVICE) as channel:
        assert not await is_serving(channel, SERVICE, timeout=1)


def test_stop_lets_a_call_in_flight_finish_and_says_not_serving_meanwhile() -> None:
    slow = Slow()
    server = serve(slow)
    with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        watch = HealthStub(channel).Watch(  # type: ignore[attr-defined]
            HealthCheckRequest(service=SERVICE)
        )
        assert next(watch).status == HealthCheckResponse.SERVING
        wait: Any = channel.unary_unary(f"/{SERVICE}/Wait")
        call = wait.future(b"picture", timeout=10)
        assert slow.entered.acquire(timeout=5)
        stopping = threading.Thread(target=server.stop)
        stopping.start()
        assert next(watch).status == HealthCheckResponse.NOT_SERVING
        watch.cancel()
        slow.go.set()
        assert call.result(timeout=10) == b"picture"
        stopping.join(10)
        assert not stopping.is_alive()


def test_one_call_too_many_is_refused_at_once() -> None:
    slow = Slow()
    server = serve(slow, concurrency=1)
    with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        method: Any = channel.unary_unary(f"/{SERVICE}/Wait")
        held = [method.future(b"", timeout=10) for _ in range(1 + SPARE_THREADS)]
        for _ in held:
            assert slow.entered.acquire(timeout=5)
        start = time.monotonic()
        with pytest.raises(grpc.RpcError) as caught:
            method(b"", timeout=10)
        assert reason_of(caught.value) == "overloaded"
        assert time.monotonic() - start < 5
        slow.go.set()
        for call in held:
            call.result(timeout=10)
    server.stop()


@pytest.mark.parametrize(("environment", "expected"), [("development", True), ("production", False)])
def test_reflection_is_for_development(environment: str, expected: bool) -> None:
    from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (  # noqa: PLC0415
        ProtoReflectionDescriptorDatabase,
    )

    server = serve(Slow(), environment=environment)
    with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        try:
            services = ProtoReflectionDescriptorDatabase(channel).get_services()
        except grpc.RpcError:
            services = []
    assert (SERVICE in services) is expected
    server.stop()


def test_a_taken_port_is_an_error() -> None:
    server = serve(Slow())
    with pytest.raises(RuntimeError):
        Server(SERVICE, Slow().register, ProcessSettings(port=server.port), concurrency=1)
    server.stop()
