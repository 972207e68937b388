"""How many verifications may be in flight."""

from types import TracebackType
from typing import Self

from ekyc_chassis.errors import EkycError


class Slots:
    """A counter that refuses instead of queueing: a caller that waits is a caller that times out later."""

    def __init__(self, limit: int) -> None:
        self._limit = self._free = limit

    @property
    def busy(self) -> int:
        """Verifications in flight."""
        return self._limit - self._free

    def __enter__(self) -> Self:
        """Take a slot.

        Raises:
            EkycError: overloaded, when none is free.
        """
        if self._free == 0:
            raise EkycError("overloaded")
        self._free -= 1
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._free += 1
