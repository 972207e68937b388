"""The model card, generated from the manifest."""

from typing import Any

from ekyc_liveness.bundle import Manifest


def percent(rate: dict[str, Any]) -> str:
    """Return a rate with its interval and n."""
    low, high = rate["interval_95"]
    return f"{rate['value']:.1%} [{low:.1%}, {high:.1%}] n={rate['n']}"


def card(manifest: Manifest, note: str = "") -> str:
    """Return MODEL_CARD.md."""
    m, limits = manifest.metrics, manifest.thresholds
    lines = [
        f"# Liveness model {manifest.version}",
        "",
        "Scores one face crop: calibrated P(bona fide). Intended for research and for trying out the pipeline. **Research",
        "use only: retrain on data that you have rights to before production.** Measured with ISO/IEC 30107-3 metrics;",
        "this is no certification.",
        "",
        f"- Data: {manifest.provenance.data}",
        f"- Terms: {manifest.provenance.data_terms}",
        f"- Thresholds: live {limits.live:.4f}, spoof {limits.spoof:.4f} ({limits.rule})",
        f"- Temperature: {manifest.calibration.temperature:.3f}; code: {manifest.provenance.git_revision}",
        *([f"- Note on the record: {note}"] if note else []),
    ]
    for split in ("dev", "test"):
        part = m[split]
        worst = part["apcer_max"]
        lines += [
            "",
            f"## {split}",
            "",
            f"AUC {part['auc']:.4f}, EER {part['eer']:.1%}, APCER_max {percent(worst)} ({worst['species']}), 95 % intervals of",
            "Clopper and Pearson; pictures of one subject are not independent, so true intervals are wider. No face found:",
            f"bona fide {percent(part['no_face']['bpnrr'])}, attacks {percent(part['no_face']['apnrr'])}.",
            "",
            "| source | AUC | EER | BPCER | APCER |",
            "| --- | --- | --- | --- | --- |",
        ]
        lines += [
            f"| {name} | {s['auc']:.4f} | {s['eer']:.1%} | {percent(s['bpcer'])} | {percent(s['apcer'])} |"
            for name, s in part["sources"].items()
        ]
        lines += ["", "| species | APCER |", "| --- | --- |"]
        lines += [f"| {name} | {percent(rate)} |" for name, rate in part["species"].items()]
    lines += ["", "## The same dev pictures in three forms", "", "| form | AUC | changed verdicts | p50 ms |"]
    lines += ["| --- | --- | --- | --- |"]
    lines += [
        f"| {name} | {c['auc']:.4f} | {c['changed_verdicts']} of {c['n']} | {c['p50_ms'] or float('nan'):.2f} |"
        for name, c in m["comparison_on_dev"].items()
    ]
    lines += ["", "## Trivial baselines (AUC on test)", ""]
    lines += [
        f"- {name}: " + ", ".join(f"{source} {value:.2f}" for source, value in values.items())
        for name, values in m["baselines_on_test_auc"].items()
    ]
    lines += [
        "",
        "## Limits",
        "",
        "Train, dev and test come from the same five sources; on other cameras expect errors several times higher, which was",
        "not measured for this model. Thresholds do not travel between cameras. No masks, injection or deepfakes were seen.",
        "",
    ]
    return "\n".join(lines)
