"""When to try again, and the diary of what went wrong."""

from __future__ import annotations

import random
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from .control import Control
from .errors import GaveUp, LinkExpired, TransferError

DIARY_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Attempt:
    """One line of the diary: wall time, part (None: the whole), what happened, what was done about it."""

    at: float
    part: int | None
    code: str
    sentence: str
    action: str


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Full-jitter exponential back-off: before try n a random time up to base * 2^n, at most `longest`
    seconds.

    `failures`: how many in a row, without progress between them, are too many.
    """

    failures: int = 8
    base: float = 0.5
    longest: float = 30.0
    longest_retry_after: float = 300.0


class Retries:
    """Shared by all connections of a transfer: a `Retry-After` given to one holds back all."""

    def __init__(
        self,
        control: Control,
        policy: RetryPolicy,
        *,
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        uniform: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._control, self._policy = control, policy
        self._wall, self._monotonic, self._uniform = wall, monotonic, uniform
        self._lock = threading.Lock()
        self._diary: deque[Attempt] = deque(maxlen=DIARY_LENGTH)
        self._not_before = 0.0
        self.count = 0

    @property
    def history(self) -> tuple[Attempt, ...]:
        with self._lock:
            return tuple(self._diary)

    def note(self, error: TransferError, part: int | None, action: str) -> None:
        with self._lock:
            self._diary.append(Attempt(self._wall(), part, error.code, error.sentence, action))

    def after(self, error: TransferError, part: int | None, failures: int) -> None:
        """Returns when the next try is due. Raises `error` when it is permanent, `GaveUp` after `failures` in
        a row.
        """
        if isinstance(error, LinkExpired):
            self.note(error, part, "link renewed")
            return
        if error.permanent:
            self.note(error, part, "stopped")
            raise error
        if failures >= self._policy.failures:
            self.note(error, part, f"gave up after {failures} failures in a row")
            raise GaveUp(error) from error
        delay = self._delay(error, failures)
        self.note(error, part, f"try again in {delay:.1f} s")
        self.count += 1
        self._control.wait(delay)

    def _delay(self, error: TransferError, failures: int) -> float:
        policy = self._policy
        jitter = self._uniform(0.0, min(policy.longest, policy.base * 2**failures))
        if error.retry_after is None:
            return jitter
        wanted = min(max(error.retry_after, 0.0), policy.longest_retry_after)
        with self._lock:
            self._not_before = max(self._not_before, self._monotonic() + wanted)
        return wanted + min(jitter, policy.base)

    def hold(self) -> None:
        """Waits for the time that the source has asked all of us to wait."""
        delay = self._not_before - self._monotonic()
        if delay > 0:
            self._control.wait(delay)
