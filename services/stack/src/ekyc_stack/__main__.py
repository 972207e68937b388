"""`make run`: the three services, one verified photo, a curl line, then serve until Ctrl-C."""

import argparse
import os
import secrets
import signal
import sys
import threading
from pathlib import Path

import httpx
from rich.console import Console

from ekyc_stack.sample import sample_photo
from ekyc_stack.stack import Stack, StackError

CONSOLE_PORT = 8501
STATE = Path("state")
"""Kept cases and the audit log outlive the run, one folder a port."""


def parse_arguments() -> argparse.Namespace:
    """Read the command line; PORT and API_KEY in the environment are the defaults."""
    parser = argparse.ArgumentParser(prog="python -m ekyc_stack", description=__doc__)
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 8000), help="of the REST API (8000)")
    parser.add_argument("--api-key", default=os.environ.get("API_KEY") or None, help="generated when not given")
    parser.add_argument("--console", action="store_true", help="start the console too, on CONSOLE_PORT (8501)")
    parser.add_argument("--once", action="store_true", help="verify the sample photo and stop")
    return parser.parse_args()


def main() -> int:
    """Run until Ctrl-C or SIGTERM; exit 1 when a service does not come up or goes away."""
    arguments = parse_arguments()
    api_key = arguments.api_key or secrets.token_urlsafe(32)
    console = Console(highlight=False, soft_wrap=True)
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())

    console.print("starting quality, liveness and gateway on 127.0.0.1 …", style="bold")
    with Stack(api_key=api_key, port=arguments.port, state=STATE / str(arguments.port)) as stack:
        try:
            stack.wait_ready()
        except StackError as error:
            console.print(f"error: {error}", style="bold red")
            return 1
        photo = sample_photo()
        answer = httpx.post(
            f"{stack.url}/verify/face",
            headers={"X-API-Key": api_key},
            files={"image": photo.read_bytes()},
            timeout=30,
            trust_env=False,
        )
        console.print(f"\nPOST {stack.url}/verify/face answered {answer.status_code}:", style="bold")
        console.print_json(answer.text)
        console.print("\ntry it yourself (docs at " + stack.url + "/docs):", style="bold")
        print(f"curl -F image=@{photo} -H 'X-API-Key: {api_key}' {stack.url}/verify/face")  # noqa: T201 - never wrapped
        console.print("\nor with your camera:", style="bold")
        print(f"{stack.url}/demo#key={api_key}")  # noqa: T201
        if arguments.once:
            return 0 if answer.status_code == httpx.codes.OK else 1
        if arguments.console:
            try:
                url = stack.start_console(api_key, int(os.environ.get("CONSOLE_PORT") or CONSOLE_PORT))
            except StackError as error:
                console.print(f"error: {error}", style="bold red")
                return 1
            console.print(f"\nconsole: {url}", style="bold green")
        console.print("\nserving; Ctrl-C stops", style="bold")
        while not stopping.wait(0.5):
            gone = [process.name for process in stack.processes.values() if process.exit_code is not None]
            if gone:
                console.print(f"error: {', '.join(gone)} ended", style="bold red")
                return 1
        console.print("stopping …", style="bold")
    return 0


if __name__ == "__main__":
    sys.exit(main())
