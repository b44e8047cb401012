"""Periodic tasks: any number of processes may tick; the row of a schedule lets exactly one fire per due time (F09)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog
from django.db import DatabaseError, close_old_connections
from django.db.models import Q
from django.db.models.functions import Now

from core.models import Schedule

log = structlog.get_logger(__name__)
Task = Callable[[], object]


@dataclass
class Periodic:
    name: str
    seconds: float
    task: Task
    look_at: float = 0.0  # monotonic; before it, asking the database is pointless


_schedules: dict[str, Periodic] = {}


def every(seconds: float, name: str) -> Callable[[Task], Task]:
    """Run a function every so many seconds, once for the whole site."""

    def declare(task: Task) -> Task:
        _schedules[name] = Periodic(name, seconds, task)
        return task

    return declare


def tick(now: float | None = None) -> list[str]:
    """Fire what is due; returns the names that this process fired."""
    moment = time.monotonic() if now is None else now
    return [entry.name for entry in tuple(_schedules.values()) if entry.look_at <= moment and _fire(entry, moment)]


def _fire(entry: Periodic, moment: float) -> bool:
    entry.look_at = moment + min(entry.seconds, 60)
    if not due(entry.name, entry.seconds):
        return False
    try:
        entry.task()
    except Exception:
        log.exception("schedule.failed", schedule=entry.name)
    return True


def due(name: str, seconds: float) -> bool:
    """Claim the firing of `name`. A last firing in the future (a clock was wrong) counts as due, so none falls silent (F48)."""
    interval = timedelta(seconds=seconds * 0.95)  # a ticker that is a little early must not skip a round
    rows = Schedule.objects.filter(name=name)
    won = rows.filter(
        Q(fired_at=None) | Q(fired_at__lte=Now() - interval) | Q(fired_at__gt=Now() + timedelta(seconds=seconds))
    ).update(fired_at=Now())
    if won:
        return True
    if not rows.exists():
        _, created = Schedule.objects.get_or_create(name=name, defaults={"fired_at": Now()})
        return created
    return False


class Ticker:
    """The thread that ticks in every worker process."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="ticker", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        self._stop.set()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                close_old_connections()
                tick()
            except DatabaseError as error:
                log.warning("ticker.database", error=type(error).__name__)
            self._stop.wait(1.0)


ticker = Ticker()
