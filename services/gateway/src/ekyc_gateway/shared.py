"""Small facts that requests share: in this process, or in Redis between all gateways."""

import time
from collections import OrderedDict
from types import TracebackType
from typing import Protocol, Self

from limits.errors import StorageError
from redis.asyncio import Redis
from redis.exceptions import RedisError

REDIS_SECONDS = 0.25
"""How long a request may wait for Redis."""
REST_SECONDS = 2.0
"""How long Redis is left alone after it failed."""
MOST_FACTS = 50_000


class SharedError(Exception):
    """The facts are out of reach for now."""


class SharedFacts(Protocol):
    """Texts by name, each with a time to live. Raises SharedError where they are out of reach."""

    async def get(self, name: str) -> str | None:
        """Return a text, None where there is none or it has expired."""

    async def put(self, name: str, text: str, seconds: float) -> None:
        """Keep a text."""

    async def put_new(self, name: str, text: str, seconds: float) -> bool:
        """Keep a text where there is none yet, at once for all gateways; return whether it was kept."""

    async def remove(self, *names: str) -> None:
        """Forget."""

    async def close(self) -> None:
        """Let go of connections."""


class MemoryFacts:
    """In this process: the oldest go when there are too many."""

    def __init__(self, most: int = MOST_FACTS) -> None:
        self._most = most
        self._facts: OrderedDict[str, tuple[float, str]] = OrderedDict()

    async def get(self, name: str) -> str | None:
        """Return a text."""
        expires, text = self._facts.get(name, (0.0, ""))
        return text if expires > time.monotonic() else None

    async def put(self, name: str, text: str, seconds: float) -> None:
        """Keep a text."""
        self._facts.pop(name, None)
        self._facts[name] = (time.monotonic() + seconds, text)
        while len(self._facts) > self._most:
            self._facts.popitem(last=False)

    async def put_new(self, name: str, text: str, seconds: float) -> bool:
        """Keep a text where there is none yet."""
        if await self.get(name) is not None:
            return False
        await self.put(name, text, seconds)
        return True

    async def remove(self, *names: str) -> None:
        """Forget."""
        for name in names:
            self._facts.pop(name, None)

    async def close(self) -> None:
        """Nothing to let go of."""


class Breaker:
    """Around a call to Redis: its errors come out as SharedError, and after one it is left alone for a while.

    A dead Redis then costs a request nothing, not a timeout each.
    """

    def __init__(self) -> None:
        self._rest_until = 0.0

    def __enter__(self) -> Self:
        """Begin a call.

        Raises:
            SharedError: It failed a moment ago.
        """
        if time.monotonic() < self._rest_until:
            raise SharedError
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, (RedisError, StorageError, OSError)):
            self._rest_until = time.monotonic() + REST_SECONDS
            raise SharedError from error


class RedisFacts:
    """In Redis, under the prefix "ekyc:"."""

    def __init__(self, url: str) -> None:
        self._redis = Redis.from_url(
            url, decode_responses=True, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS
        )
        self._breaker = Breaker()

    async def get(self, name: str) -> str | None:
        """Return a text."""
        with self._breaker:
            text = await self._redis.get(f"ekyc:{name}")
            return None if text is None else str(text)

    async def put(self, name: str, text: str, seconds: float) -> None:
        """Keep a text."""
        with self._breaker:
            await self._redis.set(f"ekyc:{name}", text, px=round(seconds * 1000))

    async def put_new(self, name: str, text: str, seconds: float) -> bool:
        """Keep a text where there is none yet."""
        with self._breaker:
            return bool(await self._redis.set(f"ekyc:{name}", text, px=round(seconds * 1000), nx=True))

    async def remove(self, *names: str) -> None:
        """Forget."""
        if names:
            with self._breaker:
                await self._redis.delete(*(f"ekyc:{name}" for name in names))

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose()


def open_facts(redis_url: str | None) -> SharedFacts:
    """Return Redis' facts where there is an address, else this process's."""
    return RedisFacts(redis_url) if redis_url else MemoryFacts()
