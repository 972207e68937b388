"""One measure held against its rule."""

from ekyc_policy.bound import Bound
from ekyc_policy.measure import Measure
from ekyc_policy.profile import Rule

from ekyc_quality.facts import Facts, NoFaceError
from ekyc_quality.findings import Defect, Finding, Outcome
from ekyc_quality.measures import Measurement
from ekyc_quality.messages import MESSAGES


def judge(measurement: Measurement, facts: Facts, rule: Rule) -> Finding:
    """Measure and compare; a measure that cannot be computed is not assessed and stops no other."""
    try:
        value = measurement.value(facts)
    except NoFaceError:
        if measurement.measure is Measure.ONE_FACE:
            return _without_value(measurement.measure, Outcome.FAILED, Defect.NO_FACE)
        return _without_value(measurement.measure, Outcome.NOT_ASSESSED, Defect.NOT_ASSESSED)
    except (ValueError, ArithmeticError, IndexError):
        return _without_value(measurement.measure, Outcome.NOT_ASSESSED, Defect.NOT_ASSESSED)
    if value != value:  # noqa: PLR0124 - not a number
        return _without_value(measurement.measure, Outcome.NOT_ASSESSED, Defect.NOT_ASSESSED)
    score = measurement.score(value) if measurement.score else None
    for bound, outcome in ((rule.required, Outcome.FAILED), (rule.recommended, Outcome.WARNED)):
        defect = defect_of(measurement, bound, value)
        if defect:
            return Finding(measurement.measure, outcome, value, score, bound, defect, MESSAGES[defect])
    required = None if rule.required.is_open else rule.required
    return Finding(measurement.measure, Outcome.PASSED, value, score, required)


def defect_of(measurement: Measurement, bound: Bound, value: float) -> Defect | None:
    """Return what is wrong with a value, or None inside the bound."""
    if bound.is_below(value):
        return measurement.below
    return measurement.above if bound.is_above(value) else None


def _without_value(measure: Measure, outcome: Outcome, defect: Defect) -> Finding:
    return Finding(measure, outcome, defect=defect, message=MESSAGES[defect])
