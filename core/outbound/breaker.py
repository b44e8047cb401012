"""A circuit breaker per host:port: after repeated failures the host is left alone, then probed."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from enum import StrEnum
from typing import Generic, TypeVar

from .clock import SYSTEM_CLOCK, Clock
from .errors import CircuitOpen

T = TypeVar("T")


class PerHost(Generic[T]):
    """One `T` per `host:port`, made at first use; above `limit` the least recently used go."""

    def __init__(self, make: Callable[[], T], limit: int = 1024) -> None:
        self._make = make
        self._limit = limit
        self._lock = threading.Lock()
        self._entries: OrderedDict[str, T] = OrderedDict()

    def __getitem__(self, key: str) -> T:
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                entry = self._entries[key] = self._make()
            self._entries.move_to_end(key)
            if len(self._entries) > self._limit:
                self._entries.popitem(last=False)
            return entry

    def items(self) -> list[tuple[str, T]]:
        with self._lock:
            return list(self._entries.items())


class BreakerState(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Breaker:
    """Opens after `failures` in a row; after `cool_off` seconds one call at a time may probe, and decides.

    A probe that never reports (its thread died) gives its place back after another `cool_off`.
    """

    def __init__(self, failures: int = 5, cool_off: float = 30.0, clock: Clock = SYSTEM_CLOCK) -> None:
        self._threshold = failures
        self._cool_off = cool_off
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._probe_at: float | None = None  # None: closed, calls pass

    @property
    def state(self) -> BreakerState:
        with self._lock:
            if self._probe_at is None:
                return BreakerState.CLOSED
            waiting = self._clock.monotonic() < self._probe_at
            return BreakerState.OPEN if waiting else BreakerState.HALF_OPEN

    def enter(self) -> None:
        """Ask to call; raises `CircuitOpen` with the seconds until the next probe."""
        with self._lock:
            if self._probe_at is None:
                return
            now = self._clock.monotonic()
            if now < self._probe_at:
                raise CircuitOpen(retry_after=self._probe_at - now)
            self._probe_at = now + self._cool_off  # this call is the probe

    def leave(self, succeeded: bool | None) -> None:
        """Report how the call ended; `None` says nothing about the host and lets the next call probe."""
        with self._lock:
            if succeeded:
                self._failures, self._probe_at = 0, None
            elif succeeded is False:
                self._failures += 1
                if self._failures >= self._threshold:
                    self._probe_at = self._clock.monotonic() + self._cool_off
            elif self._probe_at is not None:
                self._probe_at = self._clock.monotonic()


class BreakerRegistry:
    """The breakers of a process; share one among all sessions and streams."""

    def __init__(self, failures: int = 5, cool_off: float = 30.0, clock: Clock = SYSTEM_CLOCK) -> None:
        self._breakers = PerHost(lambda: Breaker(failures, cool_off, clock))

    def __getitem__(self, key: str) -> Breaker:
        """The breaker of `host:port`."""
        return self._breakers[key]

    def states(self) -> dict[str, BreakerState]:
        """`host:port` to state, for metrics and the health page."""
        return {key: breaker.state for key, breaker in self._breakers.items()}
