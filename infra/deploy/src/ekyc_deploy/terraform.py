"""Terraform, in the folder of an environment."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ekyc_deploy.program import run

CHANGES = 2  # exit code of a plan that would change something


@dataclass(frozen=True, slots=True)
class Terraform:
    """An environment's configuration and state.

    Attributes:
        folder: Of the environment, such as infra/environments/example.
    """

    folder: Path

    def init(self) -> None:
        """Get the locked providers."""
        run("terraform", "init", "-input=false", cwd=self.folder, quiet=True)

    def platform(self) -> dict[str, Any]:
        """Return what the platform says of itself; nothing before the first apply."""
        platform: dict[str, Any] = self._outputs().get("platform", {})
        return platform

    def registry(self, tag: str) -> dict[str, str]:
        """Make the image repositories alone, which must be there before the rest; return their URLs by service."""
        target = "-target=module.platform.module.registry"
        run("terraform", "apply", "-auto-approve", "-input=false", target, *_tag(tag), cwd=self.folder, quiet=True)
        return dict(self._outputs()["repositories"])

    def plan(self, tag: str, to: Path) -> bool:
        """Write the plan that runs the images of a tag; return whether it changes anything."""
        options = ("-input=false", "-detailed-exitcode", f"-out={to}")
        done = run("terraform", "plan", *options, *_tag(tag), cwd=self.folder, codes=(0, CHANGES))
        return done.returncode == CHANGES

    def apply(self, plan: Path) -> None:
        """Do what a plan says."""
        run("terraform", "apply", "-input=false", plan, cwd=self.folder)

    def _outputs(self) -> dict[str, Any]:
        said = json.loads(run("terraform", "output", "-json", cwd=self.folder, quiet=True).stdout)
        return {name: output["value"] for name, output in said.items()}


def _tag(tag: str) -> tuple[str, str]:
    return "-var", f"tag={tag}"
