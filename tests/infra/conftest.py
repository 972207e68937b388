"""The example environment, applied to moto's AWS and destroyed again."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from ekyc_stack.stack import Stack
from moto.server import ThreadedMotoServer

from tests.infra.front import Front

ROOT = Path(__file__).parents[2]
REGION = "eu-central-1"
NAME = "ekyc-test"
TAG = "1.2.3"
API_KEY = "a-key-for-the-smoke-request"
SERVICES = ("acm", "autoscaling", "cloudwatch", "ec2", "ecr", "ecs", "elbv2", "iam", "kms", "logs", "route53", "s3")
MORE = ("secretsmanager", "sns", "ssm", "sts", "wafv2")
MIRROR = 'provider_installation {{\n  filesystem_mirror {{ path = "{path}" }}\n}}\n'
OVERRIDE = """provider "aws" {{
  access_key                  = "testing"
  secret_key                  = "testing"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
  s3_use_path_style           = true
  endpoints {{
{endpoints}
  }}
}}
"""
# moto's zones forget their VPC, and a second one is refused.
ZONE = 'resource "aws_route53_zone" "backends" {\n  lifecycle { ignore_changes = [vpc] }\n}\n'


@dataclass(frozen=True)
class Applied:
    """The environment as it stands.

    Attributes:
        folder: Of the environment's configuration.
        url: Of moto.
        front: What the public name leads to.
        environment: Variables for terraform and boto3.
    """

    folder: Path
    url: str
    front: Front
    environment: dict[str, str]

    @property
    def outputs(self) -> dict[str, Any]:
        """What the platform says of itself."""
        found: dict[str, Any] = json.loads(self.terraform("output", "-json", "platform").stdout)
        return found

    def deploy(self, *arguments: str, code: int = 0) -> str:
        """Run the deployment script and return what it said."""
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "ekyc_deploy",
                *arguments,
                "--env",
                str(self.folder),
                "--yes",
                "--url",
                self.front.url,
            ],
            env={**os.environ, **self.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stdout[-4000:]
        return done.stdout

    def image(self, service: str) -> str:
        """Return the image that a service runs."""
        return running(self.client("ecs"), service)

    def client(self, service: str) -> Any:
        return aws(self.url, service)

    def planned(self, kind: str, name: str) -> list[dict[str, Any]]:
        """Return what the state says of the resources of a kind in the module of a name."""
        state = json.loads((self.folder / "terraform.tfstate").read_text())
        return [
            instance["attributes"]
            for one in state["resources"]
            if one["type"] == kind and one.get("module", "").endswith(f'["{name}"]')
            for instance in one["instances"]
        ]

    def terraform(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return terraform(self.folder, self.environment, *arguments)


def aws(url: str, service: str) -> Any:
    """Return a client of a service of moto's."""
    return boto3.client(
        service,
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",  # noqa: S106 - moto's
    )


def running(ecs: Any, service: str) -> str:
    """Return the image of the task definition that a service runs."""
    (found,) = ecs.describe_services(cluster=NAME, services=[service])["services"]
    task = ecs.describe_task_definition(taskDefinition=found["taskDefinition"])["taskDefinition"]
    return str(task["containerDefinitions"][0]["image"])


def certificate(acm: Any, domain: str) -> str:
    """Return the ARN of a new certificate."""
    return str(acm.request_certificate(DomainName=domain)["CertificateArn"])


def terraform(folder: Path, environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        ["terraform", *arguments],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return done


def docker_double(folder: Path) -> Path:
    """Return a folder with tests/infra/docker_double.py as the program docker."""
    program = folder / "bin/docker"
    program.parent.mkdir()
    text = (ROOT / "tests/infra/docker_double.py").read_text()
    program.write_text(f"#!{sys.executable}\n{text}")
    program.chmod(0o755)
    return program.parent


@pytest.fixture(scope="session")
def configured(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A copy of infra, initialised."""
    if shutil.which("terraform") is None:
        pytest.skip("terraform is not installed")
    folder = tmp_path_factory.mktemp("infra")
    ignore = shutil.ignore_patterns(".terraform", "*.tfstate*", "*.tfvars")
    shutil.copytree(ROOT / "infra", folder / "infra", ignore=ignore)
    environment = {"TF_IN_AUTOMATION": "1", "TF_INPUT": "0", "CHECKPOINT_DISABLE": "1"}
    mirror = next((path for path in (Path("/opt/tf-plugins"), Path("/usr/share/tf-plugins")) if path.is_dir()), None)
    if mirror is not None:
        (folder / "terraformrc").write_text(MIRROR.format(path=mirror))
        environment["TF_CLI_CONFIG_FILE"] = str(folder / "terraformrc")
    example = folder / "infra/environments/example"
    terraform(example, environment, "init", "-no-color")
    return example, environment


@pytest.fixture(scope="session")
def applied(configured: tuple[Path, dict[str, str]]) -> Iterator[Applied]:
    """The environment as its first `make deploy` leaves it; destroyed at the end."""
    folder, environment = configured
    os.environ["MOTO_ECS_SERVICE_RUNNING"] = "2"  # moto says that this many tasks run
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    url = "http://{}:{}".format(*server.get_host_and_port())
    lines = "\n".join(f'    {service} = "{url}"' for service in (*SERVICES, *MORE))
    (folder / "override.tf").write_text(OVERRIDE.format(endpoints=lines))
    (folder.parents[1] / "modules/balancers/override.tf").write_text(ZONE)
    certificates = aws(url, "acm")
    values = {
        "name": NAME,
        "region": REGION,
        "domain": "ekyc.example.com",
        "backend_domain": "backends.ekyc.example.com",
        "certificate_arn": certificate(certificates, "ekyc.example.com"),
        "backend_certificate_arn": certificate(certificates, "*.backends.ekyc.example.com"),
        # moto has no tags of application autoscaling, and no deletion protection that can be lifted.
        "autoscaling": False,
        "disposable": True,
    }
    (folder / "terraform.tfvars.json").write_text(json.dumps(values))
    environment = {**environment, "AWS_ENDPOINT_URL": url, "AWS_DEFAULT_REGION": REGION}
    environment |= {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
    environment |= {"SMOKE_API_KEY": API_KEY, "PATH": f"{docker_double(folder)}:{os.environ['PATH']}"}
    environment |= {"DOCKER_LOG": str(folder / "docker.log")}
    stack = Stack(api_key=API_KEY, log=lambda _service, _line: None)
    stack.wait_ready()
    front = Front(stack.url, lambda: running(aws(url, "ecs"), "gateway"))
    try:
        found = Applied(folder, url, front, environment)
        found.deploy("deploy", "--tag", TAG)
        yield found
        found.terraform("destroy", "-auto-approve", "-no-color", "-var", f"tag={TAG}")
        left = json.loads((folder / "terraform.tfstate").read_text())["resources"]
        assert [one for one in left if one["mode"] == "managed"] == []
    finally:
        front.stop()
        stack.stop()
        server.stop()
        del os.environ["MOTO_ECS_SERVICE_RUNNING"]
