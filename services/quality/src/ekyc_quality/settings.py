"""Configuration of the quality service: QUALITY_* variables."""

import os
from pathlib import Path

from ekyc_chassis.settings import Port, ProcessSettings
from ekyc_vision.finder import FinderName
from pydantic import Field
from pydantic_settings import SettingsConfigDict


def usable_cores() -> int:
    """Return the cores this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Settings(ProcessSettings):
    """What the service can be told.

    Attributes:
        workers: Processes that assess pictures; one a core.
        concurrency: Calls in flight, waiting ones among them; one more is refused at once.
        hang_seconds: A worker that takes longer over one picture is replaced.
        faces: The face finder; "mediapipe" is the reference, at three times the CPU time.
        profiles: Folder of camera profiles (*.yaml) written by ``python -m ekyc_quality.calibration``.
    """

    model_config = SettingsConfigDict(env_prefix="QUALITY_")

    port: Port = 50051
    workers: int = Field(default_factory=usable_cores, ge=1, le=64)
    concurrency: int = Field(default=32, ge=1)
    hang_seconds: float = Field(default=15, gt=0)
    faces: FinderName = "openvino"
    profiles: Path | None = None
