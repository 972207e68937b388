"""Erases cases when their time is over."""

import asyncio
from datetime import UTC, datetime, timedelta

import structlog

from ekyc_gateway.audit.log import AuditLog
from ekyc_gateway.reviews.blobs import BlobError
from ekyc_gateway.reviews.cases import Cases

SWEEP_SECONDS = 3600.0


class Retention:
    """Looks every hour; gateways that do so at once do no harm."""

    def __init__(self, cases: Cases, audit: AuditLog, days: float) -> None:
        self._cases = cases
        self._audit = audit
        self._keep = timedelta(days=days)

    async def run(self) -> None:
        """Sweep until cancelled."""
        while True:
            try:
                await self.sweep()
            except (BlobError, OSError) as error:
                structlog.get_logger().warning("retention sweep failed", error=str(error))
            await asyncio.sleep(SWEEP_SECONDS)

    async def sweep(self) -> int:
        """Erase what is too old; return how many cases went."""
        before = datetime.now(UTC) - self._keep
        expired = await asyncio.to_thread(lambda: list(self._cases.expired(before)))
        for client, verification_id in expired:
            await asyncio.to_thread(self._cases.erase, client, verification_id)
            self._audit.append("gateway", client, "retention", verification_id)
        return len(expired)
