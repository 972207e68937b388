"""The model that judges: how often it errs, and how that moves with the threshold."""

from typing import Any

import streamlit as st

from ekyc_console.bars import facts
from ekyc_console.bundle import SPLITS, Bundle, BundleError, at, read_bundle
from ekyc_console.curves import det, roc
from ekyc_console.sharing import Sharing

SPLIT_WORDS = {"test": "Test (other people)", "dev": "Dev (where the thresholds were chosen)"}


def show(shared: Sharing) -> None:
    """The page."""
    st.title("Model")
    try:
        bundle, card = read_bundle(shared.settings.bundle)
    except BundleError:
        st.error(
            "The model's papers cannot be read. Set CONSOLE_BUNDLE to a folder with bundle.json and MODEL_CARD.md."
        )
        return
    st.html(
        facts(
            [
                ("Version", bundle.version),
                ("Precision", bundle.precision.upper()),
                ("Accepts from", f"{bundle.thresholds.live:.3f}"),
                ("Rejects under", f"{bundle.thresholds.spoof:.3f}"),
            ]
        )
    )
    st.caption(f"Thresholds: {bundle.thresholds.rule or 'no rule is given'}. SHA-256 {bundle.sha256}.")
    split = st.segmented_control(
        "Measured on", SPLITS, default=SPLITS[0], required=True, format_func=lambda one: SPLIT_WORDS[one]
    )
    st.html(facts(_headline(bundle.metrics.of(split))))
    _slider(bundle, split)
    st.subheader("The card")
    with st.expander("Data, terms, figures by source and species, limits"):
        # The card has its own title; here it is a part of a page that has one.
        st.markdown("\n".join(f"##{line}" if line.startswith("#") else line for line in card.splitlines()))


def _headline(metrics: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return the figures that everybody asks for, with their 95 % intervals; those that are there."""
    intervals = metrics.get("intervals_95", {})
    figures = []
    if "auc" in metrics:
        figures.append(("AUC", f"{metrics['auc']:.3f}", _interval(intervals.get("auc"), ".3f")))
    if "eer" in metrics:
        figures.append(("Equal error rate", f"{metrics['eer']:.1%}", _interval(intervals.get("eer"), ".1%")))
    for name, words in (("far", "Attacks accepted"), ("bpcer", "Living people not accepted")):
        if name in metrics:
            share = metrics[name]
            figures.append((words, f"{share['value']:.1%}", _interval(share.get("interval_95"), ".1%")))
    return figures


def _interval(interval: list[float] | None, kind: str) -> str:
    return f"{interval[0]:{kind}} to {interval[1]:{kind}}" if interval else ""


def _slider(bundle: Bundle, split: str) -> None:
    st.subheader("Another threshold")
    curve = bundle.curve(split)
    if not curve:
        st.info("This bundle has no operating curve; one that is published anew has.", icon=":material/info:")
        return
    threshold = st.slider(
        "Accept a picture whose probability of a living person is at least",
        0.0,
        1.0,
        round(bundle.thresholds.live, 3),
        0.001,
        format="%.3f",
        help="Only this page changes. The threshold in force is the bundle's.",
    )
    here = at(curve, threshold)
    st.html(
        facts(
            [
                ("APCER, all attacks", f"{here.apcer_all:.1%}"),
                ("APCER, the worst kind", f"{here.apcer:.1%}"),
                ("BPCER", f"{here.bpcer:.1%}"),
            ]
        )
    )
    left, right = st.columns(2, gap="large")
    left.html(det(curve, here))
    right.html(roc(curve, here))
    st.caption(
        "APCER: share of attacks accepted; BPCER: share of living people not accepted. Line: all attacks; "
        "dashed: the kind of attack that is accepted most; dot: the threshold of the slider."
    )
