"""`make compare BASE=<commit>`: this checkout and another commit side by side, on the same photo, in one run."""

import argparse
import json
import secrets
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
import psutil
from rich.console import Console
from rich.table import Table

from ekyc_stack.benchmark.load import drive, http_request
from ekyc_stack.benchmark.photos import portrait
from ekyc_stack.benchmark.usage import usage
from ekyc_stack.stack import HOST, free_port

READY_SECONDS = 90


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m ekyc_stack.benchmark.against", description=__doc__)
    parser.add_argument("base", help="commit to compare with")
    parser.add_argument("--rounds", type=int, default=9, help="of each, in turn; medians are taken (9)")
    parser.add_argument("--seconds", type=float, default=4, help="of load in a round (4)")
    parser.add_argument("--clients", type=int, default=2, help="at once (2)")
    return parser.parse_args()


class Run:
    """`python -m ekyc_stack` of a checkout, in that checkout's own environment."""

    def __init__(self, checkout: Path) -> None:
        """Start it and wait until it answers.

        Raises:
            TimeoutError: It does not.
        """
        self.port = free_port()
        self.key = secrets.token_urlsafe(16)
        command = [
            str(checkout / ".venv/bin/python"),
            "-m",
            "ekyc_stack",
            "--port",
            str(self.port),
            "--api-key",
            self.key,
        ]
        self.process = subprocess.Popen(  # noqa: S603 - our own program
            command, cwd=checkout, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        end = time.monotonic() + READY_SECONDS
        while time.monotonic() < end:
            try:
                if httpx.get(f"http://{HOST}:{self.port}/ready", trust_env=False, timeout=5).is_success:
                    return
            except httpx.TransportError:
                time.sleep(0.2)
        raise TimeoutError(f"{checkout} does not come up")

    def cpu_seconds(self) -> dict[str, float]:
        """Return what each service has used since it started."""
        used = {}
        for child in psutil.Process(self.process.pid).children():
            service = next((part for part in child.cmdline() if part.startswith("ekyc_")), None)
            if service is not None:
                used[service.removeprefix("ekyc_")] = usage(child.pid).cpu_seconds
        return used

    def load(self, image: bytes, clients: int, seconds: float) -> dict[str, float]:
        """Return CPU-ms a verification, in all and by service, verifications a second, and the median latency in ms."""
        before = self.cpu_seconds()
        result = drive(self.port, http_request(self.port, self.key, image), clients=clients, seconds=seconds)
        if result.unexpected:
            raise SystemExit(f"unexpected answer: {result.unexpected[0].decode(errors='replace')}")
        n = len(result.latencies_ms)
        cpu = {f"{name} CPU-ms": (now - before[name]) * 1000 / n for name, now in self.cpu_seconds().items()}
        rate, latency = n / result.seconds, statistics.median(result.latencies_ms)
        return {"CPU-ms each": sum(cpu.values()), **cpu, "verifications/s": rate, "p50 ms": latency}

    def stop(self) -> None:
        """Stop it."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)


def main() -> int:
    """Build the other commit beside this checkout, load both in turn, print ratios."""
    options = parse_arguments()
    console = Console(width=None if sys.stdout.isatty() else 120, highlight=False)
    image = portrait("720p", 1280, 720).data
    git, uv = shutil.which("git"), shutil.which("uv") or str(Path.cwd() / ".uv/bin/uv")
    with tempfile.TemporaryDirectory(prefix="ekyc-base-") as folder:
        base = Path(folder) / "base"
        console.print(f"building {options.base} …")
        subprocess.run([str(git), "worktree", "add", "--quiet", "--detach", base, options.base], check=True)  # noqa: S603
        try:
            sync = [uv, "sync", "--quiet", "--locked", "--no-default-groups", "--group", "services"]
            subprocess.run(sync, cwd=base, check=True)  # noqa: S603
            runs = {"base": Run(base), "this": Run(Path.cwd())}
            try:
                for run in runs.values():
                    run.load(image, options.clients, 2)
                rounds = []
                for number in range(options.rounds):
                    order = sorted(runs, reverse=bool(number % 2))  # neither always has the other's warm caches
                    rounds.append({name: runs[name].load(image, options.clients, options.seconds) for name in order})
            finally:
                for run in runs.values():
                    run.stop()
        finally:
            subprocess.run([str(git), "worktree", "remove", "--force", base], check=True)  # noqa: S603
    table = Table(title=f"{options.base} and this checkout, medians of {options.rounds} rounds", title_justify="left")
    for column in ("", "base", "this", "this / base"):
        table.add_column(column, justify="right")
    ratios = {}
    for name in rounds[0]["this"]:
        old, new = (statistics.median(one[which][name] for one in rounds) for which in ("base", "this"))
        ratios[name] = statistics.median(one["this"][name] / one["base"][name] for one in rounds)
        table.add_row(name, f"{old:.2f}", f"{new:.2f}", f"{ratios[name]:.3f}")
    console.print(table)
    console.print(json.dumps({name: round(ratio, 3) for name, ratio in ratios.items()}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
