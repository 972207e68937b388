"""A run's folder: what was asked, on what data, by what code, and what came out."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch


def git_revision() -> str:
    """Return the commit of the code that runs, with "-dirty" where files differ; "unknown" outside a checkout."""
    command = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - fixed arguments
    return answer.stdout.strip() or "unknown"


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write readable JSON."""
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def save_atomically(state: Mapping[str, Any], path: Path) -> None:
    """Write a checkpoint so that a crash leaves the old one or the new one, never half of either."""
    unfinished = path.with_suffix(".unfinished")
    torch.save(dict(state), unfinished)
    unfinished.replace(path)
