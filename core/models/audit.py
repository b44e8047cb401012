from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditEntry(models.Model):
    """Who did what, from where, with which result (A9). Arguments are summarised with secrets masked."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="audit_entries", verbose_name=_("user")
    )
    username = models.CharField(_("name at the time"), max_length=150, blank=True)
    action = models.CharField(_("action"), max_length=80)
    surface = models.CharField(_("surface"), max_length=16)
    target = models.CharField(_("target"), max_length=255, blank=True)
    result = models.CharField(_("result"), max_length=64, default="ok")
    duration_ms = models.PositiveIntegerField(_("duration (ms)"), default=0)
    summary = models.JSONField(_("summary"), default=dict)
    address = models.GenericIPAddressField(_("address"), null=True)
    request_id = models.CharField(_("request id"), max_length=64, blank=True)
    created_at = models.DateTimeField(_("time"), auto_now_add=True)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit trail")
        indexes = [
            models.Index(fields=["user", "-created_at"], name="audit_by_user"),
            models.Index(fields=["action", "-created_at"], name="audit_by_action"),
            models.Index(fields=["-created_at"], name="audit_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.username} {self.action} {self.result}"
