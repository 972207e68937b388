"""The model card, generated from the manifest."""

from typing import Any

from ekyc_liveness.bundle import Manifest


def percent(rate: dict[str, Any]) -> str:
    """Return a rate with its interval and n."""
    low, high = rate["interval_95"]
    return f"{rate['value']:.1%} [{low:.1%}, {high:.1%}] n={rate['n']}"


def milliseconds(value: float | None) -> str:
    """Return a latency, or a dash where none was measured."""
    return "-" if value is None else f"{value:.2f}"


def beaten(metrics: dict[str, Any]) -> list[str]:
    """Return a line a source in which a trivial measure separates the classes better than the model."""
    return [
        f"On {source} the mean {name} alone separates better (AUC {value:.2f}, either way) than this model "
        f"({metrics['test']['sources'][source]['auc']:.2f}): there it has not shown that it sees more than the camera."
        for name, values in metrics["baselines_on_test_auc"].items()
        for source, value in values.items()
        if max(value, 1 - value) > metrics["test"]["sources"][source]["auc"]
    ]


def card(manifest: Manifest, note: str = "") -> str:
    """Return MODEL_CARD.md."""
    m, limits = manifest.metrics, manifest.thresholds
    lines = [
        f"# Liveness model {manifest.version}",
        "",
        "Scores one face crop: calibrated P(bona fide). Intended for research and for trying out the pipeline.",
        "**Research use only: retrain on data that you have rights to before production.** Measured with",
        "ISO/IEC 30107-3 metrics; this is no certification.",
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
            f"AUC {part['auc']:.4f}, EER {part['eer']:.1%}, APCER_max {percent(worst)} ({worst['species']}).",
            "Rates are at the live threshold, with Clopper and Pearson's 95 % interval; pictures of one person aren't",
            "independent, so true intervals are wider. No face found, and left out of the rates: bona fide",
            f"{percent(part['no_face']['bpnrr'])}, attacks {percent(part['no_face']['apnrr'])}.",
            "",
            "| of | accepted | for review | rejected |",
            "| --- | --- | --- | --- |",
            *(
                f"| {name.replace('_', ' ')} | " + " | ".join(percent(rate) for rate in shares.values()) + " |"
                for name, shares in part["bands"].items()
            ),
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
        f"| {name} | {c['auc']:.4f} | {c['changed_verdicts']} of {c['n']} | {milliseconds(c['p50_ms'])} |"
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
        "Train, dev and test come from the same five sources; on other cameras expect errors several times higher,",
        "which was not measured for this model. Thresholds do not travel between cameras. No masks, injection or",
        "deepfakes were seen. Measured on crops of the default (OpenVINO) face finder.",
        *beaten(m),
        "",
    ]
    return "\n".join(lines)
