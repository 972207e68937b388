"""CPU time and memory of a service: its process and its workers."""

from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class Usage:
    """Of one process tree.

    Attributes:
        cpu_seconds: User and system time since it started.
        rss_mb: Resident memory; pages shared between processes count in each.
    """

    cpu_seconds: float
    rss_mb: float


def usage(pid: int) -> Usage:
    """Read the process and its children now."""
    root = psutil.Process(pid)
    tree = [root, *root.children(recursive=True)]
    times = [process.cpu_times() for process in tree]
    return Usage(
        cpu_seconds=sum(time.user + time.system for time in times),
        rss_mb=sum(process.memory_info().rss for process in tree) / 2**20,
    )
