"""Waiting until ECS runs what was applied."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ekyc_deploy.deploy_error import DeployError


@dataclass(frozen=True, slots=True)
class Rollout:
    """The services of a cluster on their way to new task definitions.

    Attributes:
        ecs: Client of ECS.
        cluster: Its name.
        seconds: Until one that is not stable has failed.
        pause: Between two looks.
        say: Told of progress.
    """

    ecs: Any
    cluster: str
    seconds: float = 900
    pause: float = 5
    say: Callable[[str], None] = print

    def wait(self, wanted: Mapping[str, str]) -> None:
        """Return when each service runs its task definition, all tasks of it and none of another.

        Args:
            wanted: ARN of the task definition by service.

        Raises:
            DeployError: ECS gave one up (its circuit breaker), or time is over.
        """
        end = time.monotonic() + self.seconds
        told = ""
        while True:
            found = self.ecs.describe_services(cluster=self.cluster, services=sorted(wanted))["services"]
            states = {one["serviceName"]: _state(one, wanted[one["serviceName"]]) for one in found}
            if (line := ", ".join(f"{name} {state}" for name, state in sorted(states.items()))) != told:
                self.say(told := line)
            if gone := wanted.keys() - states.keys():
                raise DeployError(f"no such service in {self.cluster}: {', '.join(sorted(gone))}")
            if any(state == "failed" for state in states.values()):
                raise DeployError(f"ECS gave up: {_reasons(found)}")
            if all(state == "stable" for state in states.values()):
                return
            if time.monotonic() > end:
                raise DeployError(f"not stable after {self.seconds:.0f} s: {line}")
            time.sleep(self.pause)


def _state(service: dict[str, Any], wanted: str) -> str:
    """Return "stable", "failed", or how far it is."""
    deployments = service["deployments"]
    (primary,) = (one for one in deployments if one["status"] == "PRIMARY")
    # The circuit breaker makes the former task definition the service's again.
    if service["taskDefinition"] != wanted or primary.get("rolloutState") == "FAILED":
        return "failed"
    running, desired = primary["runningCount"], service["desiredCount"]
    if len(deployments) == 1 and running >= desired and primary.get("rolloutState") != "IN_PROGRESS":
        return "stable"
    return f"{running} of {desired}"


def _reasons(services: list[dict[str, Any]]) -> str:
    """Return the newest event of each service."""
    return "; ".join(f"{one['serviceName']}: {one['events'][0]['message']}" for one in services if one.get("events"))
