from __future__ import annotations

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .base import uuid7
from .jobs import ENDED, LeasedJob, LeasedQuerySet


class BatchQuerySet(LeasedQuerySet):
    def visible_to(self, user: Any) -> Self:
        return self.filter(user=user)

    def active(self) -> Self:
        return self.exclude(state__in=ENDED)


class Batch(LeasedJob):
    """A list of operations that one person ordered, run one after the other with the rights of the call that ordered it.

    queued → running → done | failed; running → waiting (until a limit or an upstream lets it go on) → running;
    any → cancelled; done | failed | cancelled → queued (some items again). `failed` means: not every item is done.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="batches", verbose_name=_("user"))
    name = models.CharField(_("name"), max_length=120, blank=True)
    surface = models.CharField(_("surface"), max_length=16)
    scopes = models.JSONField(_("scopes"), default=list)
    service = models.BooleanField(_("shared account"), default=False)
    approved = models.BooleanField(_("approved"), default=False)
    stop_on_error = models.BooleanField(_("stop at the first error"), default=False)
    wanted = models.CharField(max_length=8, blank=True, editable=False)  # cancel, for the worker to see
    key = models.CharField(_("idempotency key"), max_length=80, null=True, editable=False)
    digest = models.CharField(
        max_length=64, editable=False
    )  # of what was ordered, to know a key used for something else
    total = models.PositiveIntegerField(_("items"), default=0)
    done = models.PositiveIntegerField(_("done"), default=0)
    failed = models.PositiveIntegerField(_("failed"), default=0)
    unknown = models.PositiveIntegerField(_("outcome unknown"), default=0)
    skipped = models.PositiveIntegerField(_("not run"), default=0)

    objects: ClassVar[models.Manager[Any]] = models.Manager.from_queryset(BatchQuerySet)()

    class Meta:
        verbose_name = _("batch")
        verbose_name_plural = _("batches")
        ordering = ["-created_at"]
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="batch_once_per_key")]
        indexes = [
            models.Index(fields=["user", "-created_at"], name="batch_by_user"),
            models.Index(fields=["state", "available_at"], name="batch_by_due_time"),
            models.Index(fields=["state", "lease_until"], name="batch_by_lease"),
            models.Index(fields=["finished_at"], name="batch_by_end"),
        ]

    def __str__(self) -> str:
        return self.name or str(self.pk)

    @property
    def object_name(self) -> str:
        """How events and sockets call this batch."""
        return f"batch:{self.pk}"

    @property
    def ended(self) -> bool:
        return self.state in ENDED

    @property
    def finished(self) -> int:
        """How many items have an outcome."""
        return self.done + self.failed + self.unknown + self.skipped


class BatchItem(models.Model):
    """One operation of a batch. `running` with a dead worker becomes `unknown`, unless doing it twice is harmless."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        UNKNOWN = "unknown", _("Outcome unknown")
        SKIPPED = "skipped", _("Not run")

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="items", verbose_name=_("batch"))
    position = models.PositiveIntegerField(_("number"))
    op = models.CharField(_("operation"), max_length=80)
    args = models.JSONField(_("arguments"), default=dict)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    result = models.JSONField(_("result"), null=True, help_text="a short copy, secrets masked")
    error = models.JSONField(_("error"), default=dict, help_text="code, detail, hint")
    started_at = models.DateTimeField(_("started"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("batch item")
        verbose_name_plural = _("batch items")
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["batch", "position"], name="item_once_per_batch")]
        indexes = [models.Index(fields=["batch", "state", "position"], name="item_by_state")]

    def __str__(self) -> str:
        return f"{self.position + 1} {self.op}"
