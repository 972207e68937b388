"""`make bench`: latency, throughput, CPU and memory of the real services, and the floor, in one run."""

import argparse
import json
import platform
import secrets
import statistics
import sys
from pathlib import Path

import numpy as np
import psutil
from rich.console import Console
from rich.table import Table

from ekyc_stack.benchmark.floor import floor
from ekyc_stack.benchmark.load import Result, drive, http_request
from ekyc_stack.benchmark.photos import Photo, portrait
from ekyc_stack.benchmark.usage import Usage, usage
from ekyc_stack.stack import Stack

CLIENTS = (1, 2, 4, 8, 16)


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m ekyc_stack.benchmark", description=__doc__)
    parser.add_argument("--seconds", type=float, default=4, help="of load at each number of clients (4)")
    parser.add_argument(
        "--rounds", type=int, default=3, help="of load at one client beside the floor, median taken (3)"
    )
    parser.add_argument("--out", type=Path, default=Path("bench.json"), help="where the 720p figures go (bench.json)")
    return parser.parse_args()


class Bench:
    """The running services under load from a process beside them."""

    def __init__(self, stack: Stack, api_key: str) -> None:
        """Load a stack that is ready."""
        self._stack = stack
        self._port = int(stack.url.rsplit(":", 1)[1])
        self._key = api_key

    def request(self, photo: Photo) -> bytes:
        """The HTTP request that uploads a photo."""
        return http_request(self._port, self._key, photo.data)

    def usages(self) -> dict[str, Usage]:
        """CPU and memory by service."""
        return {name: usage(process.pid) for name, process in self._stack.processes.items()}

    def load(self, photo: Photo, clients: int, seconds: float) -> tuple[Result, dict[str, float]]:
        """Return what the clients saw and the CPU-ms a verification of each service.

        Raises:
            SystemExit: An answer was not a verdict on an accepted picture.
        """
        before = self.usages()
        result = drive(self._port, self.request(photo), clients=clients, seconds=seconds)
        if result.unexpected:
            raise SystemExit(f"unexpected answer: {result.unexpected[0].decode(errors='replace')}")
        n = len(result.latencies_ms)
        return result, {
            name: (now.cpu_seconds - before[name].cpu_seconds) * 1000 / n for name, now in self.usages().items()
        }


def load_table(bench: Bench, photo: Photo, seconds: float) -> tuple[Table, float]:
    """Return latency and cost by number of clients, and the best throughput."""
    columns = (
        "clients",
        "verifications/s",
        "p50 ms",
        "p95 ms",
        "p99 ms",
        "CPU-ms each",
        "gateway",
        "quality",
        "liveness",
    )
    table = Table(title=f"{photo.name}, {len(photo.data) / 1000:.0f} kB", title_justify="left")
    for column in columns:
        table.add_column(column, justify="right")
    best = 0.0
    for clients in CLIENTS:
        result, cpu = bench.load(photo, clients, seconds)
        rate = len(result.latencies_ms) / result.seconds
        best = max(best, rate)
        p50, p95, p99 = np.percentile(result.latencies_ms, (50, 95, 99))
        cells = (rate, p50, p95, p99, sum(cpu.values()), *(cpu[name] for name in ("gateway", "quality", "liveness")))
        table.add_row(str(clients), *(f"{cell:.1f}" for cell in cells))
    return table, best


def main() -> int:
    """Run and print; exit 1 where an answer was not what it should be."""
    options = parse_arguments()
    console = Console(width=None if sys.stdout.isatty() else 120, highlight=False)
    small, large = portrait("720p", 1280, 720), portrait("12 Mpx", 4000, 3000)
    api_key = secrets.token_urlsafe(16)
    with Stack(api_key=api_key, log=lambda *_: None) as stack:
        stack.wait_ready()
        bench = Bench(stack, api_key)
        for photo in (small, large):
            bench.load(photo, 2, 1)
        ratios, floors, costs, latencies = [], [], [], []
        for _ in range(options.rounds):
            result, cpu = bench.load(small, 1, options.seconds)
            parts = floor(small.data, bench.request(small))
            floors.append(parts)
            costs.append(sum(cpu.values()))
            ratios.append(costs[-1] / sum(parts.values()))
            latencies += result.latencies_ms
        medians = {part: statistics.median(parts[part] for parts in floors) for part in floors[0]}
        table = Table(title="the floor at 720p, each part timed alone", title_justify="left")
        for column in (*medians, "sum"):
            table.add_column(column, justify="right")
        table.add_row(*(f"{value:.2f}" for value in (*medians.values(), sum(medians.values()))))
        console.print(f"{platform.processor() or platform.machine()}, {psutil.cpu_count()} CPUs, {platform.platform()}")
        console.print(table)
        throughput = 0.0
        for photo in (small, large):
            loads, best = load_table(bench, photo, options.seconds)
            throughput = throughput or best
            console.print(loads)
        memory = ", ".join(f"{name} {used.rss_mb:.0f} MB" for name, used in bench.usages().items())
        console.print(f"resident memory after the load: {memory}")
    with Stack(api_key=api_key, settings={"QUALITY_WORKERS": "1"}, log=lambda *_: None) as stack:
        stack.wait_ready()
        single = Bench(stack, api_key)
        single.load(small, 4, 1)
        result, _ = single.load(small, 4, options.seconds)
        one = len(result.latencies_ms) / result.seconds
    console.print(f"720p with one quality worker: {one:.1f} verifications/s; with one a core: {throughput:.1f}")
    figures = {
        "floor_cpu_ms": statistics.median(sum(parts.values()) for parts in floors),
        "cpu_ms_per_verification": statistics.median(costs),
        "ratio": statistics.median(ratios),
        "verifications_per_s": throughput,
        "p50_ms": float(np.percentile(latencies, 50)),
        "p99_ms": float(np.percentile(latencies, 99)),
    }
    rounded = {name: round(value, 3) for name, value in figures.items()}
    options.out.write_text(json.dumps(rounded, indent=2) + "\n")
    console.print(f"720p, one client, median of {options.rounds} rounds: {json.dumps(rounded)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
