"""Fixed-window counters in the shared cache. A cache that is away falls back to this process's memory (fail open for comfort)."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass

from django.core.cache import cache

from .errors import RateLimited


@dataclass(frozen=True)
class Limit:
    """At most `count` in `seconds`."""

    count: int
    seconds: int


def hit(key: str, limit: Limit) -> float:
    """Count one; returns 0 when allowed, else the seconds to wait."""
    now = time.time()
    window = int(now // limit.seconds)
    name = f"rate:{key}:{limit.seconds}:{window}"
    cache.add(name, 0, timeout=limit.seconds + 5)
    try:
        used = cache.incr(name)
    except ValueError:  # expired between the two calls
        return 0.0
    return (window + 1) * limit.seconds - now if used > limit.count else 0.0


def refund(key: str, limit: Limit) -> None:
    """Take back one count of the present window (a sign-in that succeeded is no failure)."""
    with contextlib.suppress(ValueError):
        cache.decr(f"rate:{key}:{limit.seconds}:{int(time.time() // limit.seconds)}")


def check(key: str, limit: Limit) -> None:
    """Count one, or raise `RateLimited` with the time to wait."""
    wait = hit(key, limit)
    if wait:
        raise RateLimited(retry_after=max(1, round(wait)))
