"""The application: everything wired together."""

import gc
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from importlib.metadata import version

from fastapi import FastAPI

from ekyc_gateway import problem
from ekyc_gateway.background import Job, running
from ekyc_gateway.demo.routes import demo_router
from ekyc_gateway.gateway import Gateway, open_gateway
from ekyc_gateway.linger import Linger
from ekyc_gateway.metrics import Metrics
from ekyc_gateway.request_log import RequestLog
from ekyc_gateway.reviews.retention import Retention
from ekyc_gateway.reviews.routes import review_router
from ekyc_gateway.reviews.uploader import Uploader
from ekyc_gateway.routes import router
from ekyc_gateway.settings import Settings


def create_app(settings: Settings) -> FastAPI:
    """Build the gateway; it opens its state and connects to its services when its lifespan starts."""
    metrics = Metrics(settings.otlp_endpoint)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        gateway = app.state.gateway = open_gateway(settings, metrics)
        _watch(gateway)
        gc.collect()
        gc.freeze()  # what was imported stays: the collector need not look at it again with every few requests
        uploader = Uploader(gateway.outbox, gateway.cases, metrics)
        jobs: dict[str, Job] = {
            "keys": partial(gateway.keyring.keep_fresh, settings.keys_refresh_seconds),
            "upload": uploader.run,
            "retention": Retention(gateway.cases, gateway.audit, settings.retention_days).run,
            "audit": gateway.audit.keep_synced,
        }
        async with running(jobs):
            yield
        await uploader.drain(settings.upload_drain_seconds)
        await gateway.backends.close()
        await gateway.facts.close()
        await gateway.rate.close()
        gateway.audit.close()
        metrics.close()

    app = FastAPI(
        title="eKYC-facial",
        summary="Is this picture good enough, and was a living person in front of the camera?",
        version=version("ekyc-gateway"),
        lifespan=lifespan,
        redoc_url=None,
    )
    app.include_router(router())
    app.include_router(review_router())
    if settings.demo:
        app.include_router(demo_router())
    problem.install(app)
    app.add_middleware(Linger)
    app.add_middleware(RequestLog, metrics=metrics)
    return app


def _watch(gateway: Gateway) -> None:
    outbox = gateway.outbox
    gateway.metrics.watch("ekyc_outbox_depth", "Cases that wait for the store", lambda: outbox.depth)
    gateway.metrics.watch("ekyc_outbox_bytes", "Of the cases that wait", lambda: outbox.size)
    gateway.metrics.watch("ekyc_outbox_oldest_seconds", "Age", lambda: outbox.oldest_seconds(time.time()))
    gateway.metrics.watch("ekyc_verifications_running", "In flight", lambda: gateway.slots.busy)
