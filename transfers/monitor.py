"""One thread per process looks at the running transfers: tells their users how far they are, obeys the row, shares the rate."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import structlog
from django.db import DatabaseError, close_old_connections

from core import events
from core.models import JobState

from . import limits
from .engine import Attempt, Control, RateLimiter, Snapshot
from .models import Transfer

log = structlog.get_logger(__name__)
TELL_SECONDS = 0.25
LOOK_EVERY = 4  # rounds of telling


class Work(Protocol):
    """A download or an upload."""

    @property
    def history(self) -> Sequence[Attempt]: ...

    def snapshot(self) -> Snapshot: ...


@dataclass(frozen=True)
class Watched:
    transfer: Transfer
    work: Work
    control: Control


class Monitor:
    def __init__(self) -> None:
        self._watched: dict[Any, Watched] = {}
        self._limiters: dict[Any, RateLimiter] = {}
        self._lock = threading.Lock()
        self._busy = threading.Event()
        self._thread: threading.Thread | None = None

    def limiter(self, pk: Any) -> RateLimiter:
        rate = limits.bytes_per_second(len(self._watched) + 1)
        return self._limiters.setdefault(pk, RateLimiter(rate or None))

    def watch(self, watched: Watched) -> None:
        with self._lock:
            self._watched[watched.transfer.pk] = watched
            self._busy.set()
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="transfer-monitor", daemon=True)
                self._thread.start()

    def forget(self, pk: Any) -> None:
        with self._lock:
            self._watched.pop(pk, None)
            self._limiters.pop(pk, None)
            if not self._watched:
                self._busy.clear()

    def speed(self, pk: Any) -> float:
        watched = self._watched.get(pk)
        return watched.work.snapshot().speed if watched else 0.0

    def _run(self) -> None:
        pause, rounds = threading.Event(), 0
        while True:
            self._busy.wait()
            for watched in tuple(self._watched.values()):
                _tell(watched)
            rounds += 1
            if rounds % LOOK_EVERY == 0:
                self._look()
            pause.wait(TELL_SECONDS)

    def _look(self) -> None:
        """What people asked for in the row, perhaps through another process, and this process's share of the rate."""
        try:
            close_old_connections()
            wanted = dict(
                Transfer.objects.filter(pk__in=list(self._watched)).exclude(wanted="").values_list("pk", "wanted")
            )
            rate = limits.bytes_per_second(Transfer.objects.filter(state=JobState.RUNNING).count())
        except DatabaseError as error:
            log.warning("monitor.database", error=type(error).__name__)
            return
        for pk, watched in tuple(self._watched.items()):
            if pk in wanted:
                watched.control.request_stop("cancel" if wanted[pk] == "cancel" else "pause")
        for limiter in tuple(self._limiters.values()):
            if limiter.rate != (rate or None):
                limiter.set_rate(rate or None)


def _tell(watched: Watched) -> None:
    row = watched.transfer
    events.progress(row.user_id, row.object_name, progress_data(watched.work.snapshot()))


def progress_data(snapshot: Snapshot) -> dict[str, Any]:
    """`{state, phase, bytes, total, percent, speed, eta, connections, retries}`; bytes, bytes per second, seconds."""
    total = snapshot.size
    return {
        "state": JobState.RUNNING,
        "phase": snapshot.phase,
        "bytes": snapshot.written,
        "total": total,
        "percent": min(100, snapshot.written * 100 // total) if total else None,
        "speed": round(snapshot.speed),
        "eta": None if snapshot.eta is None else round(snapshot.eta),
        "connections": snapshot.connections,
        "retries": snapshot.retries,
    }


monitor = Monitor()
