"""How often and how much at once a key may ask."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from ekyc_chassis.errors import EkycError
from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage, RedisStorage, Storage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from redis.asyncio import ConnectionPool

from ekyc_gateway.access.key_record import KeyRecord
from ekyc_gateway.metrics import Metrics
from ekyc_gateway.refused import WaitError
from ekyc_gateway.shared import REDIS_SECONDS, Breaker, SharedError


def is_rate(text: str) -> bool:
    """Return whether a text is a rate such as "100/minute"."""
    try:
        parse(text)
    except ValueError:
        return False
    return True


class RateLimit:
    """A sliding window a key; in Redis all gateways share it.

    A Redis that is away lets everyone pass, counted: an outage of a counter must not become an outage of the service.
    """

    def __init__(self, default: str, redis_url: str | None, metrics: Metrics) -> None:
        self._default = parse(default)
        self._own: dict[str, RateLimitItem] = {}
        self._metrics = metrics
        self._breaker = Breaker()
        self._pool: ConnectionPool | None = None
        storage: Storage = MemoryStorage()
        if redis_url is not None:
            timeouts = {"socket_timeout": REDIS_SECONDS, "socket_connect_timeout": REDIS_SECONDS}
            self._pool = ConnectionPool.from_url(redis_url, **timeouts)
            storage = RedisStorage(
                f"async+{redis_url}",
                wrap_exceptions=True,
                implementation="redispy",
                key_prefix="ekyc:rate",
                connection_pool=self._pool,  # type: ignore[arg-type]
            )
        self._limiter = SlidingWindowCounterRateLimiter(storage)

    async def take(self, key: KeyRecord) -> None:
        """Count one request.

        Raises:
            WaitError: rate_limited, with the seconds until one is free.
        """
        item = self._item(key)
        try:
            with self._breaker:
                if await self._limiter.hit(item, key.id):
                    return
                window = await self._limiter.get_window_stats(item, key.id)
        except SharedError:
            self._metrics.failed_open("rate_limit")
            return
        raise WaitError("rate_limited", until=window.reset_time)

    async def close(self) -> None:
        """Close the connections."""
        if self._pool is not None:
            await self._pool.disconnect()

    def _item(self, key: KeyRecord) -> RateLimitItem:
        if key.rate is None:
            return self._default
        if key.rate not in self._own:
            self._own[key.rate] = parse(key.rate)
        return self._own[key.rate]


class KeySlots:
    """How many requests of one key may be in flight, so that one client cannot fill all slots of a process."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._busy: Counter[str] = Counter()

    @contextmanager
    def take(self, key: KeyRecord) -> Iterator[None]:
        """Hold a slot.

        Raises:
            EkycError: rate_limited, when the key has none free.
        """
        if self._busy[key.id] >= self._limit:
            raise EkycError("rate_limited")
        self._busy[key.id] += 1
        try:
            yield
        finally:
            self._busy[key.id] -= 1
            if not self._busy[key.id]:
                del self._busy[key.id]
