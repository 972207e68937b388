"""Make, judge and ship a liveness model.

Data are a folder: with a manifest.csv (path, source, split, label, attack, subject), in CelebA-Spoof's layout, or with
folders named live, print, replay or spoof. Everything that shows people stays in runs/ and cache/, which git ignores.
"""

import argparse
import os
import sys
from pathlib import Path

from ekyc_liveness.bundle import BundleError
from ekyc_liveness.session import ProviderError
from ekyc_quality.policy import PolicyError
from pydantic import ValidationError

from ekyc_training import commands
from ekyc_training.comparison import ComparisonError
from ekyc_training.rows import DataError

CORES = os.cpu_count() or 1


def parser() -> argparse.ArgumentParser:  # noqa: PLR0915 - a command a paragraph
    """Return the command line."""
    root = argparse.ArgumentParser(
        prog="ekyc-train", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    named = root.add_subparsers(title="commands", dest="command", required=True)

    data = argparse.ArgumentParser(add_help=False)
    data.add_argument("--data", type=Path, required=True, help="folder of the pictures")
    data.add_argument("--cache", type=Path, default=Path("cache"), help="where prepared crops are kept (%(default)s)")
    data.add_argument("--workers", type=int, default=CORES, help="processes that prepare pictures (%(default)s)")
    config = argparse.ArgumentParser(add_help=False)
    config.add_argument("--config", type=Path, required=True, help="YAML settings, see training/configs")
    config.add_argument("--runs", type=Path, default=Path("runs"), help="parent of the runs' folders (%(default)s)")
    threads = argparse.ArgumentParser(add_help=False)
    threads.add_argument("--threads", type=int, default=CORES, help="of torch (%(default)s)")
    scoring = argparse.ArgumentParser(add_help=False)
    scoring.add_argument("--bundle", type=Path, default=commands.DEFAULT_BUNDLE, help="the one that ships unless said")
    scoring.add_argument("--provider", default="openvino", choices=commands.PROVIDERS, help="(%(default)s)")
    scoring.add_argument("--profile", default="", help="camera profile of the gate")
    scoring.add_argument("--profiles", type=Path, help="folder of profiles that calibration wrote")

    def add(name: str, *parents: argparse.ArgumentParser, words: str) -> argparse.ArgumentParser:
        command = named.add_parser(name, parents=list(parents), help=words, description=words)
        command.set_defaults(run=getattr(commands, name.replace("-", "_")))
        return command

    add("prepare", data, words="decode, find faces and cut crops, once, as the services do")
    add("train", data, config, threads, words="train a network; a run that was stopped goes on")
    sheet = add("contact-sheet", data, config, words="draw what the network would see")
    sheet.add_argument("--out", type=Path, default=Path("runs/contact-sheet.png"), help="(%(default)s)")
    left = add("leave-one-out", data, config, threads, words="train without each source, and test on it")
    left.add_argument("--source", action="append", default=[], help="leave out this one only; may be repeated")
    peer = add("peer", data, words="score the pictures by MiniFASNet, a peer and a teacher; AUC and EER by source")
    peer.add_argument("--pair", type=Path, required=True, help="folder of the two ONNX graphs")
    export = add("export", config, words="write TorchScript and FP32 ONNX of a run")
    export.add_argument("--out", type=Path, required=True, help="folder for model.onnx and model.pt")
    export.add_argument("--temperature", type=float, default=1.0, help="divides the logit (%(default)s)")
    quantize = add("quantize", data, words="quantize an exported ONNX graph to INT8")
    quantize.add_argument("--model", type=Path, required=True, help="FP32 ONNX")
    quantize.add_argument("--out", type=Path, required=True, help="INT8 ONNX to write")
    publish = add("publish", data, config, words="export, quantize, compare, judge, and write an immutable bundle")
    publish.add_argument("--to", required=True, help="the bundle's folder, or s3://bucket/prefix; must not exist")
    publish.add_argument("--left-out", type=Path, help="result of leave-one-out, for the card")
    publish.add_argument(
        "--against",
        action="append",
        default=[],
        metavar="FOLDER",
        type=Path,
        help="a run or a bundle to set beside this one in the card; may be repeated",
    )
    publish.add_argument("--provider", default="openvino", choices=commands.PROVIDERS, help="(%(default)s)")
    curve = add("curve", data, words="copy a bundle and add the rates at every threshold, from scores of its graph")
    curve.add_argument("--bundle", type=Path, default=commands.DEFAULT_BUNDLE, help="the one that ships unless said")
    curve.add_argument("--to", type=Path, required=True, help="the copy's folder; must not exist")
    curve.add_argument("--provider", default="openvino", choices=commands.PROVIDERS, help="(%(default)s)")
    score = add("score", scoring, words="score a list of pictures by the shipped bundle and the serving code")
    score.add_argument("--manifest", type=Path, required=True, help="CSV with a column path or rel")
    score.add_argument("--root", type=Path, required=True, help="folder that the paths are relative to")
    score.add_argument("--out", type=Path, required=True, help="CSV to write")
    score.add_argument("--workers", type=int, default=CORES, help="processes (%(default)s)")
    evaluate = add("evaluate", scoring, words="score a data folder and write one self-contained report")
    evaluate.add_argument("--data", type=Path, required=True, help="folder of the pictures")
    evaluate.add_argument("--out", type=Path, default=Path("runs/report"), help="(%(default)s)")
    evaluate.add_argument("--split", action="append", default=[], help="dev and test unless said; may be repeated")
    evaluate.add_argument("--workers", type=int, default=CORES, help="processes (%(default)s)")
    smoke = add("smoke", words="a minute from drawn pictures to a test bundle that production refuses")
    smoke.add_argument("--out", type=Path, default=Path("runs/smoke"), help="folder; made anew (%(default)s)")
    smoke.add_argument("--provider", default="openvino", choices=commands.PROVIDERS, help="(%(default)s)")
    return root


def main(arguments: list[str] | None = None) -> int:
    """Run one command; what a person can put right is said in a line."""
    asked = parser().parse_args(arguments)
    try:
        asked.run(asked)
    except (DataError, BundleError, ProviderError, PolicyError, ComparisonError, ValidationError) as error:
        print(f"ekyc-train: {error}", file=sys.stderr)  # noqa: T201 - for people
        return 1
    except ModuleNotFoundError as error:
        if error.name not in commands.HEAVY:
            raise
        print(f"ekyc-train: {error.name} is not installed: pip install ekyc-training[torch]", file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
