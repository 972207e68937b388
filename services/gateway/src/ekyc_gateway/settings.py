"""What the gateway can be told, from `GATEWAY_*` environment variables."""

from typing import Annotated, Any

from ekyc_chassis.limits import MAX_IMAGE_BYTES
from ekyc_chassis.settings import Port, ProcessSettings
from pydantic import Field, field_validator
from pydantic_settings import NoDecode, SettingsConfigDict

KeyHash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Settings(ProcessSettings):
    """Configuration of one gateway process; never holds a key, only hashes of keys.

    Attributes:
        api_key_hashes: Hexadecimal SHA-256 of each key that may call, separated by commas (see ekyc_gateway.keys).
        quality_target: gRPC name of the quality gate.
        liveness_target: gRPC name of the liveness service.
        max_image_bytes: Largest picture; the services accept no more than the default.
        deadline_seconds: Budget of one verification once its picture has arrived, over both services.
        upload_seconds: How long a client may take to send its picture.
        max_concurrency: Verifications in flight; one more is answered "overloaded" at once. Bounds memory:
            each may hold a picture of `max_image_bytes` about three times (form, message, wire).
    """

    # A key put here by mistake must not be quoted in the error.
    model_config = SettingsConfigDict(env_prefix="GATEWAY_", hide_input_in_errors=True)

    port: Port = 8000
    api_key_hashes: Annotated[tuple[KeyHash, ...], NoDecode] = Field(min_length=1, repr=False)
    quality_target: str = "127.0.0.1:50051"
    liveness_target: str = "127.0.0.1:50052"
    max_image_bytes: int = Field(default=MAX_IMAGE_BYTES, gt=0, le=MAX_IMAGE_BYTES)
    deadline_seconds: float = Field(default=5, gt=0, le=60)
    upload_seconds: float = Field(default=30, gt=0, le=600)
    max_concurrency: int = Field(default=32, gt=0)

    @field_validator("api_key_hashes", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return tuple(part.strip() for part in value.split(",")) if isinstance(value, str) else value
