"""`python -m ekyc_quality.calibration FOLDER`: bounds for your camera, from your camera's pictures."""

import argparse
import sys
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from ekyc_policy.measure import Measure
from ekyc_policy.profile import DEFAULT_PROFILE
from ekyc_policy.proposal import Proposal, profile_of, propose
from ekyc_vision.decode_error import DecodeError
from ekyc_vision.finder import open_finder
from rich.console import Console
from rich.progress import track
from rich.table import Table

from ekyc_quality.assessment import Assessor

FEW = 100
# Of the table where it is piped; a terminal knows its own.
WIDTH = 150

Values = Mapping[Measure, list[float]]


def parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m ekyc_quality.calibration",
        description="Show how each measure is distributed over good pictures of one camera, propose bounds, "
        "write a profile that the quality service loads (QUALITY_PROFILES) and a client names (?profile=).",
    )
    parser.add_argument("folder", type=Path, help="pictures that should be accepted; subfolders are searched too")
    parser.add_argument("--bad", type=Path, metavar="FOLDER", help="pictures that should be rejected, to compare")
    parser.add_argument("--false-reject-rate", type=float, default=0.01, metavar="SHARE",
                        help="of good pictures that each bound may reject (0.01)")  # fmt: skip
    parser.add_argument("--name", default="camera", help="of the profile: a-z, 0-9, _ and - (camera)")
    parser.add_argument("--out", type=Path, metavar="FILE.yaml", help="where to write it (NAME.yaml)")
    parser.add_argument("--plots", type=Path, metavar="FILE.png", help="where to draw the distributions (NAME.png)")
    return parser.parse_args(arguments)


def measure_folder(folder: Path, assessor: Assessor, console: Console) -> Values:
    """Return every measure's values over a folder's pictures; those that cannot be read are listed, not fatal."""
    values: dict[Measure, list[float]] = defaultdict(list)
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    unreadable, faceless = [], 0
    for path in track(paths, description=folder.name, console=console):
        try:
            assessment = assessor.assess(path.read_bytes())
        except (DecodeError, OSError) as error:
            unreadable.append(f"{path}: {error}")
            continue
        faceless += not assessment.faces
        for finding in assessment.findings:
            if finding.value is not None:
                values[finding.measure].append(finding.value)
    for line in unreadable:
        console.print(f"skipped {line}", style="yellow")
    console.print(
        f"{folder}: {len(paths) - len(unreadable)} pictures, {faceless} without a face, {len(unreadable)} unreadable"
    )
    return values


def as_table(proposals: list[Proposal]) -> Table:
    """The proposals, for people."""
    table = Table(title="good pictures rejected by each bound, with the exact 95 % interval")
    table.add_column("measure", no_wrap=True)
    for column in ("n", "1 %", "median", "99 %", "current", "rejects", "proposed", "rejects", "of bad"):
        table.add_column(column, justify="right", no_wrap=True)
    for proposal in proposals:
        table.add_row(*proposal.cells())
    return table


def main(arguments: list[str] | None = None) -> int:
    """Calibrate; exit 2 where there is nothing to calibrate on."""
    options = parse_arguments(arguments)
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    if not 0 < options.false_reject_rate < 1:
        console.print("--false-reject-rate is a share between 0 and 1", style="red")
        return 2
    assessor = Assessor(open_finder())
    good = measure_folder(options.folder, assessor, console)
    if not good.get(Measure.FACE_SIZE):
        console.print(f"{options.folder} holds no picture with a face", style="red")
        return 2
    bad = measure_folder(options.bad, assessor, console) if options.bad else {}
    n = len(good[Measure.FACE_SIZE])
    if n < FEW:
        console.print(f"only {n} faces: bounds at {options.false_reject_rate:.1%} need some hundreds", style="yellow")

    proposals = [
        propose(measure, values, bad.get(measure, []), DEFAULT_PROFILE.rule(measure), options.false_reject_rate)
        for measure, values in good.items()
    ]
    Console(width=None if sys.stdout.isatty() else WIDTH).print(as_table(proposals))
    source = f"{n} faces of {options.folder.name}"
    profile = profile_of(proposals, name=options.name, source=source, rate=options.false_reject_rate)
    out = options.out or Path(f"{options.name}.yaml")
    out.write_text(profile.text(), encoding="utf-8")
    plots = options.plots or out.with_suffix(".png")
    from ekyc_quality.histograms import draw  # noqa: PLC0415 - matplotlib takes a second to import

    draw(proposals, plots)
    console.print(f"wrote {out} and {plots}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
