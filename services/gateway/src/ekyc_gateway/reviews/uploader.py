"""Carries cases from the outbox to the store, for as long as it takes."""

import asyncio
import random

import structlog

from ekyc_gateway.metrics import Metrics
from ekyc_gateway.reviews.blobs import BlobError
from ekyc_gateway.reviews.cases import Cases
from ekyc_gateway.reviews.outbox import Outbox, Waiting

FIRST_PAUSE = 0.25
LONGEST_PAUSE = 30.0
AT_ONCE = 4


class Uploader:
    """One worker: uploads oldest first, and rests ever longer while the store is away."""

    def __init__(self, outbox: Outbox, cases: Cases, metrics: Metrics) -> None:
        self._outbox = outbox
        self._cases = cases
        self._metrics = metrics

    async def run(self) -> None:
        """Upload until cancelled."""
        pause = FIRST_PAUSE
        while True:
            await self._outbox.something_waits()
            if await self.upload_all():
                pause = FIRST_PAUSE
                continue
            await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 - jitter, not a secret
            pause = min(pause * 2, LONGEST_PAUSE)

    async def drain(self, seconds: float) -> None:
        """Upload what waits, for so long; what does not arrive stays on disk for the next process."""
        try:
            async with asyncio.timeout(seconds):
                while self._outbox.depth and await self.upload_all():
                    pass
        except TimeoutError:
            pass
        if self._outbox.depth:
            structlog.get_logger().warning("cases stay in the outbox", cases=self._outbox.depth)

    async def upload_all(self) -> bool:
        """Upload every case that waits, some at once; return False where the store refused one."""
        waiting = list(self._outbox.oldest())
        for start in range(0, len(waiting), AT_ONCE):
            arrived = await asyncio.gather(*(self._upload(one) for one in waiting[start : start + AT_ONCE]))
            if not all(arrived):
                return False
        return True

    async def _upload(self, waiting: Waiting) -> bool:
        found = await self._outbox.read(waiting)
        if found is None:
            return True
        case, picture = found
        try:
            await asyncio.to_thread(self._cases.keep, case, picture)
            if not await self._outbox.remove(case.verification_id):  # erased while it was on its way
                await asyncio.to_thread(self._cases.erase, case.client, case.verification_id)
        except BlobError as error:
            self._metrics.uploaded("failed")
            structlog.get_logger().warning(
                "upload failed", verification_id=case.verification_id, error=str(error), waiting=self._outbox.depth
            )
            return False
        self._metrics.uploaded("arrived")
        return True
