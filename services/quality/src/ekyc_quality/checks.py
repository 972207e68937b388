"""`python -m ekyc_quality.checks PHOTO...`: what the gate says of some pictures."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from ekyc_vision.decode_error import DecodeError
from ekyc_vision.finder import open_finder
from rich.console import Console
from rich.table import Table

from ekyc_quality.assessment import Assessment, Assessor
from ekyc_quality.findings import Finding, Outcome
from ekyc_quality.overlay import write_overlay
from ekyc_quality.policy import PolicyError, read_profiles

ACCEPTED, REJECTED, UNREADABLE = 0, 1, 2
COLOURS = {Outcome.PASSED: "green", Outcome.WARNED: "yellow", Outcome.FAILED: "red", Outcome.NOT_ASSESSED: "magenta"}


def parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m ekyc_quality.checks",
        description="Say whether pictures are good enough for face verification, and what is wrong with the others.",
        epilog="Exit status: 0 all accepted, 1 one rejected, 2 one not readable.",
    )
    parser.add_argument("photos", nargs="+", type=Path, metavar="PHOTO", help="JPEG, PNG, WebP or HEIC")
    parser.add_argument("--json", action="store_true", help="one JSON object a line (the default when piped)")
    parser.add_argument("--profile", default="", help="camera profile (default: the built-in one)")
    parser.add_argument("--profiles", type=Path, metavar="FOLDER", help="where profiles written by calibration lie")
    parser.add_argument("--overlay", type=Path, metavar="OUT.png", help="draw landmarks and box of the first photo")
    return parser.parse_args(arguments)


def as_record(assessment: Assessment) -> dict[str, Any]:
    """Plain values for JSON: the verdict, the reasons, then every measure."""
    face = assessment.face
    return {
        "quality_pass": assessment.acceptable,
        "reasons": [_reason(finding) for finding in assessment.reasons],
        "measures": {finding.measure.value: _measure(finding) for finding in assessment.findings},
        "face": face and {name: round(getattr(face.box, name), 1) for name in ("left", "top", "right", "bottom")},
        "picture": {
            "width": assessment.picture.width,
            "height": assessment.picture.height,
            "format": assessment.picture.format,
        },
        "profile": assessment.profile,
    }


def _bound(finding: Finding) -> dict[str, float | None] | None:
    return {"min": finding.bound.min, "max": finding.bound.max} if finding.bound else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")


def _reason(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.defect,
        "message": finding.message,
        "measure": finding.measure,
        "value": _rounded(finding.value),
        "bound": _bound(finding),
    }


def _measure(finding: Finding) -> dict[str, Any]:
    return {
        "outcome": finding.outcome,
        "value": _rounded(finding.value),
        "score": _rounded(finding.score),
        "bound": _bound(finding),
    }


def as_table(path: Path, assessment: Assessment) -> Table:
    """Everything about one picture, for people."""
    verdict = "[green]accepted[/]" if assessment.acceptable else "[red]rejected[/]"
    table = Table(title=f"{path.name}: {verdict}", title_justify="left")
    for column in ("measure", "value", "score", "bound", ""):
        table.add_column(column, justify="right" if column in {"value", "score"} else "left")
    for finding in assessment.findings:
        colour = COLOURS[finding.outcome]
        said = finding.outcome.value if finding.outcome is Outcome.PASSED else f"{finding.defect}: {finding.message}"
        bound = finding.bound
        table.add_row(
            finding.measure.value,
            "-" if finding.value is None else f"{finding.value:.3g}",
            "-" if finding.score is None else f"{finding.score:.0f}",
            "" if bound is None else " … ".join("" if side is None else f"{side:g}" for side in (bound.min, bound.max)),
            f"[{colour}]{said}[/]",
        )
    return table


def main(arguments: list[str] | None = None) -> int:
    """Check the pictures; see the exit status in --help."""
    options = parse_arguments(arguments)
    console, errors = Console(), Console(stderr=True, soft_wrap=True, highlight=False)
    try:
        assessor = Assessor(open_finder(), read_profiles(options.profiles))
        status = ACCEPTED
        for number, path in enumerate(options.photos):
            try:
                assessment = assessor.assess(path.read_bytes(), options.profile)
            except (DecodeError, OSError) as error:
                reason = error.reason.value if isinstance(error, DecodeError) else error.strerror
                errors.print(f"{path}: {reason}", style="red")
                status = UNREADABLE
                continue
            if options.json or not console.is_terminal:
                name = {"photo": str(path)} if len(options.photos) > 1 else {}
                print(json.dumps(name | as_record(assessment)))  # noqa: T201 - the program's output
            else:
                console.print(as_table(path, assessment))
            if options.overlay and number == 0:
                write_overlay(assessment, options.overlay)
            status = max(status, ACCEPTED if assessment.acceptable else REJECTED)
    except PolicyError as error:
        errors.print(str(error), style="red")
        return UNREADABLE
    return status


if __name__ == "__main__":
    sys.exit(main())
