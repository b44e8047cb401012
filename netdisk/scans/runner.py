"""The walk: page after page of everything below a path, each stored before the next is asked for."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import structlog
from django.db import close_old_connections, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core import events, request
from core.errors import AppError, Conflict
from core.faults import fault
from core.jobs.lease import Lease, LeaseLost, keeper, worker_name
from core.models import JobState
from netdisk import pace
from netdisk.baidu.listing import Page
from netdisk.drives import client_for
from netdisk.errors import translated

from .changes import compare
from .models import Scan, ScanPage
from .packing import pack, pack_rows, rows
from .services import kept, latest, prune, tell, wake
from .usage import summarise

log = structlog.get_logger(__name__)
PAGE_ROWS = 1000
MOST_ENTRIES = 300_000
MOST_FAILURES = 6
SHORT_WAIT = 1.0


@dataclass(frozen=True)
class Slice:
    """How long one walker goes on before it lets others have the thread."""

    seconds: float
    patience: float  # for a turn at the drive
    bulk: bool
    pages: int = 1_000_000


BEHIND = Slice(seconds=45, patience=10, bulk=True)
WAITED_FOR = Slice(seconds=10, patience=5, bulk=False, pages=2)


def run(pk: Any) -> bool:
    """A worker's slice; false when someone else has the scan or it is not due."""
    close_old_connections()
    token = request.enter(replace(request.current(), bulk=True))
    try:
        return _slice(pk, BEHIND) is not None
    finally:
        request.leave(token)


def begin(scan: Scan) -> AppError | None:
    """The first pages while the caller waits; the error that ended or halted the walk, if any."""
    walk = _slice(scan.pk, WAITED_FOR)
    return walk.error if walk else None


def _slice(pk: Any, limits: Slice) -> Walk | None:
    scan: Scan | None = Scan.objects.slim().select_related("drive").claim(pk, worker_name())
    if scan is None:
        return None
    structlog.contextvars.bind_contextvars(scan=str(pk))
    walk = Walk(scan, limits)
    keeper.hold(walk.lease)
    try:
        with pace.patient(limits.patience, bulk=limits.bulk):
            walk.execute()
    except LeaseLost:
        log.warning("scan.lease_lost")
    finally:
        keeper.drop(walk.lease)
        structlog.contextvars.unbind_contextvars("scan")
    return walk


class Walk:
    """One slice of one scan in this process."""

    def __init__(self, scan: Scan, limits: Slice) -> None:
        self.scan, self.limits = scan, limits
        self.lease = Lease(Scan, scan.pk, scan.fence)
        self.held = Scan.objects.all().held(scan.pk, scan.fence)
        self.error: AppError | None = None

    def execute(self) -> None:
        until = time.monotonic() + self.limits.seconds
        last = self.scan.pages + self.limits.pages
        try:
            while self._page():
                if self.scan.pages >= last or time.monotonic() > until:
                    return self._hand_back()
            self._finish()
        except AppError as error:
            self.error = error
            self._halted(error)

    def _page(self) -> bool:
        """Read and store the next page; false when it was the last."""
        scan = self.scan
        with translated():
            page = client_for(scan.drive).list_all(scan.path, order="name", start=scan.cursor, limit=PAGE_ROWS)
        fault("scan_page_read")
        following = scan.cursor + len(page.entries) if page.cursor is None else page.cursor
        if page.has_more and (following <= scan.cursor or scan.entries + len(page.entries) > MOST_ENTRIES):
            raise Conflict(
                _("This is too much to be scanned at once: more than %d files and folders.") % MOST_ENTRIES,
                code="scan_too_large",
                hint=_("Scan a folder further down."),
            )
        self._store(page, following)
        fault("scan_page_stored")
        events_to = scan.drive.user_id or scan.user_id
        if events_to:
            events.progress(events_to, scan.object_name, {"bytes": scan.entries, "pages": scan.pages})
        return page.has_more

    def _store(self, page: Page, following: int) -> None:
        scan = self.scan
        found = len(page.entries)
        with transaction.atomic():
            ours = self.held.update(
                cursor=following,
                pages=F("pages") + 1,
                entries=F("entries") + found,
                failures=0,
                crashes=0,
                error="",
                error_code="",
            )
            if not ours:
                raise LeaseLost
            ScanPage.objects.create(scan=scan, number=scan.pages, data=pack_rows(page.entries))
        scan.cursor, scan.pages, scan.entries = following, scan.pages + 1, scan.entries + found

    def _finish(self) -> None:
        """Sum it up, compare it with the scan before, and note how full the drive is."""
        scan = self.scan
        summary = summarise(scan.path, rows(scan))
        before = latest(kept(scan.drive), scan.path, before=scan)
        changes = compare(lambda: rows(before), lambda: rows(scan), scan.path).packed() if before else None
        if before and changes:
            changes["since"] = {"scan": str(before.pk), "taken_at": before.finished_at.isoformat()}  # type: ignore[union-attr]
        self._note_quota()
        values = {"summary": pack(summary.packed()), "changes": pack(changes) if changes else None}
        with transaction.atomic():
            self._leave(JobState.DONE, size=summary.folders[scan.path].size, **values)
        prune(scan.drive_id)

    def _note_quota(self) -> None:
        """Beside the point of a scan: when the drive does not tell, the figures known so far stay."""
        drive = self.scan.drive
        try:
            with translated():
                quota = client_for(drive).quota()
        except AppError:
            return
        type(drive).objects.filter(pk=drive.pk).update(total=quota.total, used=quota.used, checked_at=Now())

    def _halted(self, error: AppError) -> None:
        """What the drive refused: wait for its turn, try again later, or end with the reason."""
        told: dict[str, Any] = {"error_code": error.code[:64], "error": str(error.message)[:500]}
        waits = not error.permanent and error.status == 429
        failures = 0 if waits else self.scan.failures + 1
        with transaction.atomic():
            if error.permanent or failures >= MOST_FAILURES:
                self._leave(JobState.FAILED, **told)
            else:
                pause = error.retry_after or random.uniform(0.5, 1) * 2.0 ** (failures + 1)
                due = Now() + timedelta(seconds=max(SHORT_WAIT, pause))
                self._leave(JobState.WAITING, available_at=due, failures=failures, **told)

    def _hand_back(self) -> None:
        if self.lease.release(JobState.QUEUED, available_at=Now()):
            wake(self.scan)

    def _leave(self, state: str, **changes: Any) -> None:
        if not self.lease.release(state, **changes):
            raise LeaseLost
        self.scan.refresh_from_db(fields=["state", "available_at", "finished_at", "error", "error_code"])
        tell(self.scan)


def taken_back(pk: Any) -> None:
    """The sweeper took a scan from a dead worker."""
    tell(Scan.objects.slim().select_related("drive").get(pk=pk))
