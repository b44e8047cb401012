"""Scans as others use them: ask for one, wait for a small one, find those that are kept. The walk itself is in `runner`."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils import translation
from django.utils.translation import gettext as _

from core import events
from core.errors import NotFound
from core.jobs.queue import ring
from core.models import JobState
from core.models.jobs import ENDED
from netdisk.errors import SENTENCES
from netdisk.models import DriveAccount

from .models import Scan
from .packing import unpack
from .usage import Summary

KEPT_OF_PATH, KEPT_OF_DRIVE = 5, 15


def start(drive: DriveAccount, path: str, user: Any, *, soon: bool = True) -> Scan:
    """The scan of this path that is under way, else a new one. `soon` wakes a worker; without it the caller walks first."""
    with transaction.atomic():
        DriveAccount.objects.select_for_update().get(pk=drive.pk)
        running: Scan | None = _of(drive).active().filter(path=path).first()
        if running:
            return running
        scan: Scan = Scan.objects.create(drive=drive, user=user, path=path, available_at=Now(), rung_at=Now())
        tell(scan)
        if soon:
            wake(scan)
    return scan


def walk_now(drive: DriveAccount, path: str, user: Any) -> Scan:
    """A fresh scan. A small tree is walked while the caller waits; else workers go on and the scan says how far it is.

    Raises what the drive answered when the walk can't be made at all.
    """
    from . import runner

    scan = start(drive, path, user, soon=False)
    error = runner.begin(scan)
    if error is not None and error.permanent:
        raise error
    scan.refresh_from_db()
    return scan


def _of(drive: DriveAccount) -> Any:
    return Scan.objects.filter(drive=drive).slim()


def find(drive: DriveAccount, pk: Any) -> Scan:
    """A scan of this drive; anything else is simply not found."""
    try:
        found: Scan | None = _of(drive).filter(pk=uuid.UUID(str(pk))).first()
    except ValueError:
        found = None
    if found is None:
        raise NotFound(
            _("There is no such scan of this drive."), hint=_("Only the newest few are kept; take a new one.")
        )
    return found


def kept(drive: DriveAccount) -> list[Scan]:
    """All scans of a drive, the newest first: at most `KEPT_OF_DRIVE` and those under way."""
    return list(_of(drive))


def latest(scans: list[Scan], path: str, *, before: Scan | None = None) -> Scan | None:
    """The newest finished scan that walked everything below a path; with `before`, the newest that is older than that."""
    return next(
        (
            scan
            for scan in scans
            if scan.state == JobState.DONE and scan.covers(path) and (not before or scan.pk < before.pk)
        ),
        None,
    )


def summary_of(scan: Scan) -> Summary:
    return Summary.unpacked(unpack(scan.summary))


def prune(drive_id: Any) -> None:
    """Keep the newest few of each path and of the drive; of failed ones only the newest."""
    ended = Scan.objects.filter(drive_id=drive_id, state__in=ENDED).order_by("-created_at")
    paths, kept_, gone = dict[str, int](), 0, list[Any]()
    for number, (pk, path, state) in enumerate(ended.values_list("pk", "path", "state")):
        worth = paths.get(path, 0) < KEPT_OF_PATH and kept_ < KEPT_OF_DRIVE if state == JobState.DONE else number == 0
        if not worth:
            gone.append(pk)
        elif state == JobState.DONE:
            paths[path] = paths.get(path, 0) + 1
            kept_ += 1
    Scan.objects.filter(pk__in=gone).delete()


def wake(scan: Scan) -> None:
    from .tasks import run_scan

    transaction.on_commit(lambda: ring(run_scan, scan.pk), robust=True)


def tell(scan: Scan) -> None:
    user_id = scan.drive.user_id or scan.user_id
    if user_id:
        events.publish(user_id, "scan.changed", brief(scan), object_=scan.object_name)


def why(scan: Scan) -> str:
    """What halted or ended a scan, in the language of whoever asks; empty when all is well."""
    if not scan.error_code:
        return ""
    known = SENTENCES.get(scan.error_code)
    return str(known[1]) if known else translation.gettext(scan.error)


def brief(scan: Scan) -> dict[str, Any]:
    """What events and answers say about a scan."""
    waiting = scan.state == JobState.WAITING
    return {
        "scan": str(scan.pk),
        "path": scan.path,
        "state": scan.state,
        "progress": {"entries": scan.entries, "pages": scan.pages},
        "waiting_until": scan.available_at.isoformat() if waiting else None,
        "taken_at": scan.finished_at.isoformat() if scan.finished_at else None,
        "error": {"code": scan.error_code, "detail": why(scan)} if scan.error_code else None,
    }
