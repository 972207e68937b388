"""A serialized AssessRequest to a serialized answer; runs in the worker processes."""

from functools import partial
from pathlib import Path

import cv2
from ekyc.v1.face_pb2 import Box, CropGeometry, FaceCrop, Point, StageTiming
from ekyc.v1.quality_pb2 import (
    AssessRequest,
    AssessResponse,
    Bound,
    Defect,
    Face,
    Finding,
    Landmarks,
    Measure,
    Outcome,
    Picture,
)
from ekyc_vision import crop, faces
from ekyc_vision.decode_error import DecodeError
from ekyc_vision.finder import FinderName, open_finder
from google.protobuf.message import DecodeError as MessageError

from ekyc_quality import findings
from ekyc_quality.assessment import AssessedFace, Assessment, Assessor
from ekyc_quality.policy import PolicyError, read_profiles
from ekyc_quality.workers import Answer


def make_answer(finder: FinderName, profiles: Path | None) -> Answer:
    """Load an Assessor and return the function that answers with it; called in a worker process."""
    cv2.setNumThreads(1)  # a worker is a core's worth; its neighbours have the others
    return partial(answer, Assessor(open_finder(finder), read_profiles(profiles)))


def answer(assessor: Assessor, request: bytes) -> bytes:
    """Assess one serialized AssessRequest.

    Returns:
        A reason's length in one byte, the reason (see ekyc_chassis.errors; empty when all went well), then the
        serialized AssessResponse.
    """
    try:
        message = AssessRequest.FromString(request)
        assessment = assessor.assess(message.image, message.profile)
    except DecodeError as error:
        return join_answer(error.reason.value)
    except PolicyError:
        return join_answer("profile_unknown")
    except MessageError:
        return join_answer("request_invalid")
    return join_answer("", to_response(assessment, assessor.geometry).SerializeToString())


def join_answer(reason: str, response: bytes = b"") -> bytes:
    """Put a reason in front of a response."""
    return bytes([len(reason)]) + reason.encode() + response


def split_answer(joined: bytes) -> tuple[str, bytes]:
    """Undo `join_answer`."""
    end = 1 + joined[0]
    return joined[1:end].decode(), joined[end:]


def to_response(assessment: Assessment, geometry: crop.CropGeometry) -> AssessResponse:
    """Translate an assessment."""
    return AssessResponse(
        acceptable=assessment.acceptable,
        findings=[_finding(finding) for finding in assessment.findings],
        face=_face(assessment.face) if assessment.face else None,
        crop=None
        if assessment.crop is None
        else FaceCrop(
            geometry=CropGeometry(
                name=geometry.name, version=geometry.version, size=geometry.size, margin=geometry.margin
            ),
            rgb=assessment.crop.tobytes(),
        ),
        picture=Picture(
            width=assessment.picture.width, height=assessment.picture.height, format=assessment.picture.format
        ),
        profile=assessment.profile,
        perceptual_hash=assessment.perceptual_hash,
        timings=[StageTiming(stage=stage, milliseconds=time) for stage, time in assessment.timings.items()],
    )


def _finding(finding: findings.Finding) -> Finding:
    return Finding(
        measure=Measure.Value(f"MEASURE_{finding.measure.name}"),
        outcome=Outcome.Value(f"OUTCOME_{finding.outcome.name}"),
        value=finding.value,
        score=finding.score,
        bound=Bound(min=finding.bound.min, max=finding.bound.max) if finding.bound else None,
        defect=Defect.Value(f"DEFECT_{finding.defect.name}") if finding.defect else Defect.DEFECT_UNSPECIFIED,
        message=finding.message,
    )


def _face(face: AssessedFace) -> Face:
    right_eye, left_eye, nose, mouth_right, mouth_left = (Point(x=x, y=y) for x, y in face.landmarks)
    return Face(
        box=_box(face.box),
        inter_eye_distance=face.inter_eye_distance,
        yaw=face.pose.yaw,
        pitch=face.pose.pitch,
        roll=face.pose.roll,
        landmarks=Landmarks(
            right_eye=right_eye, left_eye=left_eye, nose=nose, mouth_right=mouth_right, mouth_left=mouth_left
        ),
        crop=_box(face.crop),
    )


def _box(box: faces.Box) -> Box:
    return Box(left=box.left, top=box.top, right=box.right, bottom=box.bottom)
