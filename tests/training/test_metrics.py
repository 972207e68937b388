import numpy as np
import pytest
from ekyc_training.metrics import Rate, apcer, apcer_max, auc, bpcer, threshold_at_apcer, threshold_at_bpcer
from ekyc_training.operating_curve import operating_curve
from ekyc_training.rows import Label, Row


def test_apcer_and_bpcer_are_not_swapped() -> None:
    live, attacks = np.array([0.9, 0.8, 0.7, 0.2]), np.array([0.6, 0.1])
    assert (bpcer(live, 0.5).errors, bpcer(live, 0.5).n) == (1, 4)
    assert (apcer(attacks, 0.5).errors, apcer(attacks, 0.5).n) == (1, 2)


def test_a_score_at_the_threshold_is_accepted() -> None:
    assert apcer(np.array([0.5]), 0.5).errors == 1
    assert bpcer(np.array([0.5]), 0.5).errors == 0


def test_the_worst_species_is_the_headline() -> None:
    name, rate = apcer_max(np.array([0.9, 0.1, 0.9, 0.8]), ["print", "print", "replay", "replay"], 0.5)
    assert (name, rate.value) == ("replay", 1.0)


def test_no_errors_of_fifty_is_not_no_risk() -> None:
    assert Rate(0, 50).interval == pytest.approx((0.0, 0.0711), abs=1e-4)


def test_auc_counts_ties_half_and_wants_bona_fide_above() -> None:
    live = np.array([True, True, False, False])
    assert auc(live, np.array([0.9, 0.5, 0.5, 0.1])) == pytest.approx(0.875)


def test_a_source_weighs_by_the_root_of_its_number_and_thresholds_rise_with_the_target() -> None:
    groups = {"large": np.linspace(0.5, 1, 1000), "small": np.linspace(0.1, 1, 10)}
    found = [threshold_at_bpcer(groups, target) for target in (0, 0.01, 0.05, 0.2)]
    assert found == sorted(found)
    # The ten weigh 1 / 11: one error of them is .9 %, and five are 4.5 %, which leaves room for five of the thousand.
    errors = [[bpcer(scores, threshold).errors for scores in groups.values()] for threshold in found[:3]]
    assert errors == [[0, 0], [0, 1], [5, 5]]


def test_the_live_threshold_accepts_no_more_attacks_than_asked() -> None:
    groups = {"large": np.linspace(0, 0.5, 1000), "small": np.linspace(0, 0.9, 10)}
    for target in (0.0, 0.01, 0.05, 0.2):
        threshold = threshold_at_apcer(groups, target)
        rates = [apcer(scores, threshold).value for scores in groups.values()]
        assert np.average(rates, weights=[1000**0.5, 10**0.5]) <= target + 1e-12
    assert threshold_at_apcer(groups, 0.0) > 0.9


def test_the_operating_curve_shows_the_worst_species_and_all_attacks() -> None:
    labels: list[Label] = ["live", "live", "print", "print", "replay", "replay"]
    rows = [Row(str(at), "s", "dev", label, "", str(at)) for at, label in enumerate(labels)]
    scores = np.array([0.9, 0.4, 0.1, 0.2, 0.6, 0.3])
    point = next(point for point in operating_curve(rows, scores) if point["threshold"] == 0.5)
    assert point == {"threshold": 0.5, "apcer": 0.5, "apcer_all": 0.25, "bpcer": 0.5}
