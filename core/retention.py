"""What is kept only for a time: events, audit lines, ended jobs and batches, workers that left."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from .jobs import every
from .models import AuditEntry, Batch, Event, Job, WorkerBeat
from .models.jobs import ENDED

BATCH = 5_000
JOB_DAYS, WORKER_DAYS, BATCH_DAYS = 7, 1, 30


@every(3600, "core.retention")
def prune() -> int:
    """Delete what is past its time, in batches that hold no lock for long; returns how many rows went."""
    now = timezone.now()
    return (
        _delete(Event.objects.filter(created_at__lt=now - timedelta(days=settings.EVENT_RETENTION_DAYS)))
        + _delete(AuditEntry.objects.filter(created_at__lt=now - timedelta(days=settings.AUDIT_RETENTION_DAYS)))
        + _delete(Job.objects.filter(state__in=ENDED, finished_at__lt=now - timedelta(days=JOB_DAYS)))
        + _delete(Batch.objects.filter(state__in=ENDED, finished_at__lt=now - timedelta(days=BATCH_DAYS)))
        + _delete(WorkerBeat.objects.filter(seen_at__lt=now - timedelta(days=WORKER_DAYS)))
    )


def _delete(rows: QuerySet[Any]) -> int:
    gone = 0
    while keys := list(rows.values_list("pk", flat=True)[:BATCH]):
        gone += rows.model._default_manager.filter(pk__in=keys).delete()[0]
    return gone
