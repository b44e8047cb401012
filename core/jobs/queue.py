from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import structlog
from celery import shared_task
from django.db import IntegrityError, close_old_connections, transaction
from django.db.models.functions import Now

from core.errors import AppError
from core.metrics import JOBS
from core.models import Job, JobState

from .bells import bells
from .lease import Lease, keeper, worker_name

log = structlog.get_logger(__name__)
Handler = Callable[..., Any]
MAX_ATTEMPTS = 5


class NotNow(Exception):
    """A handler asks to be called again later; not counted as a failure."""

    def __init__(self, seconds: float, reason: str = "") -> None:
        super().__init__(reason)
        self.seconds = seconds


_kinds: dict[str, tuple[Handler, int]] = {}


def job(kind: str, *, max_attempts: int = MAX_ATTEMPTS) -> Callable[[Handler], Handler]:
    """Declare a kind of background work. The handler takes the row's arguments as keywords and may run twice."""

    def declare(handler: Handler) -> Handler:
        _kinds[kind] = handler, max_attempts
        return handler

    return declare


def enqueue(
    kind: str, /, *, user_id: int | None = None, key: str | None = None, delay: float = 0, **arguments: Any
) -> Job | None:
    """Add a row in the caller's transaction and ring a worker after commit; None when `key` is already there."""
    assert kind in _kinds, kind
    try:
        with transaction.atomic():
            row = Job.objects.create(
                kind=kind,
                arguments=arguments,
                user_id=user_id,
                key=key,
                available_at=Now() + timedelta(seconds=delay),
                rung_at=Now(),
            )
    except IntegrityError:
        if key is None:
            raise
        return None
    if not delay:
        transaction.on_commit(lambda: ring(run_job_task, row.pk), robust=True)
    return row


def ring(task: Any, pk: Any) -> None:
    """Send the wake-up. A broker that is away costs only time: the sweeper rings again."""
    bells.ring(task, str(pk))


@shared_task(name="core.run_job")
def run_job_task(pk: str) -> None:
    close_old_connections()
    run_job(int(pk))


def run_job(pk: int) -> bool:
    """Claim one row and run its handler; false when someone else has it or it is not due."""
    row: Job | None = Job.objects.all().claim(pk, worker_name())
    if row is None:
        return False
    lease = keeper.hold(Lease(Job, pk, row.fence))
    try:
        _run(row, lease)
    finally:
        keeper.drop(lease)
    return True


def _run(row: Job, lease: Lease) -> None:
    structlog.contextvars.bind_contextvars(job=row.pk, kind=row.kind)
    handler, max_attempts = _kinds.get(row.kind, (None, 0))
    try:
        if handler is None:
            raise AppError(f"No handler for jobs of the kind {row.kind}.", code="unknown_job")
        handler(**row.arguments)
    except NotNow as later:
        lease.release(JobState.QUEUED, available_at=Now() + timedelta(seconds=later.seconds), attempts=row.attempts - 1)
    except Exception as error:
        _failed(row, lease, error, max_attempts)
    else:
        lease.release(JobState.DONE, key=None)
        JOBS.labels(row.kind, "done").inc()
    finally:
        structlog.contextvars.unbind_contextvars("job", "kind")


def _failed(row: Job, lease: Lease, error: Exception, max_attempts: int) -> None:
    permanent = isinstance(error, AppError) and error.permanent
    final = permanent or row.attempts >= max_attempts
    log.warning("job.failed", final=final, error=str(error)[:200], exc_info=not isinstance(error, AppError))
    changes = {"error_code": getattr(error, "code", type(error).__name__)[:64], "error": str(error)[:500]}
    if final:
        lease.release(JobState.FAILED, key=None, **changes)
        JOBS.labels(row.kind, "failed").inc()
        return
    wait = getattr(error, "retry_after", None) or random.uniform(0, min(600, 2.0**row.attempts))
    lease.release(JobState.QUEUED, available_at=Now() + timedelta(seconds=wait), **changes)
