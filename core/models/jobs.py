"""Rows that workers claim. The row is the truth; a broker message only rings (architecture §4)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

LEASE = timedelta(seconds=30)
MAX_CRASHES = 3


class JobState(models.TextChoices):
    """queued → running → done | failed | cancelled; running → queued (handed back, lease lost), waiting (for a time), paused."""

    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    WAITING = "waiting", _("Waiting")
    PAUSED = "paused", _("Paused")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


ENDED = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


class LeasedQuerySet(models.QuerySet[Any]):
    """Claim, renew and finish by conditional UPDATE on the database's own clock; a stale fence changes nothing."""

    def claimable(self) -> Self:
        return self.filter(state__in=(JobState.QUEUED, JobState.WAITING), available_at__lte=Now())

    def abandoned(self) -> Self:
        return self.filter(state=JobState.RUNNING, lease_until__lt=Now())

    def unrung(self, older_than: timedelta) -> Self:
        return self.claimable().filter(Q(rung_at=None) | Q(rung_at__lt=Now() - older_than))

    def claim(self, pk: Any, worker: str) -> Any:
        """Take one row: it comes with its new fencing number, or None when someone else has it or it is not due."""
        won = (
            self.claimable()
            .filter(pk=pk)
            .update(
                state=JobState.RUNNING,
                fence=F("fence") + 1,
                attempts=F("attempts") + 1,
                worker=worker[:80],
                lease_until=Now() + LEASE,
                started_at=models.functions.Coalesce(F("started_at"), Now()),
            )
        )
        return self.filter(pk=pk, worker=worker[:80]).order_by().first() if won else None

    def held(self, pk: Any, fence: int) -> Self:
        return self.filter(pk=pk, fence=fence, state=JobState.RUNNING)

    def renew(self, pk: Any, fence: int) -> bool:
        return bool(self.held(pk, fence).update(lease_until=Now() + LEASE))

    def release(self, pk: Any, fence: int, state: str, **changes: Any) -> bool:
        """Leave `running`; false when the lease was lost meanwhile."""
        ended = {"finished_at": Now()} if state in ENDED else {}
        return bool(self.held(pk, fence).update(state=state, lease_until=None, rung_at=None, **ended, **changes))


class LeasedJob(models.Model):
    """Columns that make any row a job: state, attempts, lease, and a fencing number that grows with each claim."""

    state = models.CharField(_("state"), max_length=12, choices=JobState.choices, default=JobState.QUEUED)
    priority = models.SmallIntegerField(_("priority"), default=0)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    crashes = models.PositiveSmallIntegerField(_("crashes"), default=0)
    fence = models.BigIntegerField(default=0, editable=False)
    worker = models.CharField(_("worker"), max_length=80, blank=True)
    lease_until = models.DateTimeField(_("lease until"), null=True, blank=True)
    available_at = models.DateTimeField(_("not before"), db_default=Now())
    rung_at = models.DateTimeField(null=True, editable=False)
    error_code = models.CharField(_("error code"), max_length=64, blank=True)
    error = models.CharField(_("error"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    objects: ClassVar[models.Manager[Any]] = models.Manager.from_queryset(LeasedQuerySet)()

    class Meta:
        abstract = True


class Job(LeasedJob):
    """A short piece of background work: a declared kind and small JSON arguments (ids, never secrets)."""

    kind = models.CharField(_("kind"), max_length=64)
    arguments = models.JSONField(_("arguments"), default=dict)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="jobs", verbose_name=_("user")
    )
    key = models.CharField(_("unique key"), max_length=120, null=True, unique=True)

    objects: ClassVar[models.Manager[Any]] = models.Manager.from_queryset(LeasedQuerySet)()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        indexes = [
            models.Index(fields=["state", "available_at"], name="job_by_due_time"),
            models.Index(fields=["state", "lease_until"], name="job_by_lease"),
            models.Index(fields=["-created_at"], name="job_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Schedule(models.Model):
    """When a periodic task last fired. A conditional UPDATE lets one scheduler of many win (F09)."""

    name = models.CharField(_("name"), max_length=64, primary_key=True)
    fired_at = models.DateTimeField(_("last fired"), null=True)

    class Meta:
        verbose_name = _("schedule")
        verbose_name_plural = _("schedules")

    def __str__(self) -> str:
        return self.name


class WorkerBeat(models.Model):
    """A worker process that reported lately."""

    name = models.CharField(_("name"), max_length=80, primary_key=True)
    started_at = models.DateTimeField(_("started"), auto_now_add=True)
    seen_at = models.DateTimeField(_("last seen"))
    running = models.PositiveIntegerField(_("running jobs"), default=0)

    class Meta:
        verbose_name = _("worker")
        verbose_name_plural = _("workers")

    def __str__(self) -> str:
        return self.name
