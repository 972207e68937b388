"""One self-contained HTML report of what the shipped system does on a data folder."""

import base64
import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from ekyc_liveness.bundle import Manifest
from ekyc_vision.decode import decode
from ekyc_vision.decode_error import DecodeError

from ekyc_training.baselines import NAMES, baselines, trivial
from ekyc_training.evaluation import evaluate, percent, system_view
from ekyc_training.metrics import Scores, both_classes, reliability
from ekyc_training.plots import det_plot, histogram_plot, reliability_plot, roc_plot
from ekyc_training.rows import DataError, Row
from ekyc_training.score import Score

STYLE = """body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#222}
table{border-collapse:collapse;margin:1rem 0}td,th{border:1px solid #ccc;padding:.25rem .6rem;text-align:left}
th{background:#f4f4f4}img{max-width:48%}h2{margin-top:2.5rem}"""


@dataclass(frozen=True)
class Judged:
    """A split's pictures with what the system said of them.

    Attributes:
        rows: Of the split.
        scores: In the same order.
    """

    rows: Sequence[Row]
    scores: Sequence[Score]

    def with_face(self) -> tuple[list[Row], Scores]:
        """Return the rows whose face was found, and P(bona fide): those that the model decides."""
        pairs = [
            (row, score.live_probability)
            for row, score in zip(self.rows, self.scores, strict=True)
            if score.face_found and score.live_probability is not None
        ]
        return [row for row, _ in pairs], np.array([value for _, value in pairs])


