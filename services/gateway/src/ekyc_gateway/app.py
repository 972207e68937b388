"""The application: everything wired together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI

from ekyc_gateway import problem
from ekyc_gateway.backends import Backends
from ekyc_gateway.gateway import Gateway
from ekyc_gateway.keys import Keyring
from ekyc_gateway.linger import Linger
from ekyc_gateway.request_log import RequestLog
from ekyc_gateway.routes import router
from ekyc_gateway.settings import Settings
from ekyc_gateway.slots import Slots


def create_app(settings: Settings) -> FastAPI:
    """Build the gateway; it connects to its services when its lifespan starts."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        backends = Backends(settings.quality_target, settings.liveness_target)
        app.state.gateway = Gateway(
            settings, Keyring(settings.api_key_hashes), Slots(settings.max_concurrency), backends
        )
        yield
        await backends.close()

    app = FastAPI(
        title="eKYC-facial",
        summary="Is this picture good enough, and was a living person in front of the camera?",
        version=version("ekyc-gateway"),
        lifespan=lifespan,
        redoc_url=None,
    )
    app.include_router(router())
    problem.install(app)
    app.add_middleware(Linger)
    app.add_middleware(RequestLog)
    return app
