"""What one process keeps for itself: lines of waiting callers, calls under way, counts of the last minute, limits in force."""

from __future__ import annotations

import threading
import time
from bisect import insort
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import count
from weakref import WeakValueDictionary

YOUNG = 1.0
LEAST_PLACES, MOST_PLACES = 4, 64
SHARE = 0.02
MINUTE, SLICE = 60.0, 5.0
COUNTS = 1000
OUTCOMES, OUTCOMES_SECONDS = 20, 10.0
STALE = 1.0
_numbers = count()


class Waiter:
    """One waiting thread; `event` is set when it should look again."""

    def __init__(self, bulk: bool) -> None:
        self.order = (bulk, next(_numbers))
        self.event = threading.Event()

    def pause(self, seconds: float) -> bool:
        """Wait; true when it was woken."""
        woken = self.event.wait(seconds)
        self.event.clear()
        return woken


class Line:
    """Callers that wait for the same thing: first come, first served, and bulk work last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Waiter] = []

    def __len__(self) -> int:
        return len(self._waiting)

    @contextmanager
    def join(self, bulk: bool) -> Iterator[Waiter]:
        waiter = Waiter(bulk)
        with self._lock:
            insort(self._waiting, waiter, key=lambda each: each.order)
        try:
            yield waiter
        finally:
            with self._lock:
                self._waiting.remove(waiter)
            self.wake()

    def ahead(self, waiter: Waiter) -> int:
        """How many go before it."""
        with self._lock:
            return self._waiting.index(waiter)

    def wake(self) -> None:
        """Let the first one look again."""
        with self._lock:
            if self._waiting:
                self._waiting[0].event.set()


class Lines:
    """The lines of this process by drive and class; a line without callers is forgotten."""

    def __init__(self) -> None:
        self._lines: WeakValueDictionary[tuple[object, str], Line] = WeakValueDictionary()
        self._lock = threading.Lock()

    def of(self, drive_id: object, kind: str) -> Line:
        with self._lock:
            line = self._lines.get((drive_id, kind))
            if line is None:
                line = self._lines[drive_id, kind] = Line()
            return line

    def wake(self, kind: str) -> None:
        """A limit of this class changed: whoever is first in a line looks again."""
        for line in self._of_kind(kind):
            line.wake()

    def waiting(self, drive_id: object, kind: str) -> int:
        line = self._lines.get((drive_id, kind))
        return len(line) if line is not None else 0

    def _of_kind(self, kind: str) -> list[Line]:
        with self._lock:
            return [line for (_drive, each), line in self._lines.items() if each == kind]


class Tally:
    """How many calls were answered in the last minute, in slices of 5 s."""

    def __init__(self) -> None:
        self._slices: list[list[int]] = []  # [number of the slice, calls], oldest first

    def add(self, now: float) -> None:
        number = int(now / SLICE)
        if not self._slices or self._slices[-1][0] != number:
            self._slices.append([number, 0])
            self._drop(now)
        self._slices[-1][1] += 1

    def count(self, now: float) -> int:
        self._drop(now)
        return sum(calls for _number, calls in self._slices)

    def clears_in(self, now: float, share: float) -> float:
        """Seconds until `share` of the calls are more than a minute old."""
        gone, enough = 0, share * self.count(now)
        for number, calls in self._slices:
            gone += calls
            if gone >= enough:
                return (number + 1) * SLICE + MINUTE - now
        return 0.0

    def _drop(self, now: float) -> None:
        self._slices = [each for each in self._slices if (each[0] + 1) * SLICE > now - MINUTE]


class Tallies:
    """A tally for each drive and class, and one for each class; the least recently used go."""

    def __init__(self) -> None:
        self._tallies: OrderedDict[str, Tally] = OrderedDict()
        self._lock = threading.Lock()

    def add(self, keys: Iterable[str], now: float) -> None:
        with self._lock:
            for key in keys:
                tally = self._tallies.get(key)
                if tally is None:
                    tally = self._tallies[key] = Tally()
                self._tallies.move_to_end(key)
                tally.add(now)
            while len(self._tallies) > COUNTS:
                self._tallies.popitem(last=False)

    def of(self, key: str) -> Tally:
        with self._lock:
            return self._tallies.get(key) or Tally()


class Outcomes:
    """The latest answers to calls of one class: how large a part of them are refusals."""

    def __init__(self) -> None:
        self._latest: deque[tuple[float, bool]] = deque(maxlen=OUTCOMES)
        self.refusals = 0

    def add(self, now: float, refused: bool) -> None:
        self.refusals += refused
        self._latest.append((now, refused))

    def share_refused(self, now: float) -> float:
        """Since the first refusal of the last seconds, that one included."""
        known = [refused for moment, refused in tuple(self._latest) if now - moment < OUTCOMES_SECONDS]
        since = known[known.index(True) :] if True in known else []
        return sum(since) / len(since) if since else 0.0


class Places:
    """How many young calls of one class may be under way in this process, so that a storm meets few of them.

    A refusal comes fast: only calls of the last second count, and the more calls were answered in the last minute, the more may
    be young at once (2 %, at least 4).
    """

    def __init__(self, answered: Callable[[], int], clock: Callable[[], float] = time.monotonic) -> None:
        self._answered, self._clock = answered, clock
        self._line, self._lock = Line(), threading.Lock()
        self._young: list[float] = []
        self._closed = 0

    @contextmanager
    def closed(self) -> Iterator[None]:
        """Nobody enters while this process notes a refusal: what follows from it may concern them."""
        with self._lock:
            self._closed += 1
        try:
            yield
        finally:
            with self._lock:
                self._closed -= 1

    def enter(self, bulk: bool) -> float:
        """Wait for a place; returns the moment it was given, for `leave`."""
        sent = None if len(self._line) else self._try()
        if sent is not None:
            return sent
        with self._line.join(bulk) as waiter:
            while True:
                if self._line.ahead(waiter) == 0 and (sent := self._try()) is not None:
                    return sent
                waiter.pause(YOUNG / 4)

    def leave(self, sent: float) -> None:
        with self._lock:
            if sent in self._young:
                self._young.remove(sent)
        if len(self._line):
            self._line.wake()

    def _try(self) -> float | None:
        with self._lock:
            if self._closed:
                return None
            now = self._clock()
            if len(self._young) >= LEAST_PLACES:
                self._young = [sent for sent in self._young if now - sent < YOUNG]
                if len(self._young) >= self._most():
                    return None
            self._young.append(now)
            return now

    def _most(self) -> int:
        return max(LEAST_PLACES, min(MOST_PLACES, int(self._answered() * SHARE)))


class InForce:
    """The keys of the limits in force, at most a second old; `load` reads them."""

    def __init__(self, load: Callable[[], Iterable[str]], clock: Callable[[], float] = time.monotonic) -> None:
        self._load, self._clock = load, clock
        self._keys: frozenset[str] = frozenset()
        self._until = -STALE
        self._lock = threading.Lock()

    def __contains__(self, key: str) -> bool:
        return key in self._keys

    def refresh(self) -> None:
        """Read them again when they are old; while one thread reads, the others go on with what is known."""
        if self._clock() < self._until or not self._lock.acquire(blocking=self._until < 0):
            return
        try:
            if self._clock() >= self._until:
                self._keys = frozenset(self._load())
                self._until = self._clock() + STALE
        finally:
            self._lock.release()

    def add(self, *keys: str) -> None:
        """Note limits that this process has just met."""
        with self._lock:
            self._keys |= set(keys)
