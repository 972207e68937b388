"""OpenTelemetry: traces to a collector, and the trace's identity carried over gRPC metadata."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from opentelemetry import propagate, trace
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind

Metadata = tuple[tuple[str, str], ...]

_TRACER = "ekyc"
_SILENT = trace.NonRecordingSpan(trace.INVALID_SPAN_CONTEXT)


def resource_of(service: str) -> Resource:
    """Return what every trace and metric of this process says of its origin."""
    return Resource.create({"service.name": f"ekyc-{service}", "service.namespace": "ekyc"})


def start_traces(service: str, endpoint: str | None) -> None:
    """Send this process's spans to a collector; without an endpoint spans cost next to nothing and go nowhere.

    Spans are sent in batches by a thread; when the collector is away they are dropped, and no request waits.
    """
    if endpoint is None:
        return
    provider = TracerProvider(resource=resource_of(service))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint, insecure=_is_plain(endpoint))))
    trace.set_tracer_provider(provider)


def _is_plain(endpoint: str) -> bool:
    return not endpoint.startswith("https://")


def _traced() -> bool:
    """Return whether `start_traces` was given a collector; spans that go nowhere are not worth making."""
    return isinstance(trace.get_tracer_provider(), TracerProvider)


@contextmanager
def served(name: str, carrier: Mapping[str, str], **attributes: str) -> Iterator[Span]:
    """A span of a request that this process serves; continues the caller's trace where the carrier names one.

    Args:
        name: Of the operation.
        carrier: Headers or metadata, keys in lower case.
        attributes: Of the span; never anything of the picture, the key or the person.
    """
    if not _traced():
        yield _SILENT
        return
    parent = propagate.extract(carrier)
    tracer = trace.get_tracer(_TRACER)
    with tracer.start_as_current_span(name, parent, SpanKind.SERVER, attributes, record_exception=False) as span:
        yield span


@contextmanager
def called(name: str) -> Iterator[Metadata]:
    """A span of a call to another service; gives the metadata that lets that service continue the trace."""
    if not _traced():
        yield ()
        return
    tracer = trace.get_tracer(_TRACER)
    with tracer.start_as_current_span(name, kind=SpanKind.CLIENT, record_exception=False):
        headers: dict[str, str] = {}
        propagate.inject(headers)
        yield tuple(headers.items())


def text_of(metadata: Sequence[tuple[str, str | bytes]] | None) -> dict[str, str]:
    """Return the textual metadata of a call as a carrier."""
    return {key: value for key, value in metadata or () if isinstance(value, str)}
