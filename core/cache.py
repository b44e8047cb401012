"""The shared cache of server mode: Redis, and this process's own memory while Redis does not answer (F35–F37)."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import redis
import structlog
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache

log = structlog.get_logger(__name__)
QUIET_SECONDS = 5.0


def _with_failover(name: str) -> Callable[..., Any]:
    def call(self: FailoverRedisCache, *arguments: Any, **options: Any) -> Any:
        if time.monotonic() >= self.away_until:
            try:
                return getattr(RedisCache, name)(self, *arguments, **options)
            except redis.RedisError as error:
                self.away_until = time.monotonic() + QUIET_SECONDS
                log.warning("cache.away", error=type(error).__name__)
        return getattr(self.local, name)(*arguments, **options)

    return call


class FailoverRedisCache(RedisCache):
    away_until = 0.0

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self.local = LocMemCache("failover", {"OPTIONS": {"MAX_ENTRIES": 50_000}})

    add = _with_failover("add")
    get = _with_failover("get")
    set = _with_failover("set")
    touch = _with_failover("touch")
    delete = _with_failover("delete")
    get_many = _with_failover("get_many")
    has_key = _with_failover("has_key")
    incr = _with_failover("incr")
    set_many = _with_failover("set_many")
    delete_many = _with_failover("delete_many")
    clear = _with_failover("clear")
