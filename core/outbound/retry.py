"""When to try again: full-jitter back-off, Retry-After, and a budget against retry storms (row F49)."""

from __future__ import annotations

import math
import threading
from collections import deque
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from .clock import SYSTEM_CLOCK, Clock
from .errors import CircuitOpen, OutboundError


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """`attempts` calls at most; waits up to `base * 2**n` seconds, never above `cap`, drawn evenly.

    A Retry-After of up to `retry_after_limit` seconds is waited for; a longer one is raised, so that a job
    can come back later.
    """

    attempts: int = 3
    base: float = 0.5
    cap: float = 8.0
    retry_after_limit: float = 60.0
    budget_ratio: float = 0.1
    budget_minimum: int = 3
    budget_window: float = 60.0

    def delay(self, attempt: int, retry_after: float | None, clock: Clock) -> float:
        """Seconds to wait after the `attempt`-th call failed (1 is the first)."""
        jitter: float = clock.random() * min(self.cap, self.base * 2.0 ** (attempt - 1))
        return jitter + (retry_after or 0.0)

    def applies_to(self, error: OutboundError) -> bool:
        return not error.permanent and not isinstance(error, CircuitOpen)

    def asks_too_much(self, error: OutboundError) -> bool:
        return (error.retry_after or 0.0) > self.retry_after_limit


NO_RETRIES = RetryPolicy(attempts=1)


class RetryBudget:
    """Allows retries up to `ratio` of the calls of the last `window` seconds, and `minimum` in any case."""

    SLICES = 10

    def __init__(self, ratio: float, minimum: int, window: float, clock: Clock = SYSTEM_CLOCK) -> None:
        self._ratio = ratio
        self._minimum = minimum
        self._slice = window / self.SLICES
        self._clock = clock
        self._lock = threading.Lock()
        self._counts: deque[list[int]] = deque()  # [slice number, calls, retries], oldest first

    def count_call(self) -> None:
        with self._lock:
            self._current()[1] += 1

    def take(self) -> bool:
        """Whether one more retry fits; it is counted when it does."""
        with self._lock:
            current = self._current()
            calls = sum(count[1] for count in self._counts)
            retries = sum(count[2] for count in self._counts)
            if retries >= max(self._minimum, math.floor(calls * self._ratio)):
                return False
            current[2] += 1
            return True

    def _current(self) -> list[int]:
        number = int(self._clock.monotonic() / self._slice)
        while self._counts and self._counts[0][0] <= number - self.SLICES:
            self._counts.popleft()
        if not self._counts or self._counts[-1][0] != number:
            self._counts.append([number, 0, 0])
        return self._counts[-1]


def parse_retry_after(value: str | None, now: float) -> float | None:
    """Seconds to wait by a Retry-After header: a number of seconds or an HTTP date (RFC 9110 §10.2.3).

    `now` is Unix time. `None` when the header is absent or unreadable; a date in the past is 0.
    """
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text) if len(text) < 12 else math.inf
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
