"""`ekyc-train`: prepare pictures, train, publish a bundle."""

import argparse
from pathlib import Path

from ekyc_vision.crop import DEFAULT_GEOMETRY

from ekyc_training.config import read_config
from ekyc_training.crops import read_crops
from ekyc_training.manifest import read_manifest
from ekyc_training.prepare import prepare


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="ekyc-train", description=__doc__)
    parser.add_argument("command", choices=["prepare", "train", "publish"])
    parser.add_argument("--data", type=Path, required=True, help="folder with manifest.csv and the pictures")
    parser.add_argument("--cache", type=Path, default=Path("cache"), help="where prepared crops are kept")
    parser.add_argument("--config", type=Path, help="YAML; for train and publish")
    parser.add_argument("--run", type=Path, help="the run's folder; runs/<name of the configuration> unless said")
    parser.add_argument("--to", type=Path, help="publish: the bundle's folder, which must not exist")
    parsed = parser.parse_args(arguments)
    if parsed.command != "prepare" and parsed.config is None:
        parser.error("--config is needed")
    if parsed.command == "publish" and parsed.to is None:
        parser.error("--to is needed")
    return parsed


def main(arguments: list[str] | None = None) -> None:
    """Run one command."""
    asked = parse(arguments)
    rows = read_manifest(asked.data)
    crops = read_crops(prepare(asked.data, rows, asked.cache, DEFAULT_GEOMETRY), rows)
    if asked.command == "prepare":
        return
    config = read_config(asked.config)
    run = asked.run or Path("runs") / config.name
    if asked.command == "train":
        from ekyc_training.train import train  # noqa: PLC0415 - torch takes seconds to import

        train(config, crops.split("train"), crops.split("dev"), run)
    else:
        from ekyc_training.publish import publish  # noqa: PLC0415 - so do NNCF and ONNX

        publish(config, crops, run, asked.to, DEFAULT_GEOMETRY)


if __name__ == "__main__":
    main()
