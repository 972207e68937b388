"""`make soak`: minutes of mixed traffic while services and S3 die, hang and come back."""

import argparse
import json
import os
import secrets
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
from ekyc_gateway.audit.command import verify as verify_log
from rich.console import Console
from rich.progress import track
from rich.table import Table

from ekyc_stack.server import BUCKET, S3Server
from ekyc_stack.soak.faults import Faults
from ekyc_stack.soak.memory import Memory
from ekyc_stack.soak.traffic import Client, Seen
from ekyc_stack.stack import Stack

CLIENTS = 6
SETTLE_SECONDS = 90


def parse_arguments() -> argparse.Namespace:
    """Read the command line; MINUTES in the environment is the default."""
    parser = argparse.ArgumentParser(prog="python -m ekyc_stack.soak", description=__doc__)
    parser.add_argument(
        "--minutes", type=float, default=float(os.environ.get("MINUTES") or 5), help="how long (MINUTES, or 5)"
    )
    parser.add_argument("--calm", action="store_true", help="no faults: traffic alone")
    parser.add_argument("--out", type=Path, default=Path("soak.json"), help="where the figures go (soak.json)")
    return parser.parse_args()


def main() -> int:
    """Run; return 1 where anything was lost, doubled or answered as it must not be."""
    options = parse_arguments()
    console = Console(width=None if sys.stdout.isatty() else 120, highlight=False)
    with tempfile.TemporaryDirectory(prefix="ekyc-soak-") as folder, S3Server(Path(folder) / "s3") as s3:
        figures, failures = soak(options, s3, Path(folder) / "state", console)
    options.out.write_text(json.dumps(figures, indent=2) + "\n")
    console.print(json.dumps(figures))
    for failure in failures[:20]:
        console.print(f"unexpected: {failure}", style="bold red")
    bad = figures["unexpected_errors"] + figures["lost_reviews"] + figures["duplicated_reviews"]
    return 1 if bad else 0


def soak(options: argparse.Namespace, s3: S3Server, state: Path, console: Console) -> tuple[dict[str, Any], list[str]]:
    """Run traffic and faults, then count what arrived."""
    api_key = secrets.token_urlsafe(16)
    settings = {
        **s3.environment,
        "GATEWAY_REVIEW_DECISIONS": "accept,review,reject,retake",
        "GATEWAY_REVIEW_BUCKET": BUCKET,
        "GATEWAY_S3_ENDPOINT": s3.url,
        "GATEWAY_DUPLICATE_SECONDS": "3600",
    }
    seen, broken, stop, mended = Seen(), Counter[str](), threading.Event(), threading.Event()
    with Stack(api_key=api_key, state=state, settings=settings, log=lambda *_: None) as stack:
        stack.wait_ready()
        clients = [Client(stack.url, api_key, seen, stop, seed) for seed in range(CLIENTS)]
        memory = Memory(stack, stop)
        faults = Faults(stack, s3, mended, lambda name: broken.update([name]))
        for thread in (*clients, memory, *([] if options.calm else [faults])):
            thread.start()
        for _ in track(range(round(options.minutes * 60)), "soaking", console=console, transient=True):
            time.sleep(1)
        mended.set()
        if not options.calm:
            faults.join()
        stop.set()
        for thread in (*clients, memory):
            thread.join()
        _settle(stack)
        arrived = Counter(name.split("/")[-2] for name in s3.names() if name.endswith("/case.json"))
    entries, _ = verify_log(state / "audit.jsonl")
    growth = memory.growth_mb()
    _show(console, seen, broken, growth, entries)
    latencies = seen.latencies_ms
    return {
        "requests": sum(seen.codes.values()),
        "unexpected_errors": len(seen.unexpected),
        "lost_reviews": len(set(seen.kept) - set(arrived)),
        "duplicated_reviews": sum(count - 1 for count in arrived.values()),
        "p99_ms": round(statistics.quantiles(latencies, n=100)[98], 1) if len(latencies) > 1 else None,
        "rss_growth_mb": round(sum(growth.values()), 1),
    }, seen.unexpected


def _settle(stack: Stack) -> None:
    """Wait until the outbox is empty."""
    stack.wait_ready()
    end = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < end:
        text = httpx.get(f"{stack.url}/metrics", trust_env=False).text
        if "ekyc_outbox_depth 0.0" in text.splitlines():
            return
        time.sleep(0.2)


def _show(console: Console, seen: Seen, broken: Counter[str], growth: dict[str, float], entries: int) -> None:
    codes = Table(title="answers", title_justify="left")
    for column in ("request", "status", "times"):
        codes.add_column(column)
    for (name, status), times in sorted(seen.codes.items()):
        codes.add_row(name, str(status), str(times))
    console.print(codes)
    console.print(f"faults: {', '.join(f'{name} {times}x' for name, times in sorted(broken.items())) or 'none'}")
    console.print(f"no connection: {seen.not_connected}; audit: {entries} entries, whole")
    console.print(f"growth of memory: {', '.join(f'{name} {mb:+.1f} MB' for name, mb in growth.items())}")


if __name__ == "__main__":
    sys.exit(main())
