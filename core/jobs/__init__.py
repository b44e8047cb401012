"""Background work (architecture §4): declare a kind with `@job`, `enqueue` a row, workers claim it; `@every` repeats."""

from __future__ import annotations

from .lease import Lease, LeaseLost, keeper
from .queue import NotNow, enqueue, job, run_job
from .schedule import every, tick
from .sweeper import recover_local, sweep, sweepable

__all__ = [
    "Lease",
    "LeaseLost",
    "NotNow",
    "enqueue",
    "every",
    "job",
    "keeper",
    "recover_local",
    "run_job",
    "sweep",
    "sweepable",
    "tick",
]
