"""The steps from a commit to services that answer, and back."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from ekyc_deploy import smoke
from ekyc_deploy.deploy_error import DeployError
from ekyc_deploy.history import History
from ekyc_deploy.images import Images
from ekyc_deploy.rollout import Rollout
from ekyc_deploy.terraform import Terraform


@dataclass(frozen=True, slots=True)
class Deployment:
    """An environment, and how it is asked whether it works.

    Attributes:
        terraform: Its configuration and state.
        key: API key of the smoke request; None asks for /health only.
        url: Asked in place of the environment's own address.
        agree: Asked before a plan is applied.
        say: Told of every step.
        seconds: A roll-out may take.
    """

    terraform: Terraform
    key: str | None
    url: str | None
    agree: Callable[[], bool]
    say: Callable[[str], None] = print
    seconds: float = 900

    def deploy(self, tag: str) -> None:
        """Build what is missing, apply, wait, ask; go back to the tag before where that fails.

        Raises:
            DeployError: with what failed, and whether the former tag is back.
        """
        self.terraform.init()
        platform = self.terraform.platform()
        before = self._history(platform).current if platform else None
        self._publish(platform, tag)
        try:
            self._roll(tag)
        except DeployError as error:
            if before is None or before == tag:
                raise DeployError(f"{error}\nno other tag is known to go back to; see the services' events") from error
            self.say(f"{error}; going back to {before}")
            self._go_back(before, error)
            raise DeployError(f"{tag} was not deployed, {before} is back; what failed: {error}") from error
        platform = self.terraform.platform()
        self._history(platform).add(tag)
        self.say(f"{platform['cluster']} runs {tag}")

    def rollback(self) -> None:
        """Run the tag that ran before this one; its images are there.

        Raises:
            DeployError: there is none, or it failed as well.
        """
        self.terraform.init()
        platform = self.terraform.platform()
        history = self._history(platform) if platform else None
        if history is None or history.previous is None:
            raise DeployError("no earlier tag is known; make deploy TAG=… takes any whose images are in ECR")
        tag = history.previous
        self.say(f"going back from {history.current} to {tag}")
        self._roll(tag)
        history.add(tag)
        self.say(f"{platform['cluster']} runs {tag}")

    def _go_back(self, tag: str, failed: DeployError) -> None:
        try:
            self._roll(tag, asked=False)
        except DeployError as error:
            raise DeployError(f"{failed}; and going back to {tag} failed as well: {error}") from error

    def _publish(self, platform: dict[str, Any], tag: str) -> None:
        urls = platform.get("repositories")
        if urls is None:
            self.say("first deployment: the image repositories")
            urls = self.terraform.registry(tag)
        images = Images(boto3.client("ecr"), urls)
        missing = images.missing(tag)
        self.say(f"images to build for {tag}: {', '.join(missing) or 'none, all are there'}")
        if missing:
            images.publish(missing, tag)

    def _roll(self, tag: str, *, asked: bool = True) -> None:
        """Apply a tag, wait until it runs, and ask it."""
        with tempfile.TemporaryDirectory() as folder:
            plan = Path(folder) / "plan"
            if not self.terraform.plan(tag, plan):
                self.say("nothing to change")
            elif asked and not self.agree():
                raise SystemExit("nothing was applied")
            else:
                self.terraform.apply(plan)
        platform = self.terraform.platform()
        self.say("waiting for the services")
        Rollout(boto3.client("ecs"), platform["cluster"], seconds=self.seconds, say=self.say).wait(platform["services"])
        self.say(smoke.ask(self.url or platform["url"], self.key))

    @staticmethod
    def _history(platform: dict[str, Any]) -> History:
        return History(boto3.client("ssm"), platform["cluster"])
