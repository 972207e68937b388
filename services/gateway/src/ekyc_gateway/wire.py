"""Names on the gRPC wire to names in the REST answer."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from ekyc.v1.liveness_pb2 import Band
from ekyc.v1.quality_pb2 import Defect, Measure, Outcome

from ekyc_gateway.answer import Decision, Liveness, OutcomeName

UNKNOWN = "unknown"
"""For a value that a newer service knows and this gateway does not."""


def _names(enum: Any) -> Mapping[int, str]:
    """By number, each value's name in lower case without the enum's own name; the unspecified one is unknown."""
    prefix = f"{enum.DESCRIPTOR.name.upper()}_"
    return MappingProxyType({number: name.removeprefix(prefix).lower() for name, number in enum.items() if number})


MEASURES = _names(Measure)
OUTCOMES: Mapping[int, OutcomeName] = MappingProxyType(
    {
        Outcome.OUTCOME_PASSED: "passed",
        Outcome.OUTCOME_WARNED: "warned",
        Outcome.OUTCOME_FAILED: "failed",
        Outcome.OUTCOME_NOT_ASSESSED: "not_assessed",
    }
)
DEFECTS = _names(Defect)

_SHARED_FIELDS = {"head_yaw": "head_pose", "head_pitch": "head_pose", "head_roll": "head_pose"}
FIELDS: Mapping[int, str] = MappingProxyType(
    {number: _SHARED_FIELDS.get(name, name) for number, name in MEASURES.items()}
)
"""The field of `quality` that a measure fills."""

VERDICTS: Mapping[int, tuple[Liveness, Decision]] = MappingProxyType(
    {
        Band.BAND_LIVE: ("live", "accept"),
        Band.BAND_UNCERTAIN: ("uncertain", "review"),
        Band.BAND_SPOOF: ("spoof", "reject"),
    }
)
"""What a band means and what follows from it. The thresholds themselves live with the model."""
