"""The audit log of one gateway: a file of JSON lines, each with the hash of the one before."""

import asyncio
import fcntl
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog

from ekyc_gateway.audit.entry import GENESIS, seal

SYNC_SECONDS = 1.0
_TAIL_BYTES = 64 * 2**10


class AuditError(Exception):
    """The log cannot be opened."""


class AuditLog:
    """Appends; never changes what was written.

    An entry is in the operating system's hands when `append` returns, so it survives the death of the process; it is
    on the disk a second later at most. The request's log line names the entry's hash too (`audit`): a file that
    somebody cut short does not end with the last hash that was logged.
    """

    def __init__(self, path: Path) -> None:
        """Open the file and go on where it ends.

        Raises:
            AuditError: It cannot be written, or another process writes it, or it ends with something else.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError as error:
            raise AuditError(f"cannot open {path}: {error.strerror}") from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise AuditError(f"another gateway writes {path}; give each its own GATEWAY_STATE") from error
        self._next, self._last = self._resume(path)
        self._unsynced = False

    def append(self, actor: str, client: str, action: str, subject: str | None = None, **facts: Any) -> str:
        """Write one entry.

        Args:
            actor: Id of the key, or "gateway".
            client: Whose case it is.
            action: For example "verify" or "review.picture".
            subject: Verification id.
            facts: Whatever else belongs to the entry; plain values, never a picture or a key.

        Returns:
            The entry's hash.

        Raises:
            OSError: The disk is full or gone; the entry is not part of the log.
        """
        entry = {
            "seq": self._next,
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "actor": actor,
            "client": client,
            "action": action,
            "subject": subject,
            **facts,
            "previous": self._last,
        }
        entry["hash"] = seal(entry)
        line = json.dumps(entry, separators=(",", ":")).encode() + b"\n"
        end = os.fstat(self._descriptor).st_size
        if os.write(self._descriptor, line) != len(line):  # a full disk may take a part
            os.ftruncate(self._descriptor, end)
            raise OSError("the audit entry was not written whole")
        self._next, self._last, self._unsynced = self._next + 1, str(entry["hash"]), True
        structlog.contextvars.bind_contextvars(audit=self._last)  # into the request's one log line
        return self._last

    async def keep_synced(self) -> None:
        """Bring what was appended to the disk every second, until cancelled."""
        while True:
            await asyncio.sleep(SYNC_SECONDS)
            await asyncio.to_thread(self.sync)

    def sync(self) -> None:
        """Bring what was appended to the disk."""
        if self._unsynced:
            self._unsynced = False
            os.fdatasync(self._descriptor)

    def close(self) -> None:
        """Sync and let go of the file."""
        self.sync()
        os.close(self._descriptor)

    def _resume(self, path: Path) -> tuple[int, str]:
        """Return the next number and the last hash; an entry cut off by a power failure is taken away."""
        size = os.fstat(self._descriptor).st_size
        start = max(0, size - _TAIL_BYTES)
        tail = os.pread(self._descriptor, size - start, start)
        whole, _, cut_off = tail.rpartition(b"\n")
        if cut_off:
            os.ftruncate(self._descriptor, size - len(cut_off))
            structlog.get_logger().warning("audit entry cut off", file=str(path), bytes=len(cut_off))
        if not whole:
            return 0, GENESIS
        try:
            last = json.loads(whole.rpartition(b"\n")[2])
            return int(last["seq"]) + 1, str(last["hash"])
        except (ValueError, KeyError, TypeError) as error:
            raise AuditError(f"{path} does not end with an audit entry; run ekyc-audit verify") from error
