"""What was left lying: uploads that nobody goes on with, complete ones that a crash kept from finishing, files without a row (F03)."""

from __future__ import annotations

import time
import uuid
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.db.models.signals import post_delete
from django.dispatch import receiver

from core.jobs import enqueue, every
from core.models import JobState
from core.models.jobs import ENDED
from transfers.models import Transfer, Upload

from .limits import patience

BATCH = 500
OLD = timedelta(hours=1)  # of files without a row: theirs is about to be written
STUCK = timedelta(minutes=1)
REMEMBERED = timedelta(hours=1)  # a finished upload, for a client that lost the last answer


@every(60, "uploads.sweep")
def sweep() -> int:
    """One round; returns how many uploads were taken away or pushed on."""
    return _finish_stuck() + _delete(_forgotten()) + _delete(_delivered())


def _finish_stuck() -> int:
    complete = Upload.objects.filter(finished_at=None, offset=F("size"), touched_at__lt=Now() - STUCK)
    keys = [str(pk) for pk in complete.exclude(destination__has_key="error").values_list("pk", flat=True)[:BATCH]]
    return sum(bool(enqueue("transfers.finish_upload", key=f"upload:{pk}", upload=pk)) for pk in keys)


def _forgotten() -> QuerySet[Upload]:
    """Got no byte for too long."""
    return Upload.objects.filter(finished_at=None, touched_at__lt=Now() - patience())


def _delivered() -> QuerySet[Upload]:
    """Stored in the library, or of no use to a transfer any more: one that may be retried keeps its bytes for a while."""
    stored = Q(destination_kind=Transfer.Destination.LIBRARY, finished_at__lt=Now() - REMEMBERED)
    sent = Q(destination_kind=Transfer.Destination.NETDISK, finished_at__isnull=False)
    ended = Q(transfer__state__in=ENDED, transfer__finished_at__lt=Now() - patience())
    return Upload.objects.filter(stored | (sent & (Q(transfer=None) | Q(transfer__state=JobState.DONE) | ended)))


def _delete(rows: QuerySet[Upload]) -> int:
    count = 0
    while keys := list(rows.values_list("pk", flat=True)[:BATCH]):
        count += Upload.objects.filter(pk__in=keys).delete()[0]
    return count


@every(3600, "uploads.orphans")
def remove_orphans() -> int:
    """Delete staged files that no upload owns."""
    removed = 0
    for path in Path(settings.LIBRARY_DIR).glob("*/.uploads/*"):
        with suppress(OSError):
            young = time.time() - path.stat().st_mtime < OLD.total_seconds()
            if not young and not _owned(path.name):
                path.unlink()
                removed += 1
    return removed


def _owned(name: str) -> bool:
    try:
        return Upload.objects.filter(pk=uuid.UUID(name)).exists()
    except ValueError:
        return False


@receiver(post_delete, sender=Upload)
def _remove_staged(instance: Upload, **_: Any) -> None:
    path = instance.staged_path()
    transaction.on_commit(lambda: path.unlink(missing_ok=True), robust=True)
