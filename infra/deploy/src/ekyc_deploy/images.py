"""Images in ECR. A tag is immutable: what is there is never built again."""

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ekyc_deploy.deploy_error import DeployError
from ekyc_deploy.program import run

ROOT = Path(__file__).parents[4]
PLATFORM = "linux/amd64"  # of the task definitions


@dataclass(frozen=True, slots=True)
class Images:
    """The repositories of an environment.

    Attributes:
        ecr: Client of ECR.
        urls: Of the repositories, by service.
    """

    ecr: Any
    urls: Mapping[str, str]

    def missing(self, tag: str) -> list[str]:
        """Return the services that have no image of a tag."""
        return [service for service in sorted(self.urls) if not self._has(service, tag)]

    def publish(self, services: Iterable[str], tag: str) -> None:
        """Build and push images.

        Raises:
            DeployError: docker failed.
        """
        self._log_in()
        for service in services:
            image = f"{self.urls[service]}:{tag}"
            file = f"services/{service}/Dockerfile"
            run(
                "docker", "build", "--platform", PLATFORM, "--build-arg", f"REVISION={tag}",
                "--file", file, "--tag", image, ".", cwd=ROOT,
            )  # fmt: skip
            run("docker", "push", image, cwd=ROOT)

    def _has(self, service: str, tag: str) -> bool:
        repository = self.urls[service].partition("/")[2]
        try:
            self.ecr.describe_images(repositoryName=repository, imageIds=[{"imageTag": tag}])
        except self.ecr.exceptions.ImageNotFoundException:
            return False
        return True

    def _log_in(self) -> None:
        (found,) = self.ecr.get_authorization_token()["authorizationData"]
        user, _, password = base64.b64decode(found["authorizationToken"]).decode().partition(":")
        registries = {url.partition("/")[0] for url in self.urls.values()}
        if len(registries) != 1:
            raise DeployError(f"the repositories are in several registries: {sorted(registries)}")
        command = ("docker", "login", "--username", user, "--password-stdin", *registries)
        run(*command, cwd=ROOT, text=password, quiet=True)
