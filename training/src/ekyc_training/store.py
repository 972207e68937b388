"""Bundles in S3: written once, never over."""

from pathlib import Path
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import ClientError

from ekyc_training.rows import DataError

# Last, so that a bundle that has it is whole.
SEAL = "bundle.json"


def upload(bundle: Path, address: str) -> None:
    """Upload a bundle's files under s3://bucket/prefix; credentials are boto3's own.

    Raises:
        DataError: The address is none of S3, or a bundle is there already.
    """
    parts = urlsplit(address)
    if parts.scheme != "s3" or not parts.netloc:
        raise DataError(f"{address} is not s3://bucket/prefix")
    client, prefix = boto3.client("s3"), parts.path.strip("/")
    taken = f"{address} holds a bundle, and a bundle is never changed: publish elsewhere"
    try:
        client.head_object(Bucket=parts.netloc, Key=f"{prefix}/{SEAL}".lstrip("/"))
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:  # noqa: PLR2004 - not found
            raise
    else:
        raise DataError(taken)
    for path in sorted(bundle.iterdir(), key=lambda path: path.name == SEAL):
        # Two publishers at once: S3 lets one of them write the seal.
        once = {"IfNoneMatch": "*"} if path.name == SEAL else {}
        try:
            client.put_object(
                Bucket=parts.netloc, Key=f"{prefix}/{path.name}".lstrip("/"), Body=path.read_bytes(), **once
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "PreconditionFailed":
                raise DataError(taken) from error
            raise
