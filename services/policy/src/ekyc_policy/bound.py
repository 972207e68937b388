"""The values that pass."""

from typing import Self

import pydantic
from pydantic import ConfigDict, model_validator


@pydantic.dataclasses.dataclass(frozen=True, slots=True, config=ConfigDict(extra="forbid", allow_inf_nan=False))
class Bound:
    """The values that pass, both ends included; an absent side is open."""

    min: float | None = None
    max: float | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"the lower bound {self.min} exceeds the upper bound {self.max}")
        return self

    @property
    def is_open(self) -> bool:
        """True when every value passes."""
        return self.min is None and self.max is None

    def is_above(self, value: float) -> bool:
        """Tell whether a value exceeds the upper side."""
        return self.max is not None and value > self.max

    def is_below(self, value: float) -> bool:
        """Tell whether a value falls short of the lower side."""
        return self.min is not None and value < self.min
