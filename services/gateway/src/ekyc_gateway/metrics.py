"""What the gateway counts: one set of instruments, read by Prometheus and sent to a collector."""

from collections.abc import Callable, Iterable

from ekyc_chassis.telemetry import resource_of
from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.metrics import CallbackOptions, Observation
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricReader, PeriodicExportingMetricReader
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import generate_latest

from ekyc_gateway.answer import Answer

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
PROBABILITY = tuple(step / 20 for step in range(1, 20))


class Metrics:
    """Counters and histograms of one gateway. No label holds a client, a key, a picture or an id."""

    def __init__(self, otlp_endpoint: str | None = None) -> None:
        """Make the instruments; with an endpoint they are sent to its collector every minute too."""
        self._registry = CollectorRegistry()
        readers: list[MetricReader] = [PrometheusMetricReader(registry=self._registry, scope_info_enabled=False)]
        if otlp_endpoint:
            plain = not otlp_endpoint.startswith("https://")
            readers.append(PeriodicExportingMetricReader(OTLPMetricExporter(endpoint=otlp_endpoint, insecure=plain)))
        self._provider = MeterProvider(readers, resource_of("gateway"))
        meter = self._provider.get_meter("ekyc")
        self._meter = meter
        self._requests = meter.create_counter("ekyc_requests", description="By route, status and outcome")
        self._latency = meter.create_histogram(
            "ekyc_request_duration", "s", "Whole requests by route", explicit_bucket_boundaries_advisory=SECONDS
        )
        self._stages = meter.create_histogram(
            "ekyc_stage_duration", "s", "Stages of a verification", explicit_bucket_boundaries_advisory=SECONDS
        )
        self._decisions = meter.create_counter("ekyc_decisions", description="By decision and model version")
        self._reasons = meter.create_counter("ekyc_reasons", description="By measure and code")
        self._live = meter.create_histogram(
            "ekyc_live_probability",
            description="Distribution of the model's answer: watch it for drift",
            explicit_bucket_boundaries_advisory=PROBABILITY,
        )
        self._open = meter.create_counter("ekyc_failed_open", description="Checks skipped because Redis was away")
        self._uploads = meter.create_counter("ekyc_uploads", description="Of cases to the review store, by result")

    def request(self, route: str, status: int, outcome: str, seconds: float) -> None:
        """Count a finished request; a shed one has its reason as the outcome."""
        self._requests.add(1, {"route": route, "status": status, "outcome": outcome})
        self._latency.record(seconds, {"route": route})

    def verified(self, answer: Answer, stages: dict[str, dict[str, float]]) -> None:
        """Count an answer.

        Args:
            answer: As the client gets it.
            stages: Milliseconds by service and stage.
        """
        model = answer.model.version if answer.model else "none"
        self._decisions.add(1, {"decision": answer.decision, "model": model})
        for reason in answer.reasons:
            self._reasons.add(1, {"measure": reason.measure, "code": reason.code})
        if answer.live_probability is not None:
            self._live.record(answer.live_probability, {"model": model})
        for service, laps in stages.items():
            for stage, milliseconds in laps.items():
                self._stages.record(milliseconds / 1000, {"service": service, "stage": stage})

    def failed_open(self, check: str) -> None:
        """Count a check that was skipped."""
        self._open.add(1, {"check": check})

    def uploaded(self, result: str) -> None:
        """Count an attempt to upload a case."""
        self._uploads.add(1, {"result": result})

    def watch(self, name: str, description: str, read: Callable[[], float]) -> None:
        """Read a value whenever somebody asks for the metrics."""

        def observe(_: CallbackOptions) -> Iterable[Observation]:
            return [Observation(read())]

        self._meter.create_observable_gauge(name, [observe], description=description)

    def text(self) -> bytes:
        """Return all values in Prometheus' text format."""
        return generate_latest(self._registry)

    def close(self) -> None:
        """Send what is left to the collector."""
        self._provider.shutdown()
