"""Bandwidth limit: a token bucket with a queue, so that connections take turns."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

BURST_SECONDS = 0.1
LONGEST_WAIT = 0.25


class RateLimiter:
    """Shared by the connections of one transfer, or by several transfers. `rate` in bytes per second; None:
    no limit.

    Bytes are paid for after they were read: whoever is first in the queue waits until earlier debts are paid,
    then makes its own.
    """

    def __init__(self, rate: float | None = None, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._turn = threading.Condition()
        self._queue: deque[object] = deque()
        self._rate = rate or None
        self._tokens = 0.0
        self._filled_at = monotonic()

    @property
    def rate(self) -> float | None:
        return self._rate

    def set_rate(self, rate: float | None) -> None:
        """Takes effect at once, also for those who wait."""
        with self._turn:
            self._fill()
            self._rate = rate or None
            self._tokens = min(self._tokens, 0.0)
            self._turn.notify_all()

    def quantum(self, most: int) -> int:
        """How much to read at once, so that a slow limit still flows evenly."""
        rate = self._rate
        return most if rate is None else max(1, min(most, int(rate * BURST_SECONDS)))

    def take(self, count: int, stopped: Callable[[], bool]) -> None:
        """Pays for `count` bytes; returns early when `stopped()`."""
        if self._rate is None:
            return
        ticket = object()
        with self._turn:
            self._queue.append(ticket)
            while (delay := self._delay(ticket)) > 0 and not stopped():
                self._turn.wait(min(delay, LONGEST_WAIT))
            self._tokens -= count
            self._queue.remove(ticket)
            self._turn.notify_all()

    def _delay(self, ticket: object) -> float:
        """Seconds until it may be this ticket's turn; 0 when it is."""
        self._fill()
        if self._rate is None:
            return 0.0
        if self._queue[0] is not ticket:
            return LONGEST_WAIT
        return max(0.0, -self._tokens / self._rate)

    def _fill(self) -> None:
        now = self._monotonic()
        if self._rate is None:
            self._tokens = 0.0
        else:
            gained = (now - self._filled_at) * self._rate
            self._tokens = min(self._tokens + gained, self._rate * BURST_SECONDS)
        self._filled_at = now
