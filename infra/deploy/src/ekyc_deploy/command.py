"""`ekyc-deploy`: run a tag in an environment, or the tag before."""

import argparse
import os
import re
import sys
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from ekyc_deploy.deploy_error import DeployError
from ekyc_deploy.deployment import Deployment
from ekyc_deploy.images import ROOT
from ekyc_deploy.terraform import Terraform

ENVIRONMENTS = ROOT / "infra/environments"
TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")  # of an OCI image


def parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="ekyc-deploy", description="Deploy the services to AWS.")
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--env", required=True, help="a folder of infra/environments, or a path")
    shared.add_argument("--yes", action="store_true", help="apply the plan without asking")
    shared.add_argument("--url", help="where the smoke request goes (the environment's url)")
    shared.add_argument("--seconds", type=float, default=900, help="a roll-out may take (900)")
    commands = parser.add_subparsers(dest="command", required=True)
    deploy = commands.add_parser(
        "deploy", parents=[shared], help="build, push, plan, apply, wait, ask; go back where that fails"
    )
    deploy.add_argument("--tag", required=True, help="of the images; one that is in ECR is not built again")
    commands.add_parser("rollback", parents=[shared], help="run the tag that ran before")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Run a command; return 1 where the environment does not run what was asked for."""
    options = parse_arguments(arguments)
    folder = Path(options.env) if "/" in options.env else ENVIRONMENTS / options.env
    try:
        _check(folder, getattr(options, "tag", None))
        deployment = Deployment(
            terraform=Terraform(folder),
            key=os.environ.get("SMOKE_API_KEY"),
            url=options.url,
            agree=lambda: options.yes or _agreed(),
            say=_say,
            seconds=options.seconds,
        )
        if options.command == "rollback":
            deployment.rollback()
        else:
            deployment.deploy(options.tag)
    except (DeployError, BotoCoreError, ClientError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _agreed() -> bool:
    if not sys.stdin.isatty():
        raise DeployError("no terminal to ask at: read the plan above and add --yes (YES=1)")
    return input("Apply this plan? [y/N] ").strip().lower() == "y"


def _say(line: str) -> None:
    print(f"==> {line}", flush=True)


def _check(folder: Path, tag: str | None) -> None:
    if not (folder / "main.tf").is_file():
        known = sorted(path.parent.name for path in ENVIRONMENTS.glob("*/main.tf"))
        raise DeployError(f"no environment {folder}; there are {', '.join(known)}")
    if tag is not None and TAG.fullmatch(tag) is None:
        raise DeployError(f"{tag!r} is no image tag")
