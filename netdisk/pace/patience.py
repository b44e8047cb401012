"""How long a caller waits for its turn, and who is told meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.conf import settings

from core.request import current

BULK_SECONDS = 5.0
Reporter = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Patience:
    """`seconds` for each call to Baidu, its repeats after a refusal included; `bulk` work lets others go first."""

    seconds: float
    bulk: bool = False


_patience: ContextVar[Patience | None] = ContextVar("patience", default=None)
_reporter: ContextVar[Reporter | None] = ContextVar("pace_reporter", default=None)


@contextmanager
def patient(seconds: float, bulk: bool = False) -> Iterator[None]:
    """Within it a call to Baidu waits up to `seconds` for its turn, then fails with `netdisk.rate_limited` and `retry_after`.

    Without it: `NETDISK_PATIENCE` seconds, as befits a person who waits; 5 s and bulk where the request in hand is bulk work.
    Background work uses `bulk=True` and little patience, and goes back to its queue.
    """
    token = _patience.set(Patience(seconds, bulk))
    try:
        yield
    finally:
        _patience.reset(token)


@contextmanager
def reporting(callback: Reporter) -> Iterator[None]:
    """Within it `callback(seconds)` hears at once and every few seconds how long a wait will last; 0 when it is over.

    It may raise to end the wait. Without it the caller of the running operation is told (`core.operations.tell_waiting`).
    """
    token = _reporter.set(callback)
    try:
        yield
    finally:
        _reporter.reset(token)


def current_patience() -> Patience:
    return _patience.get() or (Patience(BULK_SECONDS, True) if current().bulk else Patience(settings.NETDISK_PATIENCE))


def current_reporter() -> Reporter | None:
    return _reporter.get()
