"""A run's folder: what was asked, on what data, by what code, and what came out."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from ekyc_training.config import Config
from ekyc_training.rows import DataError


def git_revision() -> str:
    """Return the commit of the code that runs, with "-dirty" where files differ; "unknown" outside a checkout."""
    command = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - fixed arguments
    return answer.stdout.strip() or "unknown"


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write readable JSON."""
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


# What a run is: where one of these differs, it is another run.
IDENTITY = ("seed", "network", "sampling", "augment", "loss", "distil", "schedule")


def trained_by(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the part of a run's record that decided its weights."""
    config = {name: record["config"][name] for name in IDENTITY}
    return {"config": config, "data": (record["train_list_sha256"], record["dev_list_sha256"])}


def begin_run(run: Path, record: Mapping[str, Any]) -> None:
    """Write ``run.json``, or leave the one that stands there: a run keeps the record it began with.

    Raises:
        DataError: The run was begun with other settings or data.
    """
    path = run / "run.json"
    if not path.exists():
        write_json(path, record)
    elif trained_by(json.loads(path.read_text(encoding="utf-8"))) != trained_by(record):
        raise DataError(f"{run} was begun with other settings or data: name another run")


def config_of(run: Path) -> Config:
    """Return the settings that a run was begun with."""
    return Config.model_validate(json.loads((run / "run.json").read_text(encoding="utf-8"))["config"])


def save_atomically(state: Mapping[str, Any], path: Path) -> None:
    """Write a checkpoint so that a crash leaves the old one or the new one, never half of either."""
    unfinished = path.with_suffix(".unfinished")
    torch.save(dict(state), unfinished)
    unfinished.replace(path)
