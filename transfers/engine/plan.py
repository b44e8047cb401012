"""How a file is divided, and how far each part is."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MIB = 1 << 20
SMALLEST_PART = 16 * MIB
LARGEST_PART = 64 * MIB
MOST_PARTS = 1000
FRONTIER_STEP = MIB


@dataclass(frozen=True, slots=True)
class PartState:
    """Bytes `start` to `stop` (excluded; None: not known) of a file, of which the first `done` are there."""

    index: int
    start: int
    stop: int | None
    done: int = 0

    @property
    def finished(self) -> bool:
        return self.stop is not None and self.start + self.done == self.stop


def part_size(size: int, smallest: int = SMALLEST_PART, largest: int = LARGEST_PART) -> int:
    """About 64 parts between `smallest` and `largest`; beyond that larger ones, so that there are at most
    1,000.
    """
    wanted = max(min(max(size // 64, smallest), largest), -(-size // MOST_PARTS))
    granule = min(MIB, smallest)
    return -(-wanted // granule) * granule


def plan_parts(size: int | None, smallest: int = SMALLEST_PART, largest: int = LARGEST_PART) -> tuple[PartState, ...]:
    if size is None:
        return (PartState(0, 0, None),)
    step = part_size(size, smallest, largest)
    return tuple(PartState(i, start, min(start + step, size)) for i, start in enumerate(range(0, size, step)))


def one_part(size: int | None) -> tuple[PartState, ...]:
    return () if size == 0 else (PartState(0, 0, size),)


def covers(parts: Iterable[PartState], size: int | None) -> bool:
    """Whether stored parts make sense: in order, without gap or overlap, none fuller than it is long."""
    position: int | None = 0
    for index, part in enumerate(parts):
        if part.index != index or part.start != position or part.done < 0:
            return False
        if part.stop is not None and not 0 <= part.done <= part.stop - part.start:
            return False
        position = part.stop
    return position == size or position is None


class Part:
    """A part while it is being fetched by one worker; `closed` after the source has confirmed its end."""

    __slots__ = ("closed", "done", "index", "start", "stop")

    def __init__(self, state: PartState) -> None:
        self.index, self.start, self.stop, self.done = state.index, state.start, state.stop, state.done
        self.closed = state.finished

    @property
    def position(self) -> int:
        return self.start + self.done

    @property
    def finished(self) -> bool:
        return self.position == self.stop

    def state(self) -> PartState:
        return PartState(self.index, self.start, self.stop, self.done)


class Board:
    """The parts of one plan, shared by workers, hasher and supervisor.

    The *frontier* is the end of the bytes that are there without a gap from the beginning.
    """

    def __init__(self, states: Sequence[PartState]) -> None:
        lock = threading.Lock()
        self._frontier_moved = threading.Condition(lock)
        self._crew_changed = threading.Condition(lock)
        self._parts = [Part(state) for state in states]
        self._waiting = deque(part for part in self._parts if not part.closed)
        self._unfinished = len(self._waiting)
        self._front = 0
        self._wanted: int | None = None
        self.written = sum(part.done for part in self._parts)
        self.halted = False

    @property
    def complete(self) -> bool:
        return self._unfinished == 0

    def take(self) -> Part | None:
        """The next part for a worker, or None when there is nothing left to take."""
        with self._crew_changed:
            return self._waiting.popleft() if self._waiting and not self.halted else None

    def advance(self, part: Part, count: int) -> None:
        """`count` more bytes of `part` have been written."""
        with self._frontier_moved:
            part.done += count
            self.written += count
            if self._wanted is not None and self._frontier() >= self._wanted:
                self._frontier_moved.notify_all()

    def close(self, part: Part) -> None:
        """The source has confirmed that `part` ends where it is now."""
        with self._frontier_moved:
            part.stop, part.closed = part.position, True
            self._unfinished -= 1
            self._frontier_moved.notify_all()
            self._crew_changed.notify_all()

    def _frontier(self) -> int:
        while self._front < len(self._parts) and self._parts[self._front].finished:
            self._front += 1
        if self._front < len(self._parts):
            return self._parts[self._front].position
        return self._parts[-1].position if self._parts else 0

    def wait_frontier(self, position: int) -> int:
        """Waits until there is a good piece beyond `position`, or no more will come; returns the frontier."""
        with self._frontier_moved:
            self._wanted = position + FRONTIER_STEP
            while self._frontier() < self._wanted and not self.complete and not self.halted:
                self._frontier_moved.wait()
            self._wanted = None
            return self._frontier()

    def wait_crew(self, seconds: float) -> None:
        """Waits until a part was finished, somebody called `poke`, or the time is over."""
        with self._crew_changed:
            if not self.halted and not self.complete:
                self._crew_changed.wait(seconds)

    def poke(self) -> None:
        with self._crew_changed:
            self._crew_changed.notify_all()

    def halt(self) -> None:
        """No part is given out any more and nobody waits."""
        with self._crew_changed:
            self.halted = True
            self._crew_changed.notify_all()
            self._frontier_moved.notify_all()

    def states(self) -> tuple[PartState, ...]:
        with self._crew_changed:
            return tuple(part.state() for part in self._parts)
