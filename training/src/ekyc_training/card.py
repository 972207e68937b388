"""The model card, generated from the manifest."""

from collections.abc import Iterator, Mapping
from typing import Any

from ekyc_liveness.bundle import Manifest

from ekyc_training.config import Distil
from ekyc_training.evaluation import percent

Part = Mapping[str, Any]


def table(header: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> list[str]:
    """Return a Markdown table with an empty line before it."""
    lines = ["", f"| {' | '.join(header)} |", "|" + " --- |" * len(header)]
    return lines + [f"| {' | '.join(row)} |" for row in rows]


def interval(part: Part, name: str) -> str:
    """Return the interval of AUC or EER over subjects."""
    low, high = part["intervals_95"][name]
    return f"[{low:.1%}, {high:.1%}]" if name == "eer" else f"[{low:.4f}, {high:.4f}]"


def optional(part: Part, name: str, shape: str) -> str:
    """Return a figure, or a dash where a class was missing."""
    return format(part[name], shape) if name in part else "-"


def beaten(metrics: Part) -> list[str]:
    """Return a line a source in which a trivial measure separates the classes better than the model."""
    lines = []
    for source, part in metrics.get("test", {}).get("sources", {}).items():
        values = {name: of[source] for name, of in metrics["baselines_on_test_auc"].items() if source in of}
        better = [f"{name} {value:.2f}" for name, value in values.items() if max(value, 1 - value) > part.get("auc", 1)]
        if better:
            lines.append(
                f"- On {source} a mean over the picture alone separates better than this model "
                f"(AUC {part['auc']:.2f}): {', '.join(better)}. "
                "There it has not shown that it sees more than the camera."
            )
    return lines


def split_lines(name: str, part: Part) -> list[str]:
    """Return the figures of a split."""
    worst = part["apcer_max"]
    at = part["bpcer_at"]
    lines = [
        "",
        f"## {name}: {part['n']['bona_fide']} bona fide, {part['n']['attack']} attacks, a face found in each",
        "",
        f"- AUC {part['auc']:.4f} {interval(part, 'auc')}, EER {part['eer']:.1%} {interval(part, 'eer')}",
        f"  (95 %, subjects drawn with replacement); expected calibration error {part['ece']:.3f}",
        f"- At the live threshold: APCER_max {percent(worst)} ({worst['species']}); attacks pooled (FAR)",
        f"  {percent(part['far'])}; BPCER {percent(part['bpcer'])};",
        f"  ACER, pooled, no ISO metric: {part['acer_pooled']:.1%}",
        f"- BPCER10 {percent(at['bpcer10'])}, BPCER20 {percent(at['bpcer20'])}, BPCER100 {percent(at['bpcer100'])}",
        f"- APCER at this split's own BPCER of 1 %: {percent(part['apcer_at_bpcer_1'])}; of 5 %:",
        f"  {percent(part['apcer_at_bpcer_5'])}",
    ]
    lines += table(
        ("of", "accepted", "for review", "rejected"),
        (
            (kind.replace("_", " "), *(percent(rate) for rate in shares.values()))
            for kind, shares in part["bands"].items()
        ),
    )
    for title, slices in {"source": part["sources"], **part["slices"]}.items():
        lines += table(
            (title, "AUC", "EER", "BPCER", "APCER"),
            (
                (value, optional(s, "auc", ".4f"), optional(s, "eer", ".1%"), percent(s["bpcer"]), percent(s["apcer"]))
                for value, s in slices.items()
            ),
        )
    lines += table(("species", "APCER"), ((name, percent(rate)) for name, rate in part["species"].items()))
    return lines


def comparison_lines(metrics: Part) -> list[str]:
    """Return what export and quantization cost, and how other networks compare."""
    lines = ["", f"## The same dev pictures in every form (quantized: {metrics['quantization']})"]
    lines += table(
        ("form", "AUC", "APCER at BPCER 1 %", "changed verdicts", "p50, one thread"),
        (
            (
                name,
                f"{form['auc']:.4f}",
                f"{form['apcer_at_bpcer_1']:.1%}",
                f"{form['changed_verdicts']} of {form['n']}",
                ", ".join(f"{provider} {ms:.2f} ms" for provider, ms in form["p50_ms"].items()) or "-",
            )
            for name, form in metrics["comparison_on_dev"].items()
        ),
    )
    if others := metrics.get("alternatives"):
        lines += ["", "## Other networks, INT8, on dev"]
        lines += table(
            ("network", "AUC", "EER", "APCER at BPCER 1 %", "size", "p50, one thread"),
            (
                (
                    name,
                    f"{o['auc']:.4f}",
                    f"{o['eer']:.1%}",
                    f"{o['apcer_at_bpcer_1']:.1%}",
                    f"{o['megabytes']:.1f} MB",
                    f"{o['p50_ms']:.2f} ms",
                )
                for name, o in others.items()
            ),
        )
        lines += ["", "Dev holds the sources that were learnt from and cannot rank networks for other cameras."]
    return lines


def card(manifest: Manifest) -> str:
    """Return MODEL_CARD.md."""
    m, limits, provenance = manifest.metrics, manifest.thresholds, manifest.provenance
    network = provenance.config["network"]
    teachers = [teacher.folder.name for teacher in Distil.model_validate(provenance.config["distil"]).teachers]
    lines = [
        f"# Liveness model {manifest.version}",
        "",
        "Scores one face crop: calibrated P(bona fide). Intended for research and for trying out the pipeline.",
        "**Research use only: retrain on data that you have rights to before production.** Measured with",
        "ISO/IEC 30107-3 metrics; this is no certification.",
        "",
        f"- Network: {network['backbone']}, {manifest.geometry.size} px, RGB and {network['chroma']} planes, INT8"
        f"; started from {network['start']}" + (f"; taught by {', '.join(teachers)}" if teachers else ""),
        f"- Data: {provenance.data}",
        f"- Terms: {provenance.data_terms}",
        f"- Thresholds: live {limits.live:.4f}, spoof {limits.spoof:.4f} ({limits.rule})",
        f"- Temperature: {manifest.calibration.temperature:.3f}; code: {provenance.git_revision}",
    ]
    if "test_at_dev_bpcer_5" in m:
        five = m["test_at_dev_bpcer_5"]
        lines.append(
            f"- At dev's threshold of BPCER 5 % ({five['threshold']:.4f}), on test: APCER {percent(five['apcer'])}, "
            f"BPCER {percent(five['bpcer'])}"
        )
    if "left_out" in m:
        lines += ["", "## Sources that a run had never seen", "", m["left_out"]["what"]]
        lines += table(
            ("left out", "AUC", "EER"),
            ((name, f"{s['auc']:.3f}", f"{s['eer']:.1%}") for name, s in m["left_out"]["sources"].items()),
        )
    for split in ("dev", "test"):
        if split in m:
            lines += split_lines(split, m[split])
    lines += comparison_lines(m)
    if "baselines_on_test_auc" in m:
        lines += ["", "## Trivial baselines (AUC on test)", ""]
        lines += [
            f"- {name}: " + ", ".join(f"{source} {value:.2f}" for source, value in values.items())
            for name, values in m["baselines_on_test_auc"].items()
        ]
    lines += ["", "## Limits", ""]
    if "no_face_on_test" in m:
        missing = m["no_face_on_test"]
        lines += [
            f"- No face was found, and no score given, on test in {percent(missing['bpnrr'])} of bona fide and",
            f"  {percent(missing['apnrr'])} of attacks.",
        ]
    lines += [
        "- Train, dev and test come from the same sources; on other cameras expect errors several times higher.",
        "  Thresholds do not travel between cameras: `ekyc-train score` and `evaluate` show yours.",
        "- Masks of silicone or paper, injected and generated pictures were not in the data.",
        "- Exact intervals (Clopper and Pearson) take pictures as independent; those of one person are not.",
        *beaten(m),
        "",
    ]
    return "\n".join(lines)
