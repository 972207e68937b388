"""`python -m ekyc_gateway`: serve until SIGTERM, then let requests in flight finish."""

import logging
import signal
import sys

import structlog
import uvicorn
from ekyc_chassis.log import configure
from ekyc_chassis.telemetry import start_traces

from ekyc_gateway.app import create_app
from ekyc_gateway.protocol import guarded_protocol
from ekyc_gateway.settings import Settings

KEEP_ALIVE_SECONDS = 75
"""Longer than the 60 s after which a load balancer drops an idle connection, so that it never reuses one we closed."""


def main() -> None:
    """Configure from the environment and serve."""
    settings = Settings()  # type: ignore[call-arg]  # filled from the environment
    configure("gateway", settings)
    start_traces("gateway", settings.otlp_endpoint)
    # Its warnings quote the client's bytes.
    logging.getLogger("python_multipart").setLevel(logging.ERROR)
    # uvicorn drains on SIGTERM and then raises it once more: a clean end, not a death by signal.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    config = uvicorn.Config(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        loop="auto",  # uvloop, where there is one
        http=guarded_protocol(settings.max_connections),
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=round(settings.drain_seconds),
    )
    structlog.get_logger().info("serving", host=settings.host, port=settings.port)
    uvicorn.Server(config).run()
    structlog.get_logger().info("stopped")


if __name__ == "__main__":
    main()
