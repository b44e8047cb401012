"""The wake-up line between processes: Redis publish/subscribe in server mode, a direct call in single mode.

One subscription per process and a local hub behind it; a lost message costs only time, because the hub finds gaps by number.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from functools import cache
from typing import NamedTuple, Protocol, Self

import redis
import redis.asyncio
import structlog
from django.conf import settings

log = structlog.get_logger(__name__)
QUIET_AFTER_FAILURE = 2.0
Handler = Callable[["Wire"], None]


class Wire(NamedTuple):
    """One message of the bus: kind `e`vent, `p`rogress, `x` close or `f`orget a cached user."""

    kind: str
    user: int
    key: str
    frame: str

    @classmethod
    def event(cls, user: int, seq: int, frame: str) -> Self:
        return cls("e", user, str(seq), frame)

    @classmethod
    def progress(cls, user: int, object_: str, frame: str) -> Self:
        return cls("p", user, object_, frame)

    @classmethod
    def close(cls, user: int, session: str) -> Self:
        return cls("x", user, session, "")

    @classmethod
    def forget(cls, user: int) -> Self:
        return cls("f", user, "", "")

    def pack(self) -> str:
        return f"{self.kind}|{self.user}|{self.key}|{self.frame}"

    @classmethod
    def unpack(cls, text: str) -> Self:
        kind, user, key, frame = text.split("|", 3)
        return cls(kind, int(user), key, frame)


class Bus(Protocol):
    def send(self, wire: Wire) -> None: ...
    def subscribe(self, handler: Handler) -> None: ...


class LocalBus:
    """Everything lives in one process: hand the message to the listeners directly (they are thread-safe)."""

    def __init__(self) -> None:
        self._handlers: list[Handler] = []

    def send(self, wire: Wire) -> None:
        for handler in self._handlers:
            handler(wire)

    def subscribe(self, handler: Handler) -> None:
        self._handlers.append(handler)


class RedisBus(LocalBus):
    """Sends through Redis with short time-outs; while Redis is away it stays quiet and the hub's poll finds the rows."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url, self._channel = url, f"{settings.REDIS_PREFIX}:events"
        self._client = redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2, health_check_interval=15)
        self._quiet_until = 0.0
        self._listener: threading.Thread | None = None

    def send(self, wire: Wire) -> None:
        if time.monotonic() < self._quiet_until:
            return
        try:
            self._client.publish(self._channel, wire.pack())
        except redis.RedisError as error:
            self._quiet_until = time.monotonic() + QUIET_AFTER_FAILURE
            log.warning("bus.send_failed", error=type(error).__name__)

    def subscribe(self, handler: Handler) -> None:
        super().subscribe(handler)
        if self._listener is None:
            self._listener = threading.Thread(target=lambda: asyncio.run(self._listen()), name="bus", daemon=True)
            self._listener.start()

    async def _listen(self) -> None:
        while True:
            try:
                client = redis.asyncio.Redis.from_url(self._url, socket_connect_timeout=2, health_check_interval=10)
                async with client.pubsub() as subscription:
                    await subscription.subscribe(self._channel)
                    while True:
                        message = await subscription.get_message(ignore_subscribe_messages=True, timeout=10)
                        if message is None:
                            await asyncio.wait_for(subscription.ping(), 2)
                        elif message.get("type") == "message":
                            super().send(Wire.unpack(message["data"].decode()))
            except (redis.RedisError, OSError, TimeoutError, ValueError) as error:
                log.warning("bus.listen_failed", error=type(error).__name__)
                await asyncio.sleep(1)


@cache
def bus() -> Bus:
    return RedisBus(settings.REDIS_URL) if settings.REDIS_URL else LocalBus()
