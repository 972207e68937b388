"""Waiting for ECS, told by answers as real ECS gives them (moto's services are always stable)."""

from typing import Any

import pytest
from ekyc_deploy.deploy_error import DeployError
from ekyc_deploy.rollout import Rollout

OLD, NEW = "task:1", "task:2"


def deployment(task: str, status: str, running: int, state: str) -> dict[str, Any]:
    return {"taskDefinition": task, "status": status, "runningCount": running, "rolloutState": state}


def service(task: str, *deployments: dict[str, Any]) -> dict[str, Any]:
    events = [{"message": "tasks failed to start"}]
    return {
        "serviceName": "quality",
        "taskDefinition": task,
        "desiredCount": 2,
        "deployments": list(deployments),
        "events": events,
    }


STARTED = service(NEW, deployment(NEW, "PRIMARY", 1, "IN_PROGRESS"), deployment(OLD, "ACTIVE", 2, "COMPLETED"))
BOTH = service(NEW, deployment(NEW, "PRIMARY", 2, "COMPLETED"), deployment(OLD, "ACTIVE", 1, "COMPLETED"))
DONE = service(NEW, deployment(NEW, "PRIMARY", 2, "COMPLETED"))
GIVEN_UP = service(NEW, deployment(NEW, "PRIMARY", 0, "FAILED"), deployment(OLD, "ACTIVE", 2, "COMPLETED"))
TAKEN_BACK = service(OLD, deployment(OLD, "PRIMARY", 2, "COMPLETED"))


class Ecs:
    def __init__(self, *answers: dict[str, Any]) -> None:
        self.answers = list(answers)

    def describe_services(self, **_: Any) -> dict[str, Any]:
        return {"services": [self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]]}


def wait(*answers: dict[str, Any], seconds: float = 60) -> list[str]:
    said: list[str] = []
    Rollout(Ecs(*answers), "cluster", seconds=seconds, pause=0, say=said.append).wait({"quality": NEW})
    return said


def test_it_waits_until_no_task_of_the_former_definition_is_left() -> None:
    assert wait(STARTED, STARTED, BOTH, DONE) == ["quality 1 of 2", "quality 2 of 2", "quality stable"]


@pytest.mark.parametrize("end", [GIVEN_UP, TAKEN_BACK])
def test_what_the_circuit_breaker_gave_up_has_failed(end: dict[str, Any]) -> None:
    with pytest.raises(DeployError, match="ECS gave up: quality: tasks failed to start"):
        wait(STARTED, end)


def test_it_does_not_wait_for_ever() -> None:
    with pytest.raises(DeployError, match="not stable after 0 s: quality 1 of 2"):
        wait(STARTED, seconds=0)
