"""Work that goes on beside the requests."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TypeAlias

import structlog

Job: TypeAlias = Callable[[], Awaitable[None]]

PAUSE_SECONDS = 1.0


@asynccontextmanager
async def running(jobs: Mapping[str, Job]) -> AsyncIterator[None]:
    """Run endless jobs until the block ends; one that fails is logged and started again."""
    tasks = [asyncio.create_task(_forever(name, job), name=name) for name, job in jobs.items()]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _forever(name: str, job: Job) -> None:
    while True:
        try:
            await job()
        except Exception:  # noqa: BLE001 - the job must go on, whatever happened
            structlog.get_logger().exception("background job failed", job=name)
            await asyncio.sleep(PAUSE_SECONDS)
