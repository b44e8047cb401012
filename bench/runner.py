"""Rows, their contestants and how they take turns: peer, product, product, peer … so that drift of the machine hits both alike."""

from __future__ import annotations

import signal
import statistics
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Sample = Mapping[str, float]
Contestants = Mapping[str, Callable[[], Sample]]
PRODUCT = "product"


@dataclass(frozen=True, slots=True)
class Setting:
    """How much to measure. `seconds` for what runs for a time; `share` of the full sizes (less only in tests)."""

    folder: Path
    rounds: int = 5
    seconds: float = 3.0
    share: float = 1.0

    def part(self, full: int, least: int = 1) -> int:
        return max(least, round(full * self.share))


@dataclass(frozen=True, slots=True)
class Goal:
    sign: Literal["≥", "≤", "="]
    bound: float

    def met(self, value: float) -> bool:
        if self.sign == "=":
            return value == self.bound
        return value >= self.bound if self.sign == "≥" else value <= self.bound


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: a figure of a contestant, alone or divided by that of a peer of the same round.

    `worst`: every round has to meet the goal, not just the median. `limit`: what limits it where the goal is missed.
    """

    what: str
    figure: str
    unit: str = ""
    of: str = PRODUCT
    against: str = ""
    goal: Goal | None = None
    worst: bool = False
    limit: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of work. `contest` prepares the contestants; each call of one gives one sample.

    `missing` says why the row can't run on this machine, or nothing. `seconds` bounds the whole row, `rounds` how often it is repeated.
    """

    name: str
    work: str
    lines: Sequence[Line]
    contest: Callable[[Setting], AbstractContextManager[Contestants]]
    missing: Callable[[], str] = lambda: ""
    seconds: float = 900
    rounds: int = 100


@dataclass(slots=True)
class Outcome:
    row: Row
    samples: dict[str, list[Sample]] = field(default_factory=dict)
    trouble: str = ""
    seconds: float = 0.0

    def values(self, line: Line) -> list[float]:
        """One value per round; none when a contestant was not there."""
        own = [sample[line.figure] for sample in self.samples.get(line.of, [])]
        if not line.against:
            return own
        peers = [sample[line.figure] for sample in self.samples.get(line.against, [])]
        return [mine / theirs if theirs else float("inf") for mine, theirs in zip(own, peers, strict=False)]

    def median(self, contestant: str, figure: str) -> float | None:
        values = [sample[figure] for sample in self.samples.get(contestant, []) if figure in sample]
        return statistics.median(values) if values else None

    def met(self, line: Line) -> bool | None:
        """Whether the goal is met; None when there is no goal or no value."""
        values = self.values(line)
        if line.goal is None or not values:
            return None
        return all(map(line.goal.met, values)) if line.worst else line.goal.met(statistics.median(values))


def run(row: Row, setting: Setting, tell: Callable[[str], None] = lambda text: None) -> Outcome:
    """Measure one row; whatever goes wrong is noted in the outcome."""
    outcome, began = Outcome(row, trouble=row.missing()), time.monotonic()
    if outcome.trouble:
        return outcome
    try:
        with _deadline(row.seconds), row.contest(setting) as contestants:
            _take_turns(contestants, min(setting.rounds, row.rounds), outcome.samples, tell)
    except Exception as error:
        traceback.print_exc()
        outcome.trouble = f"stopped: {type(error).__name__}: {(str(error).splitlines() or [''])[-1][:160]}"
    outcome.seconds = time.monotonic() - began
    return outcome


def _take_turns(
    contestants: Contestants, rounds: int, samples: dict[str, list[Sample]], tell: Callable[[str], None]
) -> None:
    names = list(contestants)
    for number in range(rounds):
        for name in names if number % 2 == 0 else reversed(names):
            sample = contestants[name]()
            samples.setdefault(name, []).append(sample)
            tell(f"{number + 1}/{rounds} {name}: {_short(sample)}")


def _short(sample: Sample) -> str:
    return "  ".join(f"{key} {value:.4g}" for key, value in sample.items())


@contextmanager
def _deadline(seconds: float) -> Iterator[None]:
    """Raise `TimeoutError` in the main thread when the block takes longer."""

    def ring(*_: Any) -> None:
        raise TimeoutError(f"longer than {seconds:.0f} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
