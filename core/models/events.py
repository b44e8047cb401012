from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class EventCursor(models.Model):
    """The last number given out in one user's stream. Its row is locked while an event is added, so numbers follow commits."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")
    last_seq = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("event cursor")


class Event(models.Model):
    """What happened to one user's things, numbered without gaps per user (G4). The row is the truth; sockets are told."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("user"))
    seq = models.BigIntegerField(_("number"))
    type = models.CharField(_("type"), max_length=64)
    object = models.CharField(_("object"), max_length=80, blank=True)
    data = models.JSONField(_("data"), default=dict)
    created_at = models.DateTimeField(_("time"), auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [models.UniqueConstraint(fields=["user", "seq"], name="event_number_once_per_user")]
        indexes = [models.Index(fields=["object", "seq"], name="event_by_object")]

    def __str__(self) -> str:
        return f"{self.type} {self.seq}"
