"""Leases: one thread per process renews every held row; whoever loses a lease is told and must not write any more."""

from __future__ import annotations

import os
import socket
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import structlog
from django.db import DatabaseError, close_old_connections
from django.db.models.functions import Now

from core.models import LeasedJob, WorkerBeat
from core.models.jobs import LEASE

log = structlog.get_logger(__name__)
RENEW_SECONDS = LEASE.total_seconds() / 3


class LeaseLost(Exception):
    """Another worker owns the row now: stop, and touch nothing of it."""


def host_name() -> str:
    return socket.gethostname()[:40]


def worker_name() -> str:
    """One name per claim, so that two threads can never mistake each other's claim for their own."""
    return f"{host_name()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"


@dataclass(eq=False)
class Lease:
    """A claimed row. `valid()` is decided by the monotonic clock, so a frozen process knows at once when it thaws (F07)."""

    model: type[LeasedJob]
    pk: Any
    fence: int
    on_lost: Callable[[], None] = lambda: None
    on_renewed: Callable[[float], None] = lambda until: None
    renewed: float = field(default_factory=time.monotonic)
    lost: bool = False

    def valid(self) -> bool:
        return not self.lost and time.monotonic() - self.renewed < LEASE.total_seconds()

    def renew(self) -> None:
        started = time.monotonic()
        if self.model.objects.all().renew(self.pk, self.fence):
            self.renewed = started
            self.on_renewed(started + LEASE.total_seconds())
        else:
            self.lose()

    def lose(self) -> None:
        if not self.lost:
            self.lost = True
            self.on_lost()

    def release(self, state: str, **changes: Any) -> bool:
        """Write the outcome if the row is still ours."""
        keeper.drop(self)
        return bool(self.model.objects.all().release(self.pk, self.fence, state, **changes))


class Keeper:
    def __init__(self) -> None:
        self._held: set[Lease] = set()
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self.name = f"{host_name()}:{os.getpid()}"

    @property
    def held(self) -> int:
        return len(self._held)

    def hold(self, lease: Lease) -> Lease:
        with self._lock:
            self._held.add(lease)
        self.start()
        return lease

    def drop(self, lease: Lease) -> None:
        with self._lock:
            self._held.discard(lease)

    def start(self) -> None:
        """Begin to renew leases and to report that this worker lives."""
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="lease-keeper", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            try:
                close_old_connections()
                self.beat()
                for lease in tuple(self._held):
                    lease.renew()
            except DatabaseError as error:
                log.warning("keeper.database", error=type(error).__name__)
            for lease in tuple(self._held):
                if not lease.valid():
                    lease.lose()
            self._wake.wait(RENEW_SECONDS)

    def beat(self) -> None:
        values = {"seen_at": Now(), "running": len(self._held)}
        if not WorkerBeat.objects.filter(name=self.name).update(**values):
            WorkerBeat.objects.create(name=self.name, **values)

    def retire(self) -> None:
        """Say goodbye on a clean stop."""
        WorkerBeat.objects.filter(name=self.name).delete()


keeper = Keeper()
