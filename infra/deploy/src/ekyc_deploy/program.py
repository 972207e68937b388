"""Programs that a deployment calls."""

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from ekyc_deploy.deploy_error import DeployError


def run(
    *arguments: str | Path,
    cwd: Path,
    text: str | None = None,
    quiet: bool = False,
    codes: tuple[int, ...] = (0,),
    environment: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run a program, its output on the terminal unless quiet.

    Args:
        *arguments: The program and its arguments.
        cwd: Where it runs.
        text: For its standard input.
        quiet: Keep its output and return it.
        codes: Exit codes that are no failure.
        environment: Its variables; None: this process's.

    Raises:
        DeployError: it is not installed, or failed.
    """
    words = [str(one) for one in arguments]
    if shutil.which(words[0]) is None:
        raise DeployError(f"{words[0]} is not installed, or not on the PATH")
    done = subprocess.run(  # noqa: S603 - a list of words, none of them from a client
        words, cwd=cwd, input=text, capture_output=quiet, text=True, check=False, env=environment
    )
    if done.returncode not in codes:
        said = f":\n{done.stderr.strip()}" if quiet else ""
        raise DeployError(f"{' '.join(words[:2])} failed with {done.returncode}{said}")
    return done
