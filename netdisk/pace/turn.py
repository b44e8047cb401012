"""One call's way to Baidu: a slot where calls are limited, a place among those under way, and what follows from the answer."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.db import connection

from core import metrics, operations
from netdisk.baidu.endpoints import EndpointClass
from netdisk.baidu.errors import BaiduError
from netdisk.errors import NetdiskError

from . import rules, store
from .local import InForce, Line, Lines, Outcomes, Places, Tallies, Waiter
from .patience import current_patience, current_reporter
from .store import Refusal

REFUSALS = {"netdisk.rate_limited", "netdisk.access_suspended"}
APP_WIDE = {20012}
LONG_PAUSE = 300.0  # shorter pauses of the table of codes are advice for callers that don't learn
UNANSWERED = {"network", "unreachable", "malformed"}
LOOK_AGAIN, SLICE, TELL_EVERY = 5.0, 1.0, 3.0
NOTICEABLE = 0.3

in_force = InForce(store.active_keys)
lines = Lines()
tallies = Tallies()


@cache
def places(kind: str) -> Places:
    return Places(lambda: tallies.of(kind).count(time.monotonic()))


@cache
def outcomes(kind: str) -> Outcomes:
    return Outcomes()


def documented_limit(kind: str) -> int:
    """Calls per minute that Baidu's documentation allows (wire/baidu-netdisk.md §6); 0: not said."""
    return settings.NETDISK_LIST_ALL_PER_MINUTE if kind == EndpointClass.LIST_ALL else 0


class Turn:
    """See `netdisk.baidu.transport.Turn`. Patience is for the call as a whole, its repeats after a refusal included."""

    def __init__(self, drive_id: uuid.UUID, kind: EndpointClass) -> None:
        self._drive_id, self._kind = drive_id, str(kind)
        self._keys = (store.drive_key(drive_id, self._kind), store.site_key(self._kind))
        self._limit = documented_limit(kind)
        self._patience = current_patience()
        self._deadline = time.monotonic() + self._patience.seconds
        self._token, self._probe, self._sent = "", False, 0.0
        self._refusal: BaiduError | None = None

    def wait(self) -> None:
        """Raises `NetdiskError` "netdisk.rate_limited" when the wait would be longer than the caller's patience."""
        while True:
            self._token, self._probe = "", False
            before = outcomes(self._kind).refusals
            if self._limited():
                self._take_slot()
            self._sent = places(self._kind).enter(self._patience.bulk)
            if outcomes(self._kind).refusals == before and (self._token or not self._limited()):
                return
            self._step_back()  # a limit came up while this call waited for its place

    def ended(self, error: BaseException | None) -> bool:
        refused = _is_refusal(error)
        try:
            if refused is not None:
                with places(self._kind).closed():
                    self._note_refusal(refused)
            elif _was_answered(error):
                self._note_answer()
                if self._probe:
                    store.answered(self._drive_id, self._kind, self._token)
            elif self._probe:
                store.unclear(self._drive_id, self._kind, self._token)
        finally:
            places(self._kind).leave(self._sent)
        if refused is not None or self._probe:
            lines.wake(self._kind)
        return refused is not None

    def _step_back(self) -> None:
        places(self._kind).leave(self._sent)
        if self._probe:
            store.unclear(self._drive_id, self._kind, self._token)

    def _limited(self) -> bool:
        in_force.refresh()
        return bool(self._limit) or any(key in in_force for key in self._keys)

    def _take_slot(self) -> None:
        self._token = uuid.uuid4().hex
        line = lines.of(self._drive_id, self._kind)
        if not len(line) and not self._try(0):
            return
        began = time.monotonic()
        with metrics.PACE_WAITING.labels(self._kind).track_inprogress(), line.join(self._patience.bulk) as waiter:
            self._wait_in(line, waiter)
        metrics.PACE_WAIT_SECONDS.labels(self._kind).observe(time.monotonic() - began)

    def _try(self, ahead: int) -> float:
        """Seconds to wait; 0 when a slot was taken."""
        slot = store.take(
            self._drive_id, self._kind, self._token, bulk=self._patience.bulk, limit=self._limit, ahead=ahead
        )
        self._probe = slot.probe
        return slot.wait

    def _wait_in(self, line: Line, waiter: Waiter) -> None:
        telling = Telling()
        try:
            while wait := self._try(line.ahead(waiter)):
                if time.monotonic() + wait > self._deadline:
                    raise self._out_of_patience(wait)
                if wait > NOTICEABLE:
                    _release_connection()
                _pause(waiter, wait, telling)
        finally:
            telling.over()

    def _out_of_patience(self, wait: float) -> NetdiskError:
        known = self._refusal
        return NetdiskError(
            known.platform_code if known else "netdisk.rate_limited",
            upstream_code=known.code if known else "",
            permanent=False,
            retry_after=max(1.0, round(wait, 1)),
        )

    def _note_answer(self) -> None:
        now = time.monotonic()
        tallies.add((self._keys[0], self._kind), now)
        outcomes(self._kind).add(now, False)

    def _note_refusal(self, error: BaiduError) -> None:
        self._refusal = error
        now, asked = time.monotonic(), error.retry_after or 0.0
        outcomes(self._kind).add(now, True)
        own = tallies.of(self._keys[0])
        local = store.Local(
            reached=own.count(now),
            clears_in=own.clears_in(now, 1 - rules.BELOW_REACHED),
            reached_by_all=tallies.of(self._kind).count(now),
            share_refused=outcomes(self._kind).share_refused(now),
        )
        least = asked if asked >= LONG_PAUSE or error.http_status == 429 else 0.0
        refusal = Refusal(str(error.code), least, error.code in APP_WIDE)
        store.refused(self._drive_id, self._kind, refusal, local, token=self._token)
        in_force.add(*self._keys)


class Telling:
    """Tells the caller about a wait: when it begins to be noticeable, every few seconds, and when it is over."""

    def __init__(self) -> None:
        self._tell: Callable[[float], None] = current_reporter() or operations.tell_waiting
        self._next: float | None = None

    def left(self, seconds: float) -> None:
        operations.check_cancelled()
        now = time.monotonic()
        if seconds > NOTICEABLE and (self._next is None or now >= self._next):
            self._next = now + TELL_EVERY
            self._tell(seconds)

    def over(self) -> None:
        if self._next is not None:
            self._tell(0.0)


def _pause(waiter: Waiter, wait: float, telling: Telling) -> None:
    """Sleep until there may be a slot, but no longer than it takes until another process may have changed things."""
    began = time.monotonic()
    while (left := wait - (time.monotonic() - began)) > 0 and wait - left < LOOK_AGAIN:
        telling.left(left)
        if waiter.pause(min(left, SLICE)):
            return


def _release_connection() -> None:
    """Whoever waits needs no connection to the database."""
    if not connection.in_atomic_block:
        connection.close()


def _is_refusal(error: BaseException | None) -> BaiduError | None:
    return error if isinstance(error, BaiduError) and error.platform_code in REFUSALS else None


def _was_answered(error: BaseException | None) -> bool:
    if error is None:
        return True
    return isinstance(error, BaiduError) and error.code not in UNANSWERED and error.http_status < 500
