"""The REST API."""

import uuid
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Security
from fastapi.responses import JSONResponse, Response
from fastapi.security import APIKeyHeader

from ekyc_gateway.answer import Answer, DetailedAnswer
from ekyc_gateway.body import read_image
from ekyc_gateway.decide import decide, decide_in_full
from ekyc_gateway.examples import answer_examples, problem_responses
from ekyc_gateway.gateway import Gateway
from ekyc_gateway.refused import RefusedError
from ekyc_gateway.verify import verify

READY_SECONDS = 1.0

Profile = Annotated[
    str,
    Query(pattern=r"^([a-z0-9][a-z0-9_-]{0,63})?$", description="Camera profile; the default one when left out"),
]
Key = Annotated[str | None, Security(APIKeyHeader(name="X-API-Key", auto_error=False, description="Your API key"))]

_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["image"],
                    "properties": {
                        "image": {
                            "type": "string",
                            "format": "binary",
                            "description": "One JPEG, PNG, WebP or HEIC picture of one face, at most 12 MiB",
                        }
                    },
                }
            }
        },
    }
}


def gateway_of(request: Request) -> Gateway:
    """The gateway that serves this request."""
    gateway: Gateway = request.app.state.gateway
    return gateway


async def authenticated(request: Request, key: Key) -> None:
    """Let only known keys pass; runs before the body is read.

    Raises:
        EkycError: key_missing or key_invalid.
    """
    gateway_of(request).keyring.check(key)


async def verify_face(
    request: Request,
    _: Annotated[None, Security(authenticated)],
    profile: Profile = "",
    detail: Annotated[Literal["full"] | None, Query(description="Also answer everything that was measured")] = None,
) -> Response:
    """Say whether a picture is good enough, whether a living person was in front of the camera, and what to do next.

    Bad quality and "no face" are answers (`retake`), not errors. Exactly one part named `image` is used; its
    file name and content type are ignored. A request that is no multipart form is a 422.
    """
    gateway = gateway_of(request)
    settings = gateway.settings
    with gateway.slots:
        image = await read_image(request, max_image_bytes=settings.max_image_bytes, seconds=settings.upload_seconds)
        verification = await verify(
            image,
            profile,
            backends=gateway.backends,
            seconds=settings.deadline_seconds,
            request_id=request.state.request_id,
        )
    answer = (decide_in_full if detail else decide)(uuid.uuid4().hex, verification)
    request.state.outcome = answer.decision
    # Rendered here, once: returning the model would let FastAPI validate and serialise it a second time.
    return Response(answer.model_dump_json(), headers={"cache-control": "no-store"}, media_type="application/json")


async def health() -> JSONResponse:
    """The process is alive; says nothing about the services behind it."""
    return JSONResponse({"status": "alive"})


async def ready(request: Request) -> JSONResponse:
    """Both services are loaded, warm and serving; else a 503 that names those that are not."""
    away = await gateway_of(request).backends.away(READY_SECONDS)
    if away:
        raise RefusedError("backend_unavailable", f"Not serving: {', '.join(away)}")
    return JSONResponse({"status": "ready"})


def router() -> APIRouter:
    """All routes."""
    routes = APIRouter()
    problems = problem_responses()
    ok: dict[str, Any] = {
        "model": Answer | DetailedAnswer,
        "content": {"application/json": {"examples": answer_examples()}},
    }
    routes.add_api_route(
        "/verify/face",
        verify_face,
        methods=["POST"],
        response_class=JSONResponse,
        response_model=None,
        responses={200: ok, **problems},
        openapi_extra=_FORM,
        tags=["verification"],
    )
    routes.add_api_route("/health", health, methods=["GET"], response_model=None, tags=["operation"])
    routes.add_api_route(
        "/ready", ready, methods=["GET"], response_model=None, responses={503: problems[503]}, tags=["operation"]
    )
    return routes
