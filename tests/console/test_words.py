"""Words, bars and plots: plain functions of what the gateway answered."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from ekyc_console import queue
from ekyc_console.answer import Case, Measure
from ekyc_console.bars import measure_bars
from ekyc_console.bundle import BundleError, at, read_bundle
from ekyc_console.client import Client
from ekyc_console.measures import SCALES, scale_of
from ekyc_console.settings import Settings
from ekyc_console.sharing import Sharing
from ekyc_console.verdict import VERDICTS, advice, banner
from ekyc_console.views.try_it import curl_line
from ekyc_gateway.answer import DetailedAnswer
from ekyc_policy.bound import Bound
from ekyc_policy.measure import Measure as Name
from ekyc_policy.profile import DEFAULT_RULES
from pydantic import SecretStr

from tests.console.bundles import SHIPPED, write_bare_bundle

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def case(decision: str = "review", age: timedelta = timedelta(0), message: str = "Because.") -> Case:
    """A case as the gateway's own types write it, read by the console's."""
    answer = DetailedAnswer.model_validate(
        {
            "verification_id": "1" * 32,
            "decision": decision,
            "liveness": None,
            "confidence": None,
            "live_probability": 0.5,
            "quality_pass": True,
            "reasons": [{"code": "too_dark", "message": message, "measure": "m", "value": None, "bound": None}],
            "quality": {},
            "model": {"version": "v", "sha256": "s"},
            "detail": {
                "profile": "default",
                "picture": {"width": 1, "height": 1, "format": "jpeg"},
                "face": None,
                "measures": [],
                "warnings": [],
                "timings": {},
            },
        }
    )
    return Case.model_validate(
        {
            "verification_id": "1" * 32,
            "created": NOW - age,
            "request_id": "r",
            "answer": answer.model_dump(),
            "status": "pending",
            "review": None,
            "a field of a newer gateway": 1,
        }
    )


def test_every_measure_has_a_scale_that_holds_its_bounds() -> None:
    assert set(SCALES) == set(Name)
    for measure, rule in DEFAULT_RULES.items():
        scale = SCALES[measure]
        for side in (rule.required.min, rule.required.max, rule.recommended.min, rule.recommended.max):
            assert side is None or scale.low <= side <= scale.high, measure


def test_a_measure_of_a_newer_gateway_goes_by_its_name() -> None:
    assert scale_of("red_eyes").title == "Red eyes"


def test_a_bar_tells_value_bound_and_outcome_and_the_worst_comes_first() -> None:
    fine = Measure(measure="blur", outcome="passed", value=-3.2, bound=Bound(min=-5.6))
    dark = Measure(measure="brightness", outcome="failed", value=0.08, bound=Bound(min=0.15, max=0.85))
    away = Measure(measure="head_yaw", outcome="not_assessed", value=None, bound=None)
    html = measure_bars([fine, away, dark])
    assert html.index("Brightness") < html.index("Sharpness") < html.index("Head turned aside")
    assert "8%" in html
    assert "15% to 85%" in html
    assert "not good enough" in html


@pytest.mark.parametrize("decision", VERDICTS)
def test_every_decision_has_a_banner_and_no_text_becomes_markup(decision: str) -> None:
    found = case(decision, message="<b>bold</b>").answer
    assert VERDICTS[found.decision][2] in banner(found)
    assert "<b>bold" not in advice(found)


def test_the_queue_tells_how_many_are_how_old() -> None:
    ages = (timedelta(minutes=3), timedelta(hours=5), timedelta(days=2), timedelta(days=9))
    told = dict(queue.figures([case(age=age) for age in ages], NOW))
    assert told["Waiting"] == "4"
    assert told["Oldest"] == "9 d"
    assert [told[words.capitalize()] for _, words in queue.AGES] == ["1"] * 4
    assert queue.figures([], NOW) == [("Waiting", "0")]
    assert queue.age(timedelta(seconds=20)) == "just now"


def test_the_curl_line_is_quoted_and_names_the_key_by_its_variable() -> None:
    settings = Settings(api_url="http://gateway:8000", public_url="http://127.0.0.1:8000", api_key=SecretStr("secret"))
    shared = Sharing(settings, Client(settings.api_url, verify_key=None, review_key=None, timeout_seconds=1))
    line = curl_line(shared, "my; rm -rf photo.jpg", "kiosk")
    assert line == (
        "curl -F 'image=@my; rm -rf photo.jpg' -H \"X-API-Key: $API_KEY\" "
        "'http://127.0.0.1:8000/verify/face?detail=full&profile=kiosk'"
    )


def test_the_shipped_bundle_is_read_and_a_curve_is_optional(tmp_path: Path) -> None:
    bundle, card = read_bundle(SHIPPED)
    assert bundle.version in card
    assert at(bundle.curve("test"), 0.502).threshold == 0.5
    without, _ = read_bundle(write_bare_bundle(tmp_path / "without"))
    assert without.curve("test") == []
    with pytest.raises(BundleError):
        read_bundle(tmp_path)
