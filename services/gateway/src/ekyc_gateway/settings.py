"""What the gateway can be told, from `GATEWAY_*` environment variables."""

from pathlib import Path
from typing import Annotated, Any, Self

from ekyc_chassis.limits import MAX_IMAGE_BYTES
from ekyc_chassis.settings import Port, ProcessSettings
from limits import parse
from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from ekyc_gateway.answer import Decision

SHORTEST_PEPPER = 32
DAY = 86_400.0


class Settings(ProcessSettings):
    """Configuration of one gateway process; never holds a key, only hashes of keys.

    Attributes:
        keys: The list of keys as JSON (see ekyc_gateway.access.key_record). One of the three places is needed.
        keys_file: A file that holds the list, written by ``ekyc-keys``.
        keys_secret: Name or ARN of a secret in AWS Secrets Manager that holds the list.
        keys_refresh_seconds: How soon a new or revoked key is noticed.
        key_pepper: Under which keys are hashed; the same for all gateways.
        rate: How often a key may ask, unless its record says otherwise.
        key_concurrency: Requests of one key in flight.
        redis_url: Where gateways share rate limits, first answers and fingerprints; each its own when left out.
        idempotency_seconds: How long the answer to an Idempotency-Key is remembered.
        duplicate_seconds: A picture that its client sent before within this time is for review; 0 is never.
        state: Folder of the outbox, the audit log and, without a bucket, the kept cases. One gateway each.
        review_decisions: Verifications that end so are kept with their picture.
        review_bucket: S3 bucket for kept cases, with an optional prefix: "bucket/some/prefix".
        review_kms_key: Key that encrypts them; the bucket's own setting when left out.
        s3_endpoint: Of another S3 server than AWS's.
        outbox_bytes: Largest outbox; when it is full, requests whose picture must be kept wait.
        storage_seconds: How long such a request may wait before it is answered "storage_unavailable".
        upload_drain_seconds: After SIGTERM, how long the outbox may still empty itself.
        retention_days: Kept cases are erased after that.
        quality_target: gRPC name of the quality gate.
        liveness_target: gRPC name of the liveness service.
        backends_tls: Call both over TLS, as a load balancer in front of them wants.
        max_image_bytes: Largest picture; the services accept no more than the default.
        deadline_seconds: Budget of one verification once its picture has arrived, over both services.
        upload_seconds: How long a client may take to send its picture.
        max_concurrency: Verifications in flight; one more is answered "overloaded" at once. Bounds memory:
            each may hold a picture of `max_image_bytes` about three times (form, message, wire).
        max_connections: Open connections; one more is closed at once.
        demo: Serve the page /demo, which takes a picture with the visitor's camera and asks for a key.
    """

    # A key put here by mistake must not be quoted in the error.
    model_config = SettingsConfigDict(env_prefix="GATEWAY_", hide_input_in_errors=True)

    port: Port = 8000
    keys: SecretStr | None = None
    keys_file: Path | None = None
    keys_secret: str | None = None
    keys_refresh_seconds: float = Field(default=10, gt=0)
    key_pepper: SecretStr = Field(min_length=SHORTEST_PEPPER)
    rate: str = "1200/minute"
    key_concurrency: int = Field(default=32, gt=0)
    redis_url: SecretStr | None = None
    idempotency_seconds: float = Field(default=DAY, gt=0)
    duplicate_seconds: float = Field(default=DAY, ge=0)
    state: Path = Path("state")
    review_decisions: Annotated[tuple[Decision, ...], NoDecode] = ("review", "reject")
    review_bucket: str | None = Field(default=None, pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._-]+)*$")
    review_kms_key: str | None = None
    s3_endpoint: str | None = None
    outbox_bytes: int = Field(default=512 * 2**20, ge=2 * MAX_IMAGE_BYTES)
    storage_seconds: float = Field(default=5, gt=0)
    upload_drain_seconds: float = Field(default=10, ge=0)
    retention_days: float = Field(default=90, gt=0)
    quality_target: str = "127.0.0.1:50051"
    liveness_target: str = "127.0.0.1:50052"
    backends_tls: bool = False
    max_image_bytes: int = Field(default=MAX_IMAGE_BYTES, gt=0, le=MAX_IMAGE_BYTES)
    deadline_seconds: float = Field(default=5, gt=0, le=60)
    upload_seconds: float = Field(default=30, gt=0, le=600)
    max_concurrency: int = Field(default=32, gt=0)
    max_connections: int = Field(default=1024, gt=0)
    demo: bool = False

    @field_validator("review_decisions", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("rate")
    @classmethod
    def _is_rate(cls, value: str) -> str:
        parse(value)
        return value

    @model_validator(mode="after")
    def _one_place_for_keys(self) -> Self:
        if sum(place is not None for place in (self.keys, self.keys_file, self.keys_secret)) != 1:
            raise ValueError("set one of GATEWAY_KEYS_FILE, GATEWAY_KEYS_SECRET and GATEWAY_KEYS")
        return self
