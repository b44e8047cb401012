from __future__ import annotations

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import LeasedJob, uuid7
from core.models.jobs import ENDED, LeasedQuerySet


class ScanQuerySet(LeasedQuerySet):
    def active(self) -> Self:
        return self.exclude(state__in=ENDED)

    def slim(self) -> Self:
        """Without the large columns."""
        return self.defer("summary", "changes")


class Scan(LeasedJob):
    """One walk of a drive below a path, page by page; a worker that takes it over goes on after the last stored page.

    queued → running → done | failed; running → waiting (until the drive may be asked again) → running.
    `summary` and `changes` are packed (`netdisk.scans.packing`): the sums by folder, and what differs from the scan before.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    drive = models.ForeignKey("netdisk.DriveAccount", models.CASCADE, related_name="scans", verbose_name=_("drive"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("asked by")
    )
    path = models.CharField(_("path"), max_length=1000, default="/")
    cursor = models.BigIntegerField(default=0, editable=False)  # where the next page begins
    pages = models.PositiveIntegerField(_("pages"), default=0)
    entries = models.PositiveIntegerField(_("entries"), default=0)
    failures = models.PositiveSmallIntegerField(default=0, editable=False)  # passing ones since the last page
    size = models.BigIntegerField(_("size"), default=0)
    summary = models.BinaryField(null=True, editable=False)
    changes = models.BinaryField(null=True, editable=False)

    objects: ClassVar[models.Manager[Any]] = models.Manager.from_queryset(ScanQuerySet)()

    class Meta:
        verbose_name = _("scan of a drive")
        verbose_name_plural = _("scans of drives")
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["drive", "-created_at"], name="scan_by_drive"),
            models.Index(fields=["state", "available_at"], name="scan_by_due_time"),
            models.Index(fields=["state", "lease_until"], name="scan_by_lease"),
        ]

    def __str__(self) -> str:
        return f"{self.drive_id} {self.path}"

    @property
    def object_name(self) -> str:
        """How events and sockets call this scan."""
        return f"scan:{self.pk}"

    @property
    def ended(self) -> bool:
        return self.state in ENDED

    def covers(self, path: str) -> bool:
        """Whether everything at and below `path` was walked."""
        return self.path in ("/", path) or path.startswith(f"{self.path}/")


class ScanPage(models.Model):
    """One stored page of a scan: its entries, packed."""

    scan = models.ForeignKey(Scan, models.CASCADE, related_name="parts", verbose_name=_("scan"))
    number = models.PositiveIntegerField(_("number"))
    data = models.BinaryField(editable=False)

    class Meta:
        verbose_name = _("page of a scan")
        verbose_name_plural = _("pages of scans")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["scan", "number"], name="page_once_per_scan")]

    def __str__(self) -> str:
        return f"{self.number + 1}"
