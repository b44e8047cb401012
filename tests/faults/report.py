"""What a run of the suite found, row by row: as a table on the screen and as `docs/faults.md`."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil

from .rows import ROWS, TESTS

DOCUMENT = TESTS.parent / "docs" / "faults.md"
HEAD = ("row", "fault", "tests", "runs", "what holds", "result", "seconds", "seed")


@dataclass(frozen=True)
class Outcome:
    """One run of one test."""

    name: str
    result: str  # passed, failed or skipped
    seconds: float

    @property
    def rows(self) -> list[str]:
        found = re.match(r"test_((?:F\d\d_)+)", self.name.rpartition("::")[2])
        return found[1].strip("_").split("_") if found else []

    @property
    def test(self) -> str:
        return self.name.partition("[")[0]


@dataclass(frozen=True)
class Line:
    row: str
    tests: int
    runs: int
    result: str
    seconds: float

    def cells(self, seed: int) -> tuple[str, ...]:
        what = ROWS[self.row]
        numbers = (str(self.tests), str(self.runs))
        return (self.row, what.fault, *numbers, what.invariant, self.result, f"{self.seconds:.0f}", str(seed))


def lines(outcomes: Iterable[Outcome]) -> list[Line]:
    """One line per row; its result is the worst of its runs."""
    by_row: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        for row in outcome.rows:
            by_row.setdefault(row, []).append(outcome)
    return [_line(row, runs) for row, runs in sorted(by_row.items())]


def _line(row: str, runs: list[Outcome]) -> Line:
    failed = sum(run.result == "failed" for run in runs)
    skipped = sum(run.result == "skipped" for run in runs)
    result = f"{failed} failed" if failed else f"held, {skipped} not run" if skipped else "held"
    return Line(row, len({run.test for run in runs}), len(runs) - skipped, result, sum(run.seconds for run in runs))


def table(found: list[Line], seed: int) -> str:
    """A Markdown table."""
    rows = [HEAD, tuple("---" for _ in HEAD), *(line.cells(seed) for line in found)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)


def machine() -> str:
    memory = psutil.virtual_memory().total / (1 << 30)
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GiB, Python {platform.python_version()}"


def document(found: list[Line], seed: int, *, long: bool) -> str:
    way = "python -m tests.faults" + (" --long" if long else "")
    return f"""# Faults that are tried

Written by `make faults`; do not edit. Every row is a fault that the platform has to survive, with what must hold whatever
happens. *tests* are test functions named after the row (`test_F01_…`), *runs* how often they ran with other parameters.
Whole systems are started for them: the site as `make run` starts it, and web processes with workers on a PostgreSQL and a
Redis of the suite's own, which are killed, frozen and restarted. A run is repeated with its seed: `FAULTS_SEED={seed}`.

- Run on {datetime.now(UTC):%Y-%m-%d}: {machine()}
- Command: `{way}`, seed {seed}

{table(found, seed)}
"""


def rows_in(path: Path = DOCUMENT) -> set[str]:
    """The rows that the document lists."""
    return set(re.findall(r"^\| (F\d\d) \|", path.read_text(encoding="utf-8"), re.MULTILINE))
