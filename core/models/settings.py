from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class LiveSettingValue(models.Model):
    """A setting that staff saved at run time; `core.live_settings` declares which exist."""

    key = models.CharField(_("key"), max_length=64, primary_key=True)
    value = models.JSONField(_("value"))
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("saved setting")
        verbose_name_plural = _("saved settings")

    def __str__(self) -> str:
        return self.key


class LiveSettingChange(models.Model):
    """History of saved settings (C5)."""

    key = models.CharField(_("key"), max_length=64, db_index=True)
    before = models.JSONField(_("before"), null=True)
    after = models.JSONField(_("after"), null=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("user")
    )
    created_at = models.DateTimeField(_("time"), auto_now_add=True)

    class Meta:
        verbose_name = _("setting change")
        verbose_name_plural = _("setting changes")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.key