def table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return an HTML table; text is escaped."""

    def cells(tag: str, values: Iterable[str]) -> str:
        return "<tr>" + "".join(f"<{tag}>{html.escape(value)}</{tag}>" for value in values) + "</tr>"

    return "<table>" + cells("th", header) + "".join(cells("td", row) for row in rows) + "</table>"


def image(content: bytes, alt: str) -> str:
    """Return an image that is part of the page."""
    return f'<img alt="{html.escape(alt)}" src="data:image/png;base64,{base64.b64encode(content).decode()}">'


def judge(rows: Sequence[Row], scores: Mapping[str, Score]) -> Judged:
    """Join rows to scores.

    Raises:
        DataError: Rows have no score, or there are not both classes.
    """
    absent = [row.path for row in rows if row.path not in scores]
    if absent:
        raise DataError(f"{len(absent)} pictures have no score, the first is {absent[0]}: score them again")
    judged = Judged(rows, [scores[row.path] for row in rows])
    found, _ = judged.with_face()
    if len({row.live for row in found}) < len(("live", "attack")):
        raise DataError("bona fide and attacks with a found face are both needed to judge a model")
    return judged


def trivial_of(data: Path, rows: Sequence[Row]) -> Scores:
    """Return the trivial measures of the whole pictures: rows x `NAMES`; not a number where one is unreadable."""
    values = np.full((len(rows), len(NAMES)), np.nan)
    for at, row in enumerate(rows):
        try:
            content = (data / row.path).read_bytes()
            picture = decode(content)
        except (DecodeError, OSError):
            continue
        values[at] = trivial(picture.rgb, len(content) / (picture.width * picture.height))
    return values


def rates(part: Mapping[str, Any]) -> str:
    """Return the headline figures of a split."""
    worst, at = part["apcer_max"], part["bpcer_at"]
    low, high = part["intervals_95"]["auc"]
    least, most = part["intervals_95"]["eer"]
    return table(
        ("figure", "value [95 % interval]"),
        [
            ("ROC-AUC", f"{part['auc']:.4f} [{low:.4f}, {high:.4f}], subjects drawn with replacement"),
            ("EER", f"{part['eer']:.2%} [{least:.2%}, {most:.2%}], subjects drawn with replacement"),
            (f"APCER_max ({worst['species']})", percent(worst)),
            ("FAR: attacks accepted, pooled", percent(part["far"])),
            ("BPCER", percent(part["bpcer"])),
            ("ACER, pooled; no ISO metric", f"{part['acer_pooled']:.2%}"),
            *((name.upper(), percent(rate)) for name, rate in at.items()),
            ("APCER at BPCER = 1 %, this split's own threshold", percent(part["apcer_at_bpcer_1"])),
            ("APCER at BPCER = 5 %, this split's own threshold", percent(part["apcer_at_bpcer_5"])),
            ("Expected calibration error", f"{part['ece']:.4f}"),
        ],
    )


def sliced(title: str, slices: Mapping[str, Any]) -> str:
    """Return the rates by slice."""
    return table(
        (title, "AUC", "EER", "BPCER", "APCER"),
        (
            (
                value,
                f"{part['auc']:.4f}" if "auc" in part else "-",
                f"{part['eer']:.2%}" if "eer" in part else "-",
                percent(part["bpcer"]),
                percent(part["apcer"]),
            )
            for value, part in slices.items()
        ),
    )


def split_section(name: str, judged: Judged, manifest: Manifest) -> tuple[dict[str, Any], list[str]]:
    """Return the figures of a split, and its part of the page."""
    limits = manifest.thresholds
    rows, scores = judged.with_face()
    live = np.array([row.live for row in rows])
    part = evaluate(rows, scores, limits.live, limits.spoof)
    system = system_view(
        judged.rows, np.array([s.quality_pass for s in judged.scores]), [s.decision for s in judged.scores]
    )
    sources = np.array([row.source for row in rows])
    curves = {"all": (live, scores)} | {
        str(s): (live[sources == s], scores[sources == s])
        for s in np.unique(sources)
        if both_classes(live[sources == s])
    }
    confusion = part["bands"]
    lines = [
        f"<h2>{html.escape(name)}</h2>",
        f"<p>{part['n']['bona_fide']} bona fide and {part['n']['attack']} attacks with a found face.",
        f"The rates are at the live threshold {limits.live:.4f}.</p>",
        rates(part),
        "<h3>Confusion</h3>",
        table(
            ("", "accept", "review", "reject"),
            ((kind.replace("_", " "), *(percent(rate) for rate in of.values())) for kind, of in confusion.items()),
        ),
        "<h3>Gate and model together</h3>",
        "<p>Of all pictures, also those that the gate refused or that held no face.</p>",
        table(("figure", "value"), ((key.replace("_", " "), percent(rate)) for key, rate in system.items())),
        "<h3>Other thresholds</h3><p>On these pictures; a threshold chosen on one camera does not fit another.</p>",
        table(
            ("aimed at", "threshold", "APCER, pooled", "BPCER"),
            (
                (key, f"{point['threshold']:.4f}", percent(point["apcer"]), percent(point["bpcer"]))
                for key, point in part["operating_points"].items()
            ),
        ),
        image(det_plot(curves), "DET curves"),
        image(roc_plot(curves), "ROC curves"),
        image(reliability_plot(reliability(live, scores), part["ece"]), "Reliability"),
        image(histogram_plot(live, scores, {"live": limits.live, "spoof": limits.spoof}), "Scores by class"),
        "<h3>By source</h3>",
        sliced("source", part["sources"]),
        "<h3>By attack species</h3>",
        table(("species", "APCER"), ((key, percent(rate)) for key, rate in part["species"].items())),
    ]
    for attribute, slices in part["slices"].items():
        lines += [f"<h3>By {html.escape(attribute)}</h3>", sliced(attribute, slices)]
    return part | {"system": system}, lines


def report(data: Path, splits: Mapping[str, Judged], manifest: Manifest) -> tuple[dict[str, Any], str]:
    """Return every figure, and the page that shows them.

    Args:
        data: Folder of the pictures.
        splits: By name; the last one is held against the trivial baselines.
        manifest: Of the bundle that was scored.
    """
    figures: dict[str, Any] = {"model": {"version": manifest.version, "sha256": manifest.sha256}}
    sections: list[str] = []
    for name, judged in splits.items():
        part, lines = split_section(name, judged, manifest)
        figures[name] = part
        sections += lines
    name, judged = list(splits.items())[-1]
    values = trivial_of(data, judged.rows)
    readable = np.flatnonzero(~np.isnan(values).any(1)).tolist()
    simple = baselines([judged.rows[at] for at in readable], values[readable])
    figures["baselines"] = {"split": name, "auc": simple}
    sources = sorted({source for of in simple.values() for source in of})
    model = figures[name]["sources"]
    sections += [
        f"<h2>Trivial baselines on {html.escape(name)}</h2>",
        "<p>AUC of one mean over the picture; .5 is chance, and a measure near 0 separates as well as one near 1.",
        "A model that does not beat these has learnt the camera.</p>",
        table(
            ("measure", *sources),
            [
                ("the model", *(f"{model[s]['auc']:.3f}" if "auc" in model.get(s, {}) else "-" for s in sources)),
                *((key, *(f"{of[s]:.3f}" if s in of else "-" for s in sources)) for key, of in simple.items()),
            ],
        ),
    ]
    left_out = manifest.metrics.get("left_out")
    if left_out:
        sections += [
            f"<h2>Sources never seen</h2><p>{html.escape(left_out['what'])}</p>",
            table(
                ("left out", "AUC", "EER"),
                ((key, f"{of['auc']:.3f}", f"{of['eer']:.1%}") for key, of in left_out["sources"].items()),
            ),
        ]
    head = (
        f"<h1>Liveness model {html.escape(manifest.version)}</h1>"
        "<p>Scored through the serving code: decode, face finder, "
        f"gate, crop, INT8 graph. SHA-256 <code>{manifest.sha256}</code>. Measured with ISO/IEC 30107-3 metrics; no "
        f"certification. {html.escape(manifest.provenance.data_terms)}.</p>"
    )
    page = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{html.escape(manifest.version)}</title>'
        f"<style>{STYLE}</style>{head}{''.join(sections)}</html>"
    )
    return figures, page
