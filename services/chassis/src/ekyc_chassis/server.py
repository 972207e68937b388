"""A gRPC service's life: listen, say SERVING, drain on SIGTERM."""

import gc
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import grpc
import structlog
from grpc_health.v1 import health
from grpc_health.v1.health_pb2 import HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import add_HealthServicer_to_server
from grpc_reflection.v1alpha import reflection

from ekyc_chassis.interceptor import CallInterceptor
from ekyc_chassis.limits import MAX_MESSAGE_BYTES
from ekyc_chassis.settings import ProcessSettings

# Health checks must be answered while every other thread waits for a worker.
SPARE_THREADS = 4


class Server:
    """One service on one port, with grpc.health.v1 and, in development, reflection.

    Create it when the model is loaded and warm: from `start` on it answers SERVING.
    """

    def __init__(
        self, service: str, register: Callable[[grpc.Server], None], settings: ProcessSettings, *, concurrency: int
    ) -> None:
        """Bind the port.

        Args:
            service: Full protobuf name, for example "ekyc.v1.QualityService".
            register: Adds the servicer, for example ``partial(add_QualityServiceServicer_to_server, servicer)``.
            settings: Where to listen and how long to drain.
            concurrency: Calls in flight; one more is answered RESOURCE_EXHAUSTED at once.

        Raises:
            RuntimeError: The port is taken.
        """
        threads = concurrency + SPARE_THREADS
        self._service = service
        self._drain_seconds = settings.drain_seconds
        self._health = health.HealthServicer()
        self._server = grpc.server(
            ThreadPoolExecutor(threads, thread_name_prefix="rpc"),
            interceptors=[CallInterceptor()],
            maximum_concurrent_rpcs=threads,
            options=[
                ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
                ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
                ("grpc.so_reuseport", 0),
                ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
                ("grpc.keepalive_permit_without_calls", 1),
            ],
        )
        add_HealthServicer_to_server(self._health, self._server)
        register(self._server)
        if settings.environment == "development":
            reflection.enable_server_reflection((service, health.SERVICE_NAME, reflection.SERVICE_NAME), self._server)
        self.port = self._server.add_insecure_port(f"{settings.host}:{settings.port}")

    def start(self) -> None:
        """Answer calls."""
        gc.collect()
        gc.freeze()  # what was imported and loaded stays: the collector need not look at it again
        self._server.start()
        for name in ("", self._service):
            self._health.set(name, HealthCheckResponse.SERVING)
        structlog.get_logger().info("serving", grpc_service=self._service, port=self.port)

    def stop(self) -> None:
        """Say NOT_SERVING, let calls in flight finish, then stop."""
        self._health.enter_graceful_shutdown()
        self._server.stop(self._drain_seconds).wait()
        structlog.get_logger().info("stopped", grpc_service=self._service)

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT."""
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        self.start()
        stop.wait()
        self.stop()
