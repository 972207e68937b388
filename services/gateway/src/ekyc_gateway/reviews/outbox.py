"""Cases on their way to the store: on disk before the client is answered, until they have arrived."""

import asyncio
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import structlog
from pydantic import ValidationError

from ekyc_gateway.reviews.blobs import write_synced
from ekyc_gateway.reviews.case import Case
from ekyc_gateway.verification_id import is_id, time_of

_SUFFIX = ".case"
_BROKEN = ".broken"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A case that waits: one file, a line of JSON and then the picture."""

    verification_id: str
    client: str
    path: Path
    size: int


class Outbox:
    """A bounded folder of cases, named by verification id; what is in it when the process dies is found again.

    Belongs to one event loop. Files are written and read in threads.
    """

    def __init__(self, folder: Path, max_bytes: int) -> None:
        """Open the folder and find what a former process left.

        Raises:
            OSError: It cannot be made or read.
        """
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder
        self._max_bytes = max_bytes
        self._waiting: dict[str, Waiting] = {}
        self._reserved = 0
        self._changed = asyncio.Condition()
        for path in sorted(folder.iterdir()):
            verification_id, _, client = path.stem.partition(".")
            if path.suffix == _SUFFIX and is_id(verification_id):
                self._waiting[verification_id] = Waiting(verification_id, client, path, path.stat().st_size)
            elif path.suffix != _BROKEN:
                path.unlink(missing_ok=True)  # half a file: its client was never answered

    @property
    def depth(self) -> int:
        """Cases that wait."""
        return len(self._waiting)

    @property
    def size(self) -> int:
        """Of all cases that wait or are being written."""
        return self._reserved + sum(waiting.size for waiting in self._waiting.values())

    def oldest_seconds(self, now: float) -> float:
        """Return how long the oldest case has waited, 0 where none waits; ``now`` in seconds since 1970."""
        first = min(self._waiting, default=None)
        return max(0.0, now - time_of(first).timestamp()) if first else 0.0

    async def put(self, case: Case, picture: bytes) -> None:
        """Bring a case to the disk; waits while the outbox is full.

        Raises:
            OSError: The disk is full or gone; nothing is left of the case.
            ValueError: The case alone is larger than the outbox.
        """
        record = case.model_dump_json().encode() + b"\n" + picture
        if len(record) > self._max_bytes:
            raise ValueError("the case is larger than the outbox")
        async with self._changed:
            await self._changed.wait_for(lambda: self.size + len(record) <= self._max_bytes)
            self._reserved += len(record)
        path = self._folder / f"{case.verification_id}.{case.client}{_SUFFIX}"
        written = asyncio.create_task(asyncio.to_thread(_write, path, record))
        try:
            # A client that leaves must not leave a file that nobody knows of.
            await asyncio.shield(written)
        except asyncio.CancelledError:
            await asyncio.wait([written])
            raise
        finally:
            async with self._changed:
                self._reserved -= len(record)
                if written.done() and not written.cancelled() and written.exception() is None:
                    self._waiting[case.verification_id] = Waiting(case.verification_id, case.client, path, len(record))
                self._changed.notify_all()

    def oldest(self) -> Iterator[Waiting]:
        """Yield the cases that wait, oldest first."""
        yield from sorted(self._waiting.values(), key=lambda waiting: waiting.verification_id)

    async def something_waits(self) -> None:
        """Return when there is a case."""
        async with self._changed:
            await self._changed.wait_for(lambda: bool(self._waiting))

    async def read(self, waiting: Waiting) -> tuple[Case, bytes] | None:
        """Return a case and its picture; None where it is gone, or is no case and was put aside."""
        try:
            record = await asyncio.to_thread(waiting.path.read_bytes)
            head, _, picture = record.partition(b"\n")
            return Case.model_validate_json(head), picture
        except FileNotFoundError:
            await self.remove(waiting.verification_id)
        except ValidationError:
            waiting.path.rename(waiting.path.with_suffix(_BROKEN))
            structlog.get_logger().error("case put aside", file=waiting.path.name)
            await self.remove(waiting.verification_id)
        return None

    async def remove(self, verification_id: str, client: str | None = None) -> bool:
        """Delete a case that has arrived or must not; return whether it waited.

        Args:
            verification_id: Of the case.
            client: Only where the case is this client's; None for anyone's.
        """
        async with self._changed:
            waiting = self._waiting.get(verification_id)
            if waiting is None or client not in (None, waiting.client):
                return False
            del self._waiting[verification_id]
            waiting.path.unlink(missing_ok=True)
            self._changed.notify_all()
        return True


def _write(path: Path, record: bytes) -> None:
    """Write, sync, rename, sync the folder: after that neither a crash nor a power failure loses it."""
    unfinished = path.with_suffix(".unfinished")
    write_synced(unfinished, record)
    unfinished.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
