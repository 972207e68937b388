"""Real Redis and S3 servers; a test that needs one is skipped where its program is not installed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from ekyc_stack.server import RedisServer, S3Server


def redis_server() -> Iterator[RedisServer]:
    try:
        server = RedisServer()
    except FileNotFoundError as error:
        pytest.skip(str(error))
    with server:
        yield server


def s3_server(root: Path) -> Iterator[S3Server]:
    try:
        server = S3Server(root)
    except FileNotFoundError as error:
        pytest.skip(str(error))
    with server:
        yield server
