"""Files by name: in a folder or in S3."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError


class BlobError(Exception):
    """The store is away, full or refuses; the text names no picture."""


class BlobMissingError(BlobError):
    """There is no such file."""


class BlobExistsError(BlobError):
    """There is such a file already."""


class Blobs(Protocol):
    """A store of files. Names are made by us, never by a client. Every method blocks: call it in a thread."""

    def put(self, name: str, data: bytes, media_type: str, *, new: bool = False) -> None:
        """Keep a file whole or not at all; with ``new`` only where there is none yet (BlobExistsError)."""

    def get(self, name: str) -> bytes:
        """Return a file.

        Raises:
            BlobMissingError: There is none.
        """

    def names(self, folder: str, after: str = "") -> Iterator[str]:
        """Yield all names that start with ``folder`` and sort behind ``after``, ascending."""

    def remove(self, names: list[str]) -> None:
        """Delete files; one that is not there is no error."""


class FolderBlobs:
    """Files in a folder, readable by their owner alone."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, name: str, data: bytes, media_type: str, *, new: bool = False) -> None:
        """Write beside the place, sync, then link or rename: a reader sees all of the file or none."""
        del media_type
        path = self._root / name
        unfinished = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_synced(unfinished, data)
            try:
                if new:
                    _link(unfinished, path)
                else:
                    unfinished.replace(path)
            finally:
                unfinished.unlink(missing_ok=True)
        except OSError as error:
            raise BlobError(f"cannot write to the folder: {error.strerror}") from error

    def get(self, name: str) -> bytes:
        """Return a file."""
        try:
            return (self._root / name).read_bytes()
        except (FileNotFoundError, NotADirectoryError) as error:
            raise BlobMissingError(name) from error
        except OSError as error:
            raise BlobError(f"cannot read the folder: {error.strerror}") from error

    def names(self, folder: str, after: str = "") -> Iterator[str]:
        """Walk in the order of names, past everything that sorts before ``after``."""
        yield from self._walk(folder.rstrip("/"), after)

    def _walk(self, folder: str, after: str) -> Iterator[str]:
        try:
            with os.scandir(self._root / folder) as found:
                entries = sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in found)
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:
            raise BlobError(f"cannot read the folder: {error.strerror}") from error
        for entry, is_folder in entries:
            name = f"{folder}/{entry}" if folder else entry
            if is_folder and f"{name}/\uffff" > after:
                yield from self._walk(name, after)
            elif not is_folder and not entry.startswith(".") and name > after:
                yield name

    def remove(self, names: list[str]) -> None:
        """Delete files and the folders that they leave empty."""
        for name in names:
            path = self._root / name
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise BlobError(f"cannot delete in the folder: {error.strerror}") from error
            for folder in path.parents:
                if folder == self._root or not _remove_empty(folder):
                    break


def _link(existing: Path, path: Path) -> None:
    """Give a file a second name, unless that name is taken."""
    try:
        path.hardlink_to(existing)
    except FileExistsError as error:
        raise BlobExistsError(path.name) from error


def _remove_empty(folder: Path) -> bool:
    try:
        folder.rmdir()
    except OSError:
        return False
    return True


def write_synced(path: Path, data: bytes) -> None:
    """Write a new file, readable by its owner alone, and bring it to the disk.

    Raises:
        OSError: The disk is full or gone; nothing is left behind.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        path.unlink(missing_ok=True)
        raise


_CLIENT = Config(connect_timeout=3, read_timeout=15, retries={"total_max_attempts": 2, "mode": "standard"})
_MISSING = {"NoSuchKey", "404"}
_EXISTS = {"PreconditionFailed", "ConditionalRequestConflict"}


class S3Blobs:
    """Objects in a bucket, encrypted by KMS."""

    def __init__(self, bucket: str, prefix: str, *, kms_key: str | None, endpoint: str | None) -> None:
        """Use a bucket that exists.

        Args:
            bucket: Its name.
            prefix: In front of every name; empty or ending in "/".
            kms_key: ARN or alias of the key; the bucket's own encryption where left out.
            endpoint: Of another S3 server than AWS's.
        """
        style = Config(s3={"addressing_style": "path"}) if endpoint else Config()
        self._client: Any = boto3.client("s3", endpoint_url=endpoint, config=_CLIENT.merge(style))
        self._bucket = bucket
        self._prefix = prefix
        self._encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": kms_key} if kms_key else {}

    def put(self, name: str, data: bytes, media_type: str, *, new: bool = False) -> None:
        """Put an object; S3 shows all of it or none."""
        condition = {"IfNoneMatch": "*"} if new else {}
        with _s3(name):
            self._client.put_object(
                Bucket=self._bucket,
                Key=self._prefix + name,
                Body=data,
                ContentType=media_type,
                **self._encryption,
                **condition,
            )

    def get(self, name: str) -> bytes:
        """Return an object."""
        with _s3(name):
            body: bytes = self._client.get_object(Bucket=self._bucket, Key=self._prefix + name)["Body"].read()
            return body

    def names(self, folder: str, after: str = "") -> Iterator[str]:
        """List page by page."""
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=self._prefix + folder, StartAfter=self._prefix + after if after else ""
        )
        with _s3(folder):
            for page in pages:
                for found in page.get("Contents", ()):
                    yield found["Key"].removeprefix(self._prefix)

    def remove(self, names: list[str]) -> None:
        """Delete every object, and every version of it where the bucket keeps versions."""
        for name in names:
            with _s3(name):
                for version in self._versions(name):
                    self._client.delete_object(Bucket=self._bucket, Key=self._prefix + name, **version)

    def _versions(self, name: str) -> list[dict[str, str]]:
        """Return what must be deleted for a name to be gone for good."""
        if self._client.get_bucket_versioning(Bucket=self._bucket).get("Status") is None:
            return [{}]
        key = self._prefix + name
        pages = self._client.get_paginator("list_object_versions").paginate(Bucket=self._bucket, Prefix=key)
        found = [entry for page in pages for kind in ("Versions", "DeleteMarkers") for entry in page.get(kind, ())]
        return [{"VersionId": entry["VersionId"]} for entry in found if entry["Key"] == key]


@contextmanager
def _s3(name: str) -> Iterator[None]:
    """Turn boto's errors into ours; the text says which kind, never what was sent."""
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", "unknown"))
        if code in _MISSING:
            raise BlobMissingError(name) from error
        if code in _EXISTS:
            raise BlobExistsError(name) from error
        raise BlobError(f"S3 refuses: {code}") from error
    except BotoCoreError as error:
        raise BlobError(f"S3 is away: {type(error).__name__}") from error
