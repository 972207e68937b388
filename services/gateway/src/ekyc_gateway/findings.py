"""The quality gate's findings in the words of the REST answer."""

from collections.abc import Sequence

from ekyc.v1 import quality_pb2 as wire
from ekyc.v1.quality_pb2 import Outcome

from ekyc_gateway.answer import Bound, Measure, Reason
from ekyc_gateway.wire import DEFECTS, FIELDS, MEASURES, OUTCOMES, UNKNOWN


def quality_fields(findings: Sequence[wire.Finding]) -> dict[str, str]:
    """By field, "ok" or the defect in the way; of measures that share a field the first defect wins.

    A warning stops nothing, so its field stays "ok".
    """
    fields: dict[str, str] = {}
    for finding in findings:
        field = FIELDS.get(finding.measure, UNKNOWN)
        if finding.outcome in (Outcome.OUTCOME_PASSED, Outcome.OUTCOME_WARNED):
            fields.setdefault(field, "ok")
        elif fields.get(field, "ok") == "ok":
            fields[field] = DEFECTS.get(finding.defect, UNKNOWN)
    return fields


def reasons_to_retake(report: wire.AssessResponse) -> list[Reason]:
    """What the person should change: what failed; only where nothing did, what could not be assessed.

    Without a face, or with one that is turned away, much cannot be assessed; the person is told the cause alone.
    """
    failed = [finding for finding in report.findings if finding.outcome == Outcome.OUTCOME_FAILED]
    no_face = [finding for finding in failed if finding.defect == wire.DEFECT_NO_FACE]
    missing = [finding for finding in report.findings if finding.outcome == Outcome.OUTCOME_NOT_ASSESSED]
    return [reason(finding) for finding in no_face or failed or missing]


def warnings(report: wire.AssessResponse) -> list[Reason]:
    """What could be better but stops nothing."""
    return [reason(finding) for finding in report.findings if finding.outcome == Outcome.OUTCOME_WARNED]


def reason(finding: wire.Finding) -> Reason:
    """One finding as a reason."""
    return Reason(
        code=DEFECTS.get(finding.defect, UNKNOWN),
        message=finding.message,
        measure=MEASURES.get(finding.measure, UNKNOWN),
        value=_value(finding),
        bound=_bound(finding),
    )


def measure(finding: wire.Finding) -> Measure:
    """One finding in full."""
    return Measure(
        measure=MEASURES.get(finding.measure, UNKNOWN),
        outcome=OUTCOMES.get(finding.outcome, "unknown"),
        value=_value(finding),
        score=round(finding.score, 1) if finding.HasField("score") else None,
        bound=_bound(finding),
        code=DEFECTS.get(finding.defect),
        message=finding.message or None,
    )


def _value(finding: wire.Finding) -> float | None:
    """Four significant digits: more would be noise."""
    return float(f"{finding.value:.4g}") if finding.HasField("value") else None


def _bound(finding: wire.Finding) -> Bound | None:
    if not finding.HasField("bound"):
        return None
    bound = finding.bound
    return Bound(
        min=bound.min if bound.HasField("min") else None,
        max=bound.max if bound.HasField("max") else None,
    )
