"""Configuration: typed, frozen, from the environment, and a misspelt variable is an error."""

import os
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

Port = Annotated[int, Field(ge=0, le=65535)]


class ProcessSettings(BaseSettings):
    """What every process can be told. A subclass sets `env_prefix` and adds its own.

    Attributes:
        host: Interface to listen on.
        port: Port to listen on.
        environment: "development" adds gRPC reflection; "production" refuses test models.
        log_json: JSON log lines; otherwise text for people.
        drain_seconds: How long requests in flight may finish after SIGTERM.
        log_group: Of CloudWatch Logs, where lines go too; stdout alone when left out.
        otlp_endpoint: gRPC address of an OpenTelemetry collector, for example "http://127.0.0.1:4317", for traces and
            metrics; none when left out.
    """

    model_config = SettingsConfigDict(frozen=True, extra="forbid", env_ignore_empty=True)

    host: str = "127.0.0.1"
    port: Port
    environment: Literal["development", "production"] = "production"
    log_json: bool = True
    drain_seconds: float = Field(default=20, ge=0)
    log_group: str | None = None
    otlp_endpoint: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _no_unknown_variable(cls, values: Any) -> Any:
        prefix = str(cls.model_config.get("env_prefix", "")).upper()
        known = {prefix + name.upper() for name in cls.model_fields}
        unknown = sorted(
            name for name in os.environ if prefix and name.upper().startswith(prefix) and name.upper() not in known
        )
        if unknown:
            raise ValueError(f"unknown settings {', '.join(unknown)}; known are {', '.join(sorted(known))}")
        return values
