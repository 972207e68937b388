"""How well a model tells bona fide from attacks, measured with ISO/IEC 30107-3 metrics, as plain values."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ekyc_training.metrics import (
    Labels,
    Rate,
    Scores,
    acer,
    apcer,
    apcer_at_bpcer,
    apcer_max,
    auc,
    bootstrap,
    both_classes,
    bpcer,
    bpcer_at_apcer_max,
    eer,
    expected_calibration_error,
    threshold_at_apcer,
    threshold_at_bpcer,
)
from ekyc_training.rows import Row

# Fewer presentations of a class than this say nothing of a slice.
FEWEST = 10


def shown(rate: Rate) -> dict[str, Any]:
    """Return a rate as plain values."""
    return {"value": rate.value, "errors": rate.errors, "n": rate.n, "interval_95": list(rate.interval)}


def evaluate(rows: Sequence[Row], scores: Scores, live_threshold: float, spoof_threshold: float) -> dict[str, Any]:
    """Return every figure of a split that the model alone decides.

    Args:
        rows: The presentations; both classes.
        scores: P(bona fide) of each.
        live_threshold: At or above is accepted: the rates' operating point.
        spoof_threshold: Below is rejected; between the two a person looks.
    """
    live = np.array([row.live for row in rows])
    species = [row.species for row in rows]
    attacks = [name for name in species if name != "live"]
    worst, worst_rate = apcer_max(scores[~live], attacks, live_threshold)
    accepted, refused = apcer(scores[~live], live_threshold), bpcer(scores[live], live_threshold)
    return {
        "n": {"bona_fide": int(live.sum()), "attack": int((~live).sum())},
        "auc": auc(live, scores),
        "eer": eer(live, scores)[0],
        "intervals_95": intervals(rows, live, scores),
        "apcer_max": {"species": worst, **shown(worst_rate)},
        "far": shown(accepted),
        "bpcer": shown(refused),
        "acer_pooled": acer(accepted.value, refused.value),
        "bpcer_at": {
            name: shown(bpcer_at_apcer_max(live, scores, species, target))
            for name, target in (("bpcer10", 0.1), ("bpcer20", 0.05), ("bpcer100", 0.01))
        },
        "apcer_at_bpcer_1": shown(apcer_at_bpcer(live, scores, 0.01)),
        "apcer_at_bpcer_5": shown(apcer_at_bpcer(live, scores, 0.05)),
        "operating_points": operating_points(live, scores),
        "ece": expected_calibration_error(live, scores),
        "bands": bands(live, scores, live_threshold, spoof_threshold),
        "species": {
            name: shown(apcer(scores[np.array(species) == name], live_threshold)) for name in sorted(set(attacks))
        },
        "sources": slice_by([row.source for row in rows], live, scores, live_threshold),
        "slices": slices(rows, live, scores, live_threshold),
    }


def operating_points(live: Labels, scores: Scores) -> dict[str, Any]:
    """Return what other thresholds would give on these presentations, to choose from for one's own camera."""
    wanted = {f"BPCER {share:.0%}": threshold_at_bpcer({"all": scores[live]}, share) for share in (0.01, 0.02, 0.05)}
    wanted |= {f"APCER {share:.0%}": threshold_at_apcer({"all": scores[~live]}, share) for share in (0.01, 0.05, 0.1)}
    wanted["EER"] = eer(live, scores)[1]
    return {
        name: {
            "threshold": threshold,
            "apcer": shown(apcer(scores[~live], threshold)),
            "bpcer": shown(bpcer(scores[live], threshold)),
        }
        for name, threshold in sorted(wanted.items(), key=lambda item: item[1])
    }


def intervals(rows: Sequence[Row], live: Labels, scores: Scores) -> dict[str, list[float]]:
    """Return intervals of AUC and EER that draw whole subjects."""

    def area(at: NDArray[np.intp]) -> float:
        return auc(live[at], scores[at]) if both_classes(live[at]) else float("nan")

    def equal(at: NDArray[np.intp]) -> float:
        return eer(live[at], scores[at])[0] if both_classes(live[at]) else float("nan")

    subjects = [f"{row.source}/{row.subject}" for row in rows]
    return {"auc": list(bootstrap(subjects, area)), "eer": list(bootstrap(subjects, equal))}


def bands(live: Labels, scores: Scores, live_threshold: float, spoof_threshold: float) -> dict[str, Any]:
    """Return how many bona fide and how many attacks are accepted, reviewed and rejected."""
    answers = {}
    for name, chosen in (("bona_fide", scores[live]), ("attack", scores[~live])):
        accepted, rejected = int((chosen >= live_threshold).sum()), int((chosen < spoof_threshold).sum())
        counts = {"accept": accepted, "review": len(chosen) - accepted - rejected, "reject": rejected}
        answers[name] = {band: shown(Rate(count, len(chosen))) for band, count in counts.items()}
    return answers


def slice_by(values: Sequence[str], live: Labels, scores: Scores, threshold: float) -> dict[str, Any]:
    """Return the rates by value; AUC and EER where both classes are there."""
    names = np.array(values)
    answer = {}
    for name in np.unique(names[names != ""]):
        mine = names == name
        part: dict[str, Any] = {
            "bpcer": shown(bpcer(scores[mine & live], threshold)),
            "apcer": shown(apcer(scores[mine & ~live], threshold)),
        }
        if both_classes(live[mine]):
            part |= {"auc": auc(live[mine], scores[mine]), "eer": eer(live[mine], scores[mine])[0]}
        answer[str(name)] = part
    return answer


def slices(rows: Sequence[Row], live: Labels, scores: Scores, threshold: float) -> dict[str, Any]:
    """Return the rates by every attribute that the rows carry and that takes more than one value."""
    known = [dict(row.attributes) for row in rows]
    answer = {}
    for attribute in sorted({name for of_row in known for name in of_row}):
        values = [of_row.get(attribute, "") for of_row in known]
        counts = {value: values.count(value) for value in set(values) - {""}}
        if len(counts) > 1:
            kept = [value if counts.get(value, 0) >= FEWEST else "" for value in values]
            answer[attribute] = slice_by(kept, live, scores, threshold)
    return answer


def no_answer(live: Labels, answered: Labels) -> dict[str, Any]:
    """Return BPNRR and APNRR: the shares of bona fide and of attacks that get no answer from the model."""
    return {
        "bpnrr": shown(Rate(int((live & ~answered).sum()), int(live.sum()))),
        "apnrr": shown(Rate(int((~live & ~answered).sum()), int((~live).sum()))),
    }


def system_view(rows: Sequence[Row], passed: Labels, decisions: Sequence[str]) -> dict[str, Any]:
    """Return gate and model judged together, as a client meets them.

    Args:
        rows: All presentations of a split, undecodable ones too.
        passed: Whether the gate let each through.
        decisions: What a client was told.

    Returns:
        APNRR and BPNRR (no answer from the model: no face, or refused by the gate), bona fide that were not accepted,
        attacks that were.
    """
    live = np.array([row.live for row in rows])
    accepted = np.array([decision == "accept" for decision in decisions])
    return no_answer(live, passed) | {
        "bona_fide_not_accepted": shown(Rate(int((live & ~accepted).sum()), int(live.sum()))),
        "attack_accepted": shown(Rate(int((~live & accepted).sum()), int((~live).sum()))),
    }


def percent(rate: Mapping[str, Any]) -> str:
    """Return a rate with its interval and n, for people."""
    low, high = rate["interval_95"]
    return f"{rate['value']:.1%} [{low:.1%}, {high:.1%}] n={rate['n']}" if rate["n"] else "-"
