"""Where the list of keys is kept."""

import json
import os
from pathlib import Path
from typing import Protocol

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from pydantic import ValidationError

from ekyc_gateway.access.key_record import KeyList

_CLIENT = Config(connect_timeout=3, read_timeout=5, retries={"total_max_attempts": 3})


class KeySourceError(Exception):
    """The keys cannot be read or written; the text names no key."""


class KeySource(Protocol):
    """A place that holds the list."""

    def read(self) -> KeyList:
        """Return the list.

        Raises:
            KeySourceError: It cannot be read.
        """

    def write(self, keys: KeyList) -> None:
        """Replace the list.

        Raises:
            KeySourceError: It cannot be written.
        """


def parse(text: str, place: str) -> KeyList:
    """Read the JSON document.

    Raises:
        KeySourceError: It is not one.
    """
    try:
        return KeyList.model_validate_json(text)
    except ValidationError as error:
        wrong = sorted({".".join(map(str, one["loc"])) or "the document" for one in error.errors()})
        raise KeySourceError(f"{place} is not a list of keys: {', '.join(wrong)}") from None


class FileKeys:
    """A JSON file, replaced as a whole; readable by its owner alone."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> KeyList:
        """Return the list; empty where there is no file yet."""
        try:
            return parse(self._path.read_text(encoding="utf-8"), str(self._path))
        except FileNotFoundError:
            return KeyList()
        except OSError as error:
            raise KeySourceError(f"cannot read {self._path}: {error.strerror}") from error

    def write(self, keys: KeyList) -> None:
        """Write beside the file, then rename: a reader sees the old list or the new one."""
        unfinished = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        try:
            descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(keys.model_dump_json(indent=2, exclude_none=True) + "\n")
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(self._path)
        except OSError as error:
            raise KeySourceError(f"cannot write {self._path}: {error.strerror}") from error


class GivenKeys:
    """The list as it stood in the environment when the process started."""

    def __init__(self, text: str) -> None:
        self._keys = parse(text, "GATEWAY_KEYS")

    def read(self) -> KeyList:
        """Return the list."""
        return self._keys

    def write(self, keys: KeyList) -> None:  # noqa: ARG002 - the protocol's
        """Nothing can change a variable of another process."""
        raise KeySourceError("keys in the environment cannot be changed; use a file or a secret")


class SecretKeys:
    """A secret in AWS Secrets Manager."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._client = boto3.client("secretsmanager", config=_CLIENT)

    def read(self) -> KeyList:
        """Return the list of the secret's current version."""
        try:
            answer = self._client.get_secret_value(SecretId=self._name)
        except (BotoCoreError, ClientError) as error:
            raise KeySourceError(f"cannot read the secret {self._name}: {type(error).__name__}") from error
        return parse(str(answer.get("SecretString", "")), f"the secret {self._name}")

    def write(self, keys: KeyList) -> None:
        """Add a version."""
        text = json.dumps(keys.model_dump(mode="json", exclude_none=True))
        try:
            self._client.put_secret_value(SecretId=self._name, SecretString=text)
        except (BotoCoreError, ClientError) as error:
            raise KeySourceError(f"cannot write the secret {self._name}: {type(error).__name__}") from error
