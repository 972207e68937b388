"""Which tags an environment has run, in the versions of one SSM parameter."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class History:
    """Tags that were deployed and answered.

    Attributes:
        ssm: Client of SSM.
        name: Of the environment.
    """

    ssm: Any
    name: str

    @property
    def tags(self) -> list[str]:
        """Tags, newest last."""
        pages = self.ssm.get_paginator("get_parameter_history").paginate(Name=self._parameter)
        try:
            versions = [version for page in pages for version in page["Parameters"]]
        except self.ssm.exceptions.ParameterNotFound:
            return []
        return [one["Value"] for one in sorted(versions, key=lambda one: one["Version"])]

    @property
    def current(self) -> str | None:
        """The tag that was deployed last."""
        return self.tags[-1] if self.tags else None

    @property
    def previous(self) -> str | None:
        """The tag that ran before the current one."""
        return next((tag for tag in reversed(self.tags) if tag != self.current), None)

    def add(self, tag: str) -> None:
        """Note a tag that runs and answers."""
        if tag != self.current:
            self.ssm.put_parameter(Name=self._parameter, Value=tag, Type="String", Overwrite=True)

    @property
    def _parameter(self) -> str:
        return f"/ekyc/{self.name}/tag"
