"""What the console can be told, from `CONSOLE_*` environment variables."""

import os
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

MAX_IMAGE_MIB = 12
"""The gateway takes no larger picture."""


class Settings(BaseSettings):
    """Configuration of one console.

    Attributes:
        host: Interface to listen on.
        port: Port to listen on.
        hostname: Name by which browsers reach the console, besides localhost; they are refused under any other.
        api_url: Of the gateway, as the console reaches it.
        public_url: Of the gateway, as whoever looks at the page reaches it: for the curl line; `api_url` when left out.
        api_key: Key with the scope "verify". It is sent to the gateway and never to the browser.
        review_key: Key with the scope "review"; `api_key` when left out.
        bundle: Folder with bundle.json and MODEL_CARD.md; in a checkout the model that ships.
        timeout_seconds: Longest wait for an answer of the gateway.
    """

    # A key put in the wrong variable must not be quoted in the error.
    model_config = SettingsConfigDict(
        env_prefix="CONSOLE_", frozen=True, extra="forbid", env_ignore_empty=True, hide_input_in_errors=True
    )

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8501
    hostname: str | None = None
    api_url: str = Field(default="http://127.0.0.1:8000", pattern=r"^https?://\S+$")
    public_url: str | None = Field(default=None, pattern=r"^https?://\S+$")
    api_key: SecretStr | None = None
    review_key: SecretStr | None = None
    bundle: Path = Path(__file__).parents[3] / "liveness/src/ekyc_liveness/bundles/default"
    timeout_seconds: float = Field(default=40, gt=0)

    @model_validator(mode="before")
    @classmethod
    def _no_unknown_variable(cls, values: Any) -> Any:
        known = {f"CONSOLE_{name}".upper() for name in cls.model_fields}
        unknown = sorted(name for name in os.environ if name.upper().startswith("CONSOLE_") and name not in known)
        if unknown:
            raise ValueError(f"unknown settings {', '.join(unknown)}; known are {', '.join(sorted(known))}")
        return values
