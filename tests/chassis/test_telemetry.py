"""One trace over two services, sent to a real OTLP receiver."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from ekyc_chassis.interceptor import REQUEST_ID
from ekyc_chassis.server import Server
from ekyc_chassis.settings import ProcessSettings
from ekyc_chassis.telemetry import called, served
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import (
    TraceServiceServicer,
    add_TraceServiceServicer_to_server,
)

SERVICE = "test.Echo"
CALLER = """
import os
import grpc
from opentelemetry import trace
from ekyc_chassis.telemetry import called, served, start_traces
start_traces("gateway", os.environ["OTLP"])
incoming = {"traceparent": "00-" + "ab" * 16 + "-" + "cd" * 8 + "-01"}
with served("POST /verify/face", incoming), called("assess") as metadata:
    with grpc.insecure_channel(os.environ["TARGET"]) as channel:
        channel.unary_unary("/test.Echo/Say")(b"picture", metadata=metadata)
trace.get_tracer_provider().shutdown()
"""
CALLED = """
import os, sys
import grpc
from opentelemetry import trace
from ekyc_chassis.server import Server
from ekyc_chassis.settings import ProcessSettings
from ekyc_chassis.telemetry import start_traces
start_traces("quality", os.environ["OTLP"])
def register(server):
    handler = grpc.unary_unary_rpc_method_handler(lambda request, context: request)
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("test.Echo", {"Say": handler}),))
server = Server("test.Echo", register, ProcessSettings(port=0), concurrency=2)
server.start()
print(server.port, flush=True)
sys.stdin.read()
server.stop()
trace.get_tracer_provider().shutdown()
"""


class Collector(TraceServiceServicer):
    """Keeps the spans it is sent."""

    def __init__(self) -> None:
        self.spans: dict[str, Any] = {}
        self.services: set[str] = set()

    def Export(self, request: ExportTraceServiceRequest, context: Any) -> ExportTraceServiceResponse:  # noqa: N802
        for resource in request.resource_spans:
            names = [value.value.string_value for value in resource.resource.attributes if value.key == "service.name"]
            self.services.update(names)
            for scope in resource.scope_spans:
                self.spans.update({span.name: span for span in scope.spans})
        return ExportTraceServiceResponse()


def test_a_trace_crosses_http_and_grpc() -> None:
    collector = Collector()
    server = grpc.server(ThreadPoolExecutor(2))
    add_TraceServiceServicer_to_server(collector, server)  # type: ignore[no-untyped-call]
    environment = {**os.environ, "OTLP": f"http://127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"}
    server.start()
    quality = subprocess.Popen(
        [sys.executable, "-c", CALLED], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert quality.stdout is not None
    port = next(line for line in quality.stdout if line.strip().isdecimal()).strip()
    environment["TARGET"] = f"127.0.0.1:{port}"
    subprocess.run([sys.executable, "-c", CALLER], env=environment, check=True)
    quality.communicate("", timeout=20)
    server.stop(None)
    assert quality.returncode == 0
    assert collector.services == {"ekyc-gateway", "ekyc-quality"}
    request, call, answer = (collector.spans[name] for name in ("POST /verify/face", "assess", "/test.Echo/Say"))
    assert request.trace_id == call.trace_id == answer.trace_id == bytes.fromhex("ab" * 16)
    assert request.parent_span_id == bytes.fromhex("cd" * 8)
    assert call.parent_span_id == request.span_id
    assert answer.parent_span_id == call.span_id


def test_without_a_collector_nothing_is_sent_along() -> None:
    with served("POST", {}), called("assess") as metadata:
        assert metadata == ()


def test_a_call_is_one_line_with_the_callers_request_id(capfd: pytest.CaptureFixture[str]) -> None:
    import structlog  # noqa: PLC0415

    def register(server: grpc.Server) -> None:
        handlers: dict[str, Any] = {"Say": grpc.unary_unary_rpc_method_handler(lambda request, context: request)}
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, handlers),))

    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, structlog.processors.JSONRenderer()],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    try:
        server = Server(SERVICE, register, ProcessSettings(port=0, drain_seconds=1), concurrency=2)
        server.start()
        with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
            say: Any = channel.unary_unary(f"/{SERVICE}/Say")
            say(b"a picture", metadata=((REQUEST_ID, "order-1"),))
        server.stop()
    finally:
        structlog.reset_defaults()
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines() if line.startswith("{")]
    (line,) = [line for line in lines if line["event"] == "call"]
    assert (line["request_id"], line["method"], line["outcome"]) == ("order-1", f"/{SERVICE}/Say", "ok")
    assert "picture" not in json.dumps(lines)
