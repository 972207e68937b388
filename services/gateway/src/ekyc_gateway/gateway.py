"""What the routes share: opened when the app starts, closed when it stops."""

from dataclasses import dataclass

from ekyc_gateway.access.key_source import FileKeys, GivenKeys, KeySource, SecretKeys
from ekyc_gateway.access.keyring import Keyring
from ekyc_gateway.access.rate import KeySlots, RateLimit
from ekyc_gateway.audit.log import AuditLog
from ekyc_gateway.backends import Backends
from ekyc_gateway.duplicates import Duplicates
from ekyc_gateway.metrics import Metrics
from ekyc_gateway.reviews.blobs import Blobs, FolderBlobs, S3Blobs
from ekyc_gateway.reviews.cases import Cases
from ekyc_gateway.reviews.outbox import Outbox
from ekyc_gateway.settings import Settings
from ekyc_gateway.shared import SharedFacts, open_facts
from ekyc_gateway.slots import Slots


@dataclass(frozen=True, slots=True)
class Gateway:
    """One gateway process."""

    settings: Settings
    metrics: Metrics
    keyring: Keyring
    rate: RateLimit
    key_slots: KeySlots
    slots: Slots
    backends: Backends
    facts: SharedFacts
    duplicates: Duplicates
    outbox: Outbox
    cases: Cases
    audit: AuditLog


def open_gateway(settings: Settings, metrics: Metrics) -> Gateway:
    """Open everything; call it inside the event loop that will use it.

    Raises:
        KeySourceError: The keys cannot be read.
        AuditError: The audit log cannot be written.
        OSError: The state folder cannot be used.
    """
    redis_url = settings.redis_url.get_secret_value() if settings.redis_url else None
    facts = open_facts(redis_url)
    return Gateway(
        settings=settings,
        metrics=metrics,
        keyring=Keyring(_keys(settings), settings.key_pepper.get_secret_value()),
        rate=RateLimit(settings.rate, redis_url, metrics),
        key_slots=KeySlots(settings.key_concurrency),
        slots=Slots(settings.max_concurrency),
        backends=Backends(settings.quality_target, settings.liveness_target, tls=settings.backends_tls),
        facts=facts,
        duplicates=Duplicates(facts, metrics, settings.duplicate_seconds),
        outbox=Outbox(settings.state / "outbox", settings.outbox_bytes),
        cases=Cases(_blobs(settings)),
        audit=AuditLog(settings.state / "audit.jsonl"),
    )


def _keys(settings: Settings) -> KeySource:
    if settings.keys_file is not None:
        return FileKeys(settings.keys_file)
    if settings.keys_secret is not None:
        return SecretKeys(settings.keys_secret)
    return GivenKeys(settings.keys.get_secret_value() if settings.keys else "{}")


def _blobs(settings: Settings) -> Blobs:
    if settings.review_bucket is None:
        return FolderBlobs(settings.state / "reviews")
    bucket, slash, prefix = settings.review_bucket.partition("/")
    return S3Blobs(bucket, prefix + slash, kms_key=settings.review_kms_key, endpoint=settings.s3_endpoint)
