"""The sweeper: takes rows back whose worker is gone, parks those that keep crashing, and rings for what nobody heard."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext_noop

from core.models import Job, JobState, LeasedJob
from core.models.jobs import MAX_CRASHES

from .lease import host_name
from .queue import ring, run_job_task
from .schedule import every

log = structlog.get_logger(__name__)
RING_AGAIN = timedelta(seconds=10)
BATCH = 1_000
CRASHED = gettext_noop("The worker stopped while running this, several times. It is parked; retry it by hand.")


@dataclass(frozen=True)
class Sweepable:
    model: type[LeasedJob]
    task: Any
    on_change: Callable[[Any], None] = lambda pk: None
    batch: int = BATCH


_kinds: list[Sweepable] = []


def sweepable(
    model: type[LeasedJob], task: Any, on_change: Callable[[Any], None] = lambda pk: None, *, batch: int = BATCH
) -> None:
    """Let the sweeper look after a model: `task` is rung with an id, `on_change` hears of rows the sweeper changed.

    `batch`: bells per round; few are enough where every bell takes more than one row.
    """
    _kinds.append(Sweepable(model, task, on_change, batch))


sweepable(Job, run_job_task)


@every(5, "core.sweep")
def sweep() -> int:
    """One round over all job tables; returns how many rows were rung."""
    return sum(_sweep(kind) for kind in _kinds)


def _sweep(kind: Sweepable) -> int:
    rows: QuerySet[Any] = kind.model.objects.all()
    for pk, crashes, fence in rows.abandoned().values_list("pk", "crashes", "fence")[:BATCH]:  # type: ignore[attr-defined]
        _take_back(kind, pk, crashes, fence)
    due = list(rows.unrung(RING_AGAIN).order_by("-priority", "pk").values_list("pk", flat=True)[: kind.batch])  # type: ignore[attr-defined]
    for pk in due:
        rows.filter(pk=pk).update(rung_at=Now())
        ring(kind.task, pk)
    return len(due)


def recover_local() -> int:
    """At start: free the rows of processes that died on this host, without waiting for their leases; returns how many.

    Should such a process live after all (another container with this host's name), its fence keeps the rows safe.
    """
    freed = 0
    for kind in _kinds:
        rows = kind.model.objects.filter(state=JobState.RUNNING, worker__startswith=f"{host_name()}:")
        for pk, worker in rows.values_list("pk", "worker"):
            if not _lives(worker):
                freed += rows.filter(pk=pk, worker=worker).update(lease_until=Now() - timedelta(seconds=1))
    return freed


def _lives(worker: str) -> bool:
    pid = worker.split(":")[1]
    return pid.isdigit() and Path(f"/proc/{pid}").exists() and int(pid) != os.getpid()


def _take_back(kind: Sweepable, pk: Any, crashes: int, fence: int) -> None:
    parked = crashes + 1 >= MAX_CRASHES
    changed = (
        kind.model.objects.all()
        .abandoned()
        .filter(pk=pk, fence=fence)
        .update(
            state=JobState.FAILED if parked else JobState.QUEUED,
            crashes=F("crashes") + 1,
            lease_until=None,
            rung_at=None,
            error_code="crashed",
            error=CRASHED if parked else "",
            **({"finished_at": Now()} if parked else {}),
        )
    )
    if changed:
        log.warning("jobs.taken_back", model=kind.model.__name__, id=str(pk), parked=parked)
        kind.on_change(pk)
