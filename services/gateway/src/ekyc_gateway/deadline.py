"""One time budget for one request."""

import time

from ekyc_chassis.errors import EkycError


class Deadline:
    """Starts when it is made; every call to a service gets what is left."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds left.

        Raises:
            EkycError: deadline_exceeded, when nothing is left.
        """
        left = self._end - time.monotonic()
        if left <= 0:
            raise EkycError("deadline_exceeded")
        return left
