"""Configuration of the liveness service: LIVENESS_* variables."""

from pathlib import Path

from ekyc_chassis.settings import Port, ProcessSettings
from pydantic import Field
from pydantic_settings import SettingsConfigDict

from ekyc_liveness.session import Provider


class Settings(ProcessSettings):
    """What the service can be told.

    Attributes:
        bundle: Folder of the model bundle; the one that ships with the package by default.
        provider: ONNX Runtime execution provider; another than "openvino" only by naming it.
        threads: Of one inference.
        concurrency: Calls in flight; one more is refused at once.
    """

    model_config = SettingsConfigDict(env_prefix="LIVENESS_")

    port: Port = 50052
    bundle: Path = Path(__file__).parent / "bundles" / "default"
    provider: Provider = "openvino"
    threads: int = Field(default=1, ge=1, le=64)
    concurrency: int = Field(default=32, ge=1)
