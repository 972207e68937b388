"""The three real services, started once for all end-to-end tests."""

from collections.abc import Callable, Iterator

import httpx
import pytest
from ekyc_stack.stack import Stack

API_KEY = "a-key-for-the-tests"

Verify = Callable[..., httpx.Response]


class Log:
    """Every line that the services print."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []

    def __call__(self, name: str, line: str) -> None:
        self.lines.append((name, line))

    @property
    def text(self) -> str:
        return "\n".join(f"{name} {line}" for name, line in self.lines)


@pytest.fixture(scope="session")
def log() -> Log:
    return Log()


@pytest.fixture(scope="session")
def stack(log: Log) -> Iterator[Stack]:
    stack = Stack(api_key=API_KEY, log=log)
    try:
        stack.wait_ready()
        yield stack
    finally:
        codes = stack.stop()
    assert codes == {"gateway": 0, "quality": 0, "liveness": 0}, log.text[-4000:]


@pytest.fixture
def client(stack: Stack) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=stack.url, headers={"X-API-Key": API_KEY}, timeout=30, trust_env=False) as client:
        yield client


@pytest.fixture
def verify(client: httpx.Client) -> Verify:
    def post(image: bytes, **params: str) -> httpx.Response:
        return client.post("/verify/face", files={"image": ("photo.jpg", image, "image/jpeg")}, params=params)

    return post
