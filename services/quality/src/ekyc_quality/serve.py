"""The quality service: load and warm the workers, then serve."""

from functools import partial

import structlog
from ekyc.v1.quality_pb2 import DESCRIPTOR
from ekyc_chassis import log
from ekyc_chassis.server import Server
from ekyc_chassis.telemetry import start_traces

from ekyc_quality.policy import PolicyError, read_profiles
from ekyc_quality.servicer import QualityServicer, add_to_server
from ekyc_quality.settings import Settings
from ekyc_quality.wire import make_answer
from ekyc_quality.workers import WorkerLostError, WorkerPool

START_SECONDS = 120


def serve() -> int:
    """Serve until SIGTERM; return 1, with a log line, where the service cannot start."""
    settings = Settings()
    log.configure("quality", settings)
    start_traces("quality", settings.otlp_endpoint)
    logger = structlog.get_logger()
    try:
        read_profiles(settings.profiles)  # an invalid profile is named here, not in each worker
        pool = WorkerPool(
            partial(make_answer, settings.faces, settings.profiles),
            size=settings.workers,
            hang_seconds=settings.hang_seconds,
            start_seconds=START_SECONDS,
        )
    except (PolicyError, WorkerLostError) as error:
        logger.error("cannot start", error=str(error) or "a worker did not come up")  # noqa: TRY400 - it says it all
        return 1
    logger.info("workers ready", workers=settings.workers, faces=settings.faces)
    service = DESCRIPTOR.services_by_name["QualityService"].full_name
    register = partial(add_to_server, QualityServicer(pool), service)
    Server(service, register, settings, concurrency=settings.concurrency).run()
    pool.close()
    return 0
