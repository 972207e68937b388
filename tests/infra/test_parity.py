"""Dockerfiles, compose.yaml and task definitions say the same of ports, names, users, folders and health."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from ekyc_console.settings import Settings as ConsoleSettings
from ekyc_gateway.settings import Settings as GatewaySettings
from ekyc_liveness.settings import Settings as LivenessSettings
from ekyc_quality.settings import Settings as QualitySettings
from pydantic_settings import BaseSettings

from tests.infra.conftest import NAME, Applied

pytestmark = pytest.mark.timeout(900)

ROOT = Path(__file__).parents[2]
SETTINGS: dict[str, type[BaseSettings]] = {
    "gateway": GatewaySettings,
    "quality": QualitySettings,
    "liveness": LivenessSettings,
}
# The console is not deployed, but composed.
COMPOSED: dict[str, type[BaseSettings]] = {**SETTINGS, "console": ConsoleSettings}
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())


def instruction(service: str, name: str) -> str:
    """Return what the last such instruction of a Dockerfile says."""
    text = (ROOT / f"services/{service}/Dockerfile").read_text().replace("\\\n", " ")
    found = re.findall(rf"^{name} (.*)$", text, re.MULTILINE)
    return str(found[-1]).strip() if found else ""


def health_command(service: str) -> list[str]:
    return list(json.loads(instruction(service, "HEALTHCHECK").partition("CMD ")[2]))


def port(service: str) -> int:
    return int(instruction(service, "EXPOSE"))


def names(service: str) -> set[str]:
    """Return the environment variables that a service reads, those of AWS's SDK left out."""
    settings = COMPOSED[service]
    return {f"{settings.model_config['env_prefix']}{name}".upper() for name in settings.model_fields}


def task(applied: Applied, service: str) -> dict[str, Any]:
    ecs = applied.client("ecs")
    (found,) = ecs.describe_services(cluster=NAME, services=[service])["services"]
    definition: dict[str, Any] = ecs.describe_task_definition(taskDefinition=found["taskDefinition"])["taskDefinition"]
    return definition


@pytest.mark.parametrize("service", COMPOSED)
def test_compose_is_of_one_mind_with_the_image(service: str) -> None:
    composed = COMPOSE["services"][service]
    assert composed["build"]["dockerfile"] == f"services/{service}/Dockerfile"
    assert "healthcheck" not in composed  # the image's own
    assert "user" not in composed
    own = {name for name in composed["environment"] if not name.startswith("AWS_")}
    assert own <= names(service)
    volume = instruction(service, "VOLUME")
    assert [mount.partition(":")[2] for mount in composed.get("volumes", [])] == ([volume] if volume else [])
    address = f"dns:///{service}:{port(service)}"
    if service in {"gateway", "console"}:
        assert composed["ports"][0].endswith(f":{port(service)}")
    else:
        assert COMPOSE["services"]["gateway"]["environment"][f"GATEWAY_{service.upper()}_TARGET"] == address


@pytest.mark.parametrize("service", SETTINGS)
def test_the_task_definition_is_of_one_mind_with_the_image(applied: Applied, service: str) -> None:
    definition = task(applied, service)
    (container,) = definition["containerDefinitions"]
    assert container["name"] == service
    assert [mapping["containerPort"] for mapping in container["portMappings"]] == [port(service)]
    assert container["user"] == instruction(service, "USER")
    assert container["healthCheck"]["command"] == ["CMD", *health_command(service)]
    volume = instruction(service, "VOLUME")
    assert [mount["containerPath"] for mount in container["mountPoints"]] == ([volume] if volume else [])
    given = {one["name"]: one["value"] for one in container["environment"]}
    own = {name for name in given.keys() | {one["name"] for one in container["secrets"]} if not name.startswith("AWS_")}
    assert own <= names(service)
    assert container["stopTimeout"] > int(given[f"{service.upper()}_DRAIN_SECONDS"])


@pytest.mark.parametrize("service", SETTINGS)
def test_both_give_a_service_time_to_drain(service: str) -> None:
    grace = COMPOSE["services"][service]["stop_grace_period"]
    assert int(grace.removesuffix("s")) > SETTINGS[service].model_fields["drain_seconds"].default
