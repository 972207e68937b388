"""How many verifications may be in flight."""

from types import TracebackType
from typing import Self

from ekyc_chassis.errors import EkycError


class Slots:
    """A counter that refuses instead of queueing: a caller that waits is a caller that times out later."""

    def __init__(self, limit: int) -> None:
        self._free = limit

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
