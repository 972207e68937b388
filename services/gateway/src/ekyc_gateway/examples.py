"""Worked examples for the API's documentation; tests check them against the models."""

from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from ekyc_chassis.errors import ERRORS

from ekyc_gateway.problem import MEDIA_TYPE, Problem, problem_of

_FINE = {
    "resolution": "ok",
    "one_face": "ok",
    "face_size": "ok",
    "face_ratio": "ok",
    "framing": "ok",
    "blur": "ok",
    "brightness": "ok",
    "contrast": "ok",
    "entropy": "ok",
    "overexposure": "ok",
    "underexposure": "ok",
    "even_light": "ok",
    "head_pose": "ok",
    "eyes_open": "ok",
    "eyes_visible": "ok",
    "mouth_closed": "ok",
    "face_visible": "ok",
}
_MODEL = {"version": "mnv2-128-example", "sha256": "6f0d7ab2c9b04d4b4fd05ad6f0b7f3cbd52f8dcd3ad2d6b6f4f1c7b08a3c5e19"}

ANSWERS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "accept": {
            "verification_id": "6f1c0b5e8d214a35a30c9f1be2b7a1d4",
            "decision": "accept",
            "liveness": "live",
            "confidence": 0.94,
            "live_probability": 0.94,
            "quality_pass": True,
            "reasons": [],
            "quality": _FINE,
            "model": _MODEL,
        },
        "review": {
            "verification_id": "b39be35c74f04a0e8d38c12f6f0e1a77",
            "decision": "review",
            "liveness": "uncertain",
            "confidence": 0.61,
            "live_probability": 0.61,
            "quality_pass": True,
            "reasons": [
                {
                    "code": "liveness_uncertain",
                    "message": "We could not decide from this picture alone. A person will look at it; "
                    "you need not do anything.",
                    "measure": "liveness",
                    "value": 0.61,
                    "bound": None,
                }
            ],
            "quality": _FINE,
            "model": _MODEL,
        },
        "reject": {
            "verification_id": "0d0f5f3f0f6e4c0b9a52f8a4f5a3c7e2",
            "decision": "reject",
            "liveness": "spoof",
            "confidence": 0.98,
            "live_probability": 0.02,
            "quality_pass": True,
            "reasons": [
                {
                    "code": "presentation_attack_suspected",
                    "message": "We could not see a living person. Face the camera yourself, in even light, "
                    "and take the picture directly.",
                    "measure": "liveness",
                    "value": 0.02,
                    "bound": None,
                }
            ],
            "quality": _FINE,
            "model": _MODEL,
        },
        "retake": {
            "verification_id": "f2a1de8d2f0c4cc7a0a3d2a8b0c9e6d5",
            "decision": "retake",
            "liveness": None,
            "confidence": None,
            "live_probability": None,
            "quality_pass": False,
            "reasons": [
                {
                    "code": "too_dark",
                    "message": "Your face is too dark. Turn towards the light.",
                    "measure": "brightness",
                    "value": 0.13,
                    "bound": {"min": 0.2, "max": 0.8},
                },
                {
                    "code": "turned_aside",
                    "message": "Look straight into the camera.",
                    "measure": "head_yaw",
                    "value": 31.4,
                    "bound": {"min": -20.0, "max": 20.0},
                },
            ],
            "quality": {**_FINE, "brightness": "too_dark", "head_pose": "turned_aside"},
            "model": None,
        },
    }
)


def answer_examples() -> dict[str, Any]:
    """OpenAPI examples of the 200 answer, by decision."""
    return {name: {"summary": name, "value": dict(value)} for name, value in ANSWERS.items()}


def problem_responses() -> dict[int | str, dict[str, Any]]:
    """OpenAPI responses for every reason of the error table, by HTTP status."""
    responses: dict[int | str, dict[str, Any]] = {}
    for reason, spec in ERRORS.items():
        response = responses.setdefault(
            spec.http_status.value,
            {
                "description": HTTPStatus(spec.http_status).phrase,
                "content": {MEDIA_TYPE: {"schema": Problem.model_json_schema(), "examples": {}}},
            },
        )
        problem = problem_of(reason, "3c1f0b0e5d7a4b8f9f3c2d1e0a9b8c7d")
        response["content"][MEDIA_TYPE]["examples"][reason] = {
            "summary": spec.title,
            "value": problem.model_dump(exclude_none=True),
        }
    return responses
