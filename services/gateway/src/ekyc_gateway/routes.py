"""The REST API."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from ekyc_gateway.answer import Answer, CheckAnswer, DetailedAnswer
from ekyc_gateway.body import read_image
from ekyc_gateway.caller import Verifier, gateway_of
from ekyc_gateway.decide import checked
from ekyc_gateway.examples import answer_examples, problem_responses
from ekyc_gateway.idempotency import HEADER, REPLAYED, Claim
from ekyc_gateway.refused import RefusedError
from ekyc_gateway.submission import submit

READY_SECONDS = 1.0

Profile = Annotated[
    str,
    Query(pattern=r"^([a-z0-9][a-z0-9_-]{0,63})?$", description="Camera profile; the default one when left out"),
]

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


async def verify_face(
    request: Request,
    caller: Verifier,
    profile: Profile = "",
    detail: Annotated[Literal["full"] | None, Query(description="Also answer everything that was measured")] = None,
    idempotency_key: Annotated[
        str | None, Header(alias=HEADER, description="The same request sent again with it gets the first answer")
    ] = None,
) -> Response:
    """Say whether a picture is good enough, whether a living person was in front of the camera, and what to do next.

    Bad quality and "no face" are answers (`retake`), not errors. Exactly one part named `image` is used; its
    file name and content type are ignored. A request that is no multipart form is a 422.
    """
    gateway = gateway_of(request)
    settings = gateway.settings
    with gateway.key_slots.take(caller), gateway.slots:
        image = await read_image(request, max_image_bytes=settings.max_image_bytes, seconds=settings.upload_seconds)
        claim = Claim(gateway.facts, gateway.metrics, settings.idempotency_seconds)
        said = await claim.take(
            caller.client, idempotency_key, b"%b\0%b\0" % (profile.encode(), str(detail).encode()) + image
        )
        if said is not None:
            request.state.outcome = "replayed"
            return _json(said, {REPLAYED: "true"})
        try:
            answer = await submit(
                gateway,
                caller,
                image,
                profile=profile,
                detail=detail is not None,
                request_id=request.state.request_id,
            )
            # Rendered here, once: returning the model would let FastAPI validate and serialise it a second time.
            said = answer.model_dump_json().encode()
            await claim.keep(said)
        finally:
            await claim.release()
    request.state.outcome = answer.decision
    return _json(said)


async def check_face(request: Request, caller: Verifier, profile: Profile = "") -> Response:
    """Say only whether a picture is good enough: for guidance while it is being taken.

    Nothing is kept, no model judges, and no verification is counted. The form is that of `/verify/face`.
    """
    gateway = gateway_of(request)
    settings = gateway.settings
    with gateway.key_slots.take(caller), gateway.slots:
        image = await read_image(request, max_image_bytes=settings.max_image_bytes, seconds=settings.upload_seconds)
        report = await gateway.backends.assess(
            image, profile, seconds=settings.deadline_seconds, request_id=request.state.request_id
        )
    answer = checked(report)
    request.state.outcome = "good" if answer.quality_pass else "poor"
    return _json(answer.model_dump_json().encode())


def _json(text: bytes, headers: Mapping[str, str] | None = None) -> Response:
    return Response(text, headers={"cache-control": "no-store", **(headers or {})}, media_type="application/json")


async def health() -> JSONResponse:
    """The process is alive; says nothing about the services behind it."""
    return JSONResponse({"status": "alive"})


async def ready(request: Request) -> JSONResponse:
    """Both services are loaded, warm and serving; else a 503 that names those that are not."""
    away = await gateway_of(request).backends.away(READY_SECONDS)
    if away:
        raise RefusedError("backend_unavailable", f"Not serving: {', '.join(away)}")
    return JSONResponse({"status": "ready"})


async def metrics(request: Request) -> Response:
    """Everything that is counted, in Prometheus' text format; for the operator's network, not for the internet."""
    return Response(gateway_of(request).metrics.text(), media_type="text/plain; version=0.0.4")


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
    routes.add_api_route(
        "/check/face",
        check_face,
        methods=["POST"],
        response_class=JSONResponse,
        response_model=None,
        responses={200: {"model": CheckAnswer}, **problems},
        openapi_extra=_FORM,
        tags=["verification"],
    )
    routes.add_api_route("/health", health, methods=["GET"], response_model=None, tags=["operation"])
    routes.add_api_route(
        "/ready", ready, methods=["GET"], response_model=None, responses={503: problems[503]}, tags=["operation"]
    )
    routes.add_api_route("/metrics", metrics, methods=["GET"], response_class=PlainTextResponse, tags=["operation"])
    return routes
