"""Refusals that say more than their reason."""

import math
import time

from ekyc_chassis.errors import EkycError


class RefusedError(EkycError):
    """An EkycError whose problem document carries a `detail`.

    Attributes:
        detail: Written here, for the client; never a text from a library or from the request.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason)
        self.detail = detail


class WaitError(EkycError):
    """An EkycError that knows when the same request may succeed.

    Attributes:
        seconds: Whole, at least 1; becomes Retry-After.
    """

    def __init__(self, reason: str, *, until: float) -> None:
        super().__init__(reason)
        self.seconds = max(1, math.ceil(until - time.time()))
