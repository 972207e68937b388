"""The example environment, applied to moto's AWS and destroyed again."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

ROOT = Path(__file__).parents[2]
REGION = "eu-central-1"
NAME = "ekyc-test"
TAG = "1.2.3"
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


@dataclass(frozen=True)
class Applied:
    """The environment as it stands.

    Attributes:
        folder: Of the environment's configuration.
        url: Of moto.
        outputs: Of the platform.
        environment: Variables for terraform and boto3.
    """

    folder: Path
    url: str
    outputs: dict[str, Any]
    environment: dict[str, str]

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
    terraform(example, environment, "init", "-no-color", "-lockfile=readonly")
    return example, environment


@pytest.fixture(scope="session")
def applied(configured: tuple[Path, dict[str, str]]) -> Iterator[Applied]:
    folder, environment = configured
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    url = "http://{}:{}".format(*server.get_host_and_port())
    lines = "\n".join(f'    {service} = "{url}"' for service in (*SERVICES, *MORE))
    (folder / "override.tf").write_text(OVERRIDE.format(endpoints=lines))
    certificates = aws(url, "acm")
    values = {
        "name": NAME,
        "region": REGION,
        "backend_domain": "backends.ekyc.example.com",
        "certificate_arn": certificate(certificates, "ekyc.example.com"),
        "backend_certificate_arn": certificate(certificates, "backends.ekyc.example.com"),
        # moto has no tags of application autoscaling, and no deletion protection that can be lifted.
        "autoscaling": False,
        "disposable": True,
    }
    (folder / "terraform.tfvars.json").write_text(json.dumps(values))
    environment = {**environment, "TF_VAR_tag": TAG, "AWS_ENDPOINT_URL": url, "AWS_DEFAULT_REGION": REGION}
    environment |= {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
    try:
        terraform(folder, environment, "apply", "-auto-approve", "-no-color")
        said = terraform(folder, environment, "output", "-json", "platform").stdout
        yield Applied(folder, url, json.loads(said), environment)
        terraform(folder, environment, "destroy", "-auto-approve", "-no-color")
        left = json.loads((folder / "terraform.tfstate").read_text())["resources"]
        assert [one for one in left if one["mode"] == "managed"] == []
    finally:
        server.stop()
