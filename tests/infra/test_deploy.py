"""`make deploy` and `make rollback` against moto's AWS, with real services behind the public name."""

import subprocess
import sys

import pytest

from tests.infra.conftest import NAME, TAG, Applied
from tests.infra.front import BROKEN

pytestmark = pytest.mark.timeout(900)


def revisions(applied: Applied) -> list[str]:
    return list(applied.client("ecs").list_task_definitions(familyPrefix=f"{NAME}-gateway")["taskDefinitionArns"])


def docker_log(applied: Applied) -> list[str]:
    return (applied.folder / "docker.log").read_text().splitlines()


def test_the_first_deployment_builds_pushes_and_asks_a_real_photo(applied: Applied) -> None:
    words = docker_log(applied)
    assert [line.split()[0] for line in words] == ["login", *["build", "push"] * 3]
    assert all("--platform linux/amd64" in line and f":{TAG} ." in line for line in words if line.startswith("build"))
    assert applied.image("gateway").endswith(f"/gateway:{TAG}")
    assert applied.front.seen[:2] == ["/health", "/verify/face"]


def test_deploying_twice_changes_nothing(applied: Applied) -> None:
    before, built = revisions(applied), docker_log(applied)
    said = applied.deploy("deploy", "--tag", TAG)
    assert revisions(applied) == before
    assert docker_log(applied) == built
    assert "accept, verification" in said


def test_one_that_does_not_answer_goes_back_and_rollback_goes_to_the_tag_before(applied: Applied) -> None:
    said = applied.deploy("deploy", "--tag", BROKEN, code=1)
    assert f"{BROKEN} was not deployed, {TAG} is back" in said
    assert applied.image("gateway").endswith(f":{TAG}")

    applied.deploy("deploy", "--tag", "1.2.4")
    assert applied.image("quality").endswith(":1.2.4")
    built = docker_log(applied)
    said = applied.deploy("rollback")
    assert f"{NAME} runs {TAG}" in said
    assert applied.image("quality").endswith(f":{TAG}")
    assert docker_log(applied) == built


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["deploy", "--env", "nowhere", "--tag", "1"], "there are example"),
        (["deploy", "--env", "example", "--tag", "no tag"], "is no image tag"),
    ],
)
def test_what_cannot_be_deployed_is_said_before_anything_is_done(arguments: list[str], says: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ekyc_deploy", *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert says in done.stderr
