"""`python -m ekyc_liveness`: verify the bundle, load, warm up, then serve."""

import sys
from functools import partial

import structlog
from ekyc.v1.liveness_pb2 import DESCRIPTOR
from ekyc.v1.liveness_pb2_grpc import add_LivenessServiceServicer_to_server
from ekyc_chassis import log
from ekyc_chassis.server import Server
from ekyc_chassis.telemetry import start_traces

from ekyc_liveness.bundle import BundleError, open_bundle
from ekyc_liveness.cpu import int8_flags
from ekyc_liveness.servicer import LivenessServicer
from ekyc_liveness.session import ProviderError, Session
from ekyc_liveness.settings import Settings


def main() -> int:
    """Serve until SIGTERM; exit 1 with a log line where the model cannot be served."""
    settings = Settings()
    log.configure("liveness", settings)
    start_traces("liveness", settings.otlp_endpoint)
    logger = structlog.get_logger()
    try:
        bundle = open_bundle(settings.bundle, allow_test=settings.environment != "production")
        session = Session(bundle, provider=settings.provider, threads=settings.threads)
        session.warm_up()
    except (BundleError, ProviderError) as error:
        logger.error("cannot serve the model", error=str(error))  # noqa: TRY400 - the message says it all
        return 1
    logger.info(
        "model loaded",
        version=bundle.manifest.version,
        sha256=bundle.manifest.sha256,
        provider=session.provider,
        threads=settings.threads,
        cpu_flags=int8_flags(),
    )
    register = partial(add_LivenessServiceServicer_to_server, LivenessServicer(bundle.manifest, session))
    service = DESCRIPTOR.services_by_name["LivenessService"].full_name
    Server(service, register, settings, concurrency=settings.concurrency).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
