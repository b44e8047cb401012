"""The worker's side: take the next transfer that the limits allow, move its bytes, write down how it ended."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Protocol

import structlog
from django.db import DatabaseError, close_old_connections, transaction
from django.db.models.functions import Now

from core import metrics
from core.faults import fault
from core.jobs.lease import Lease, keeper, worker_name
from core.models import JobState, Schedule
from core.models.jobs import LEASE

from . import control as reins
from . import limits, messages
from .arriving import Arrival
from .clouds.sending import CloudDeparture
from .departing import NetdiskDeparture
from .engine import Control, DiskFull, GaveUp, RateLimiter, Stopped, TransferError
from .models import Transfer
from .monitor import Watched, Work, monitor
from .services import discard_parts, note, tell

log = structlog.get_logger(__name__)
WAIT_FOR_DISK = 30.0
MAX_ATTEMPTS = 6
LONGEST_WAIT = 3600.0
# What asks for patience and is no failure of the transfer: it waits as often as it takes.
PATIENT = {"disk_full", "netdisk.rate_limited", "netdisk.busy", "netdisk.blacklisted", "netdisk.download_limited"}
CLOSE_SECONDS = 20.0


def run_next() -> bool:
    """Run one transfer from claim to outcome; false when nothing may run now."""
    if reins.closing.is_set():
        return False
    close_old_connections()
    claimed = admit()
    if claimed is None:
        return False
    Run(*claimed).execute()
    return True


def admit() -> tuple[Transfer, int] | None:
    """The most urgent transfer within the limits, claimed. One admission at a time, so that limits hold across processes."""
    with transaction.atomic():
        Schedule.objects.select_for_update().get_or_create(name="transfers.admission")
        running = Transfer.objects.filter(state=JobState.RUNNING)
        if running.count() >= limits.concurrent():
            return None
        full = _full_drives(running)
        waiting = Transfer.objects.all().claimable().order_by("-priority", "created_at")
        if full:
            waiting = waiting.exclude(account__in=full).exclude(target__in=full)
        pk = waiting.values_list("pk", flat=True).first()
        row = Transfer.objects.select_related("account", "target", "user").claim(pk, worker_name()) if pk else None
    return (row, row.fence) if row else None


def _full_drives(running: Any) -> list[Any]:
    """Drives that have as much to do as they may, be it as source or as target."""
    busy: Counter[Any] = Counter()
    for account, target in running.values_list("account", "target"):
        busy.update({account, target} - {None})
    return [drive for drive, count in busy.items() if count >= limits.per_account()]


class Mover(Protocol):
    """How the bytes of one kind of destination are moved, and what is written down when they have arrived."""

    def move(self) -> Any: ...

    def columns(self, result: Any) -> dict[str, Any]: ...

    def settle(self, result: Any) -> None: ...

    def tidy(self) -> None: ...


MOVERS: dict[str, Callable[[Any], Mover]] = {
    Transfer.Destination.LIBRARY: Arrival,
    Transfer.Destination.NETDISK: NetdiskDeparture,
    Transfer.Destination.CLOUDDRIVE: CloudDeparture,
}


class Run:
    """One attempt at one transfer by this process."""

    def __init__(self, transfer: Transfer, fence: int) -> None:
        self.transfer, self.fence = transfer, fence
        self.control = Control(lease_until=time.monotonic() + LEASE.total_seconds())
        self.lease = Lease(Transfer, transfer.pk, fence, on_lost=lambda: self.control.request_stop("lease_lost"))
        self.lease.on_renewed = self.control.extend_lease
        self.mover: Mover = MOVERS[transfer.destination_kind](self)

    def execute(self) -> None:
        structlog.contextvars.bind_contextvars(transfer=str(self.transfer.pk))
        reins.running[self.transfer.pk] = self.control
        keeper.hold(self.lease)
        try:
            self._attempt()
        except DatabaseError as error:
            self._give_back(error)
        finally:
            monitor.forget(self.transfer.pk)
            reins.running.pop(self.transfer.pk, None)
            keeper.drop(self.lease)
            structlog.contextvars.unbind_contextvars("transfer")

    def _attempt(self) -> None:
        try:
            self._announce()
            self._finish(self.mover.move())
        except DatabaseError:
            raise
        except Exception as error:
            self._ended(error)

    def _give_back(self, error: DatabaseError) -> None:
        """The database was away, which is no failure of the transfer: queue it again as soon as the database answers (F24).

        Should the lease end first, the sweeper does it.
        """
        log.warning("transfer.database", error=type(error).__name__)
        while self.lease.valid():
            close_old_connections()
            try:
                self._leave(JobState.QUEUED, "waiting", attempts=max(0, self.transfer.attempts - 1))
                return
            except DatabaseError:
                time.sleep(1)

    def _announce(self) -> None:
        with transaction.atomic():
            self.transfer.error_code = self.transfer.error = ""
            Transfer.objects.all().held(self.transfer.pk, self.fence).update(error_code="", error="", error_data={})
            note(self.transfer, "resumed" if self.transfer.done_bytes else "started", bytes=self.transfer.done_bytes)
            tell(self.transfer)
        if self.transfer.wanted:
            self.control.request_stop("cancel" if self.transfer.wanted == "cancel" else "pause")

    def limiter(self) -> RateLimiter:
        return monitor.limiter(self.transfer.pk)

    @contextmanager
    def watching(self, work: Work, kept: Any) -> Iterator[None]:
        """Its progress is told and its failures are noted while it runs."""
        monitor.watch(Watched(self.transfer, work, self.control))
        try:
            yield
        finally:
            kept.write_history(work.history)

    def checkpoint(self, kept: Any, checkpoint: Any, *, needed: bool) -> None:
        """Write it down; one that is not `needed` may be left out while the database is away."""
        try:
            stored = kept.store(checkpoint, speed=monitor.speed(self.transfer.pk))
        except DatabaseError as error:
            if needed:
                raise
            log.warning("transfer.checkpoint_skipped", error=type(error).__name__)
            close_old_connections()
            return
        if not stored:
            self.lease.lose()
            raise Stopped("lease_lost")

    def check_fence(self) -> None:
        """The last look before the file gets its final name."""
        if not Transfer.objects.all().renew(self.transfer.pk, self.fence):
            raise Stopped("lease_lost")

    def _finish(self, result: Any) -> None:
        row = self.transfer
        fault("before_done")
        with transaction.atomic():
            if not self._release(JobState.DONE, error="", error_code="", **self.mover.columns(result)):
                return
            self.mover.settle(result)
            note(row, "done", bytes=row.size)
            tell(row, "transfer.done")
        self.mover.tidy()
        metrics.TRANSFERS.labels("done").inc()
        metrics.TRANSFERRED.labels(row.source_kind).inc(row.size or 0)

    def _release(self, state: str, **changes: Any) -> bool:
        """Write the outcome if the row is still ours; the row in hand then shows it."""
        if not self.lease.release(state, wanted="", **changes):
            return False
        self.transfer.refresh_from_db()
        return True

    def _ended(self, error: Exception) -> None:
        if isinstance(error, Stopped):
            self._stopped(error.reason)
        elif isinstance(error, DiskFull):
            self._wait("disk_full", str(error), WAIT_FOR_DISK, needed=error.needed)
        elif isinstance(error, TransferError):
            self._troubled(error)
        elif getattr(error, "permanent", None) is not None:  # an error of the platform, e.g. the drive is gone
            self._fail(str(getattr(error, "code", "internal")), str(error))
        else:
            log.exception("transfer.crashed")
            self._fail("internal", type(error).__name__)

    def _stopped(self, reason: str) -> None:
        if reason == "pause":
            self._leave(JobState.PAUSED, "paused")
        elif reason == "shutdown":
            self._leave(JobState.QUEUED, "handed_back", attempts=max(0, self.transfer.attempts - 1))
        elif reason == "cancel" and self._leave(JobState.CANCELLED, "cancelled"):
            discard_parts(self.transfer)
            metrics.TRANSFERS.labels("cancelled").inc()

    def _troubled(self, error: TransferError) -> None:
        cause = error.cause if isinstance(error, GaveUp) else error
        code = cause.code if cause.code in messages.WHY else "gave_up" if isinstance(error, GaveUp) else cause.code
        if code not in PATIENT and (cause.permanent or self.transfer.attempts >= MAX_ATTEMPTS):
            self._fail(code, cause.sentence)
            return
        jitter = random.uniform(0.5, 1) * min(LONGEST_WAIT, 10 * 2**self.transfer.attempts)
        self._wait(code, cause.sentence, max(cause.retry_after or 0, jitter))

    def _wait(self, code: str, text: str, seconds: float, **data: Any) -> None:
        changes: dict[str, Any] = {"error_code": code[:64], "error": text[:500], "error_data": data}
        if code in PATIENT:
            changes["attempts"] = max(0, self.transfer.attempts - 1)
        self._leave(JobState.WAITING, "waiting", available_at=Now() + timedelta(seconds=seconds), **changes)

    def _fail(self, code: str, text: str) -> None:
        if self._leave(JobState.FAILED, "failed", error_code=code[:64], error=text[:500]):
            metrics.TRANSFERS.labels("failed").inc()

    def _leave(self, state: str, step: str, **changes: Any) -> bool:
        with transaction.atomic():
            if not self._release(state, **changes):
                return False
            note(self.transfer, step, code=self.transfer.error_code, bytes=self.transfer.done_bytes)
            tell(self.transfer, "transfer.failed" if state == JobState.FAILED else "transfer.changed")
        return True


def hand_back_all() -> None:
    """This process stops: every transfer writes a checkpoint and goes back into the queue (F06)."""
    reins.closing.set()
    reins.ask_all("shutdown")
    deadline = time.monotonic() + CLOSE_SECONDS
    while reins.running and time.monotonic() < deadline:
        time.sleep(0.05)
