"""What is kept of an API key, and the document that holds all of them."""

from datetime import UTC, datetime
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from ekyc_gateway.access.api_key import ID_PATTERN, ApiKey

Scope = Literal["verify", "review"]
SCOPES: tuple[Scope, ...] = ("verify", "review")
Name = Annotated[str, Field(pattern=ID_PATTERN)]


class Frozen(BaseModel):
    """Immutable; an unknown field is an error, and no error quotes what it was given."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class KeyRecord(Frozen):
    """One key.

    Attributes:
        id: Of the key: what stands before its dot.
        client: Whom it belongs to; a client may have several live keys, and sees only its own cases.
        scopes: What it may do.
        hash: HMAC-SHA256 of the key under the pepper, hexadecimal.
        created: When it was issued.
        expires: From then on it is refused; null is never.
        revoked: When it was revoked; null is not.
        rate: Its own limit, for example "100/minute"; null is the gateway's.
    """

    id: Name
    client: Name
    scopes: tuple[Scope, ...] = ("verify",)
    hash: str = Field(pattern=r"^[0-9a-f]{64}$", repr=False)
    created: AwareDatetime
    expires: AwareDatetime | None = None
    revoked: AwareDatetime | None = None
    rate: str | None = None

    @classmethod
    def of(cls, key: ApiKey, pepper: str, client: str, scopes: tuple[Scope, ...] = SCOPES, **more: object) -> Self:
        """Describe a key that is valid from now on."""
        fields = {"created": datetime.now(UTC), **more}
        return cls.model_validate(
            {"id": key.id, "client": client, "scopes": scopes, "hash": key.digest(pepper).hex(), **fields}
        )

    def is_live(self, now: datetime) -> bool:
        """Return whether it is neither revoked nor expired."""
        return self.revoked is None and (self.expires is None or now < self.expires)


class KeyList(Frozen):
    """All keys: what a key file, `GATEWAY_KEYS` and the secret hold as JSON."""

    keys: tuple[KeyRecord, ...] = ()

    def with_key(self, record: KeyRecord) -> "KeyList":
        """Add a key, in place of one of the same id."""
        others = tuple(other for other in self.keys if other.id != record.id)
        return KeyList(keys=(*others, record))

    def revoked(self, key_id: str, at: datetime) -> "KeyList":
        """Revoke a key.

        Raises:
            KeyError: There is none of that id.
        """
        for record in self.keys:
            if record.id == key_id:
                return self.with_key(record.model_copy(update={"revoked": record.revoked or at}))
        raise KeyError(key_id)
