from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.models import uuid7
from core.vault import SealedField

from .scans.models import Scan, ScanPage  # noqa: F401

SERVICE = "service"


class DriveQuerySet(models.QuerySet["DriveAccount"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(user=user)

    def usable(self) -> Self:
        return self.exclude(state=DriveAccount.State.DISCONNECTED)


class DriveAccount(models.Model):
    """A connected Baidu Netdisk account: a user's, or the site's own (`slot` = "service", exactly one row)."""

    class State(models.TextChoices):
        CONNECTED = "connected", _("Connected")
        NEEDS_YOU = "needs_you", _("Needs a new authorisation")
        DISCONNECTED = "disconnected", _("Disconnected")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="drives", verbose_name=_("user")
    )
    slot = models.CharField(_("place of the shared account"), max_length=8, null=True, unique=True, editable=False)
    uk = models.BigIntegerField(_("upstream user number"), null=True, editable=False)
    name = models.CharField(_("name"), max_length=120, blank=True)
    vip_type = models.PositiveSmallIntegerField(_("membership"), default=0)
    total = models.BigIntegerField(_("capacity"), null=True, editable=False)
    used = models.BigIntegerField(_("used"), null=True, editable=False)
    checked_at = models.DateTimeField(_("checked"), null=True, editable=False)
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.CONNECTED)
    problem = models.CharField(_("problem"), max_length=64, blank=True)
    created_at = models.DateTimeField(_("connected"), auto_now_add=True)

    objects = DriveQuerySet.as_manager()

    class Meta:
        verbose_name = _("drive")
        verbose_name_plural = _("drives")
        ordering = ["created_at"]
        constraints = [models.UniqueConstraint(fields=["user", "uk"], name="drive_once_per_user")]

    def __str__(self) -> str:
        return self.name or str(self.pk)

    @property
    def is_service(self) -> bool:
        return self.slot == SERVICE


class OAuthToken(models.Model):
    """The token pair of a drive, sealed. `generation` grows with every stored pair.

    `intent` is written before a refresh call: whoever finds it after a crash knows that the refresh token of this
    generation may be used up, tries it at most `netdisk.tokens.TRIES` times, and then asks for a new authorisation (F63).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.OneToOneField(DriveAccount, models.CASCADE, related_name="token")
    access = SealedField(editable=False)
    refresh = SealedField(blank=True, editable=False)
    expires_at = models.DateTimeField(_("expires"))
    obtained_at = models.DateTimeField(_("obtained"))
    generation = models.PositiveIntegerField(_("renewals"), default=1, editable=False)
    intent = models.CharField(max_length=32, blank=True, editable=False)
    intent_until = models.DateTimeField(null=True, editable=False)
    tries = models.PositiveSmallIntegerField(default=0, editable=False)
    refresh_after = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("token")
        verbose_name_plural = _("tokens")

    def __str__(self) -> str:
        return f"{self.account_id} {self.generation}"


class Authorisation(models.Model):
    """An OAuth request under way: `state` is one-time and bound to the browser session that began it (H16)."""

    class Kind(models.TextChoices):
        CODE = "code", _("Browser")
        DEVICE = "device", _("Device code")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("user"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.CODE)
    service = models.BooleanField(_("shared account"), default=False)
    state_digest = models.CharField(max_length=64, blank=True, db_index=True)
    session_digest = models.CharField(max_length=64, blank=True)
    device_code = SealedField(blank=True)
    user_code = models.CharField(max_length=32, blank=True)
    verification_url = models.URLField(max_length=300, blank=True)
    interval = models.PositiveSmallIntegerField(default=5)
    poll_after = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(_("expires"), db_index=True)
    used_at = models.DateTimeField(_("used at"), null=True)
    outcome = models.CharField(_("outcome"), max_length=64, blank=True)
    account = models.ForeignKey(DriveAccount, models.SET_NULL, null=True, related_name="+", verbose_name=_("drive"))
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("authorisation")
        verbose_name_plural = _("authorisations")


class Pace(models.Model):
    """What has been learnt about one limit of Baidu (A8): of a drive in one class of calls, or of the whole site (no drive).

    Rows exist only where something is limited. Times are Unix seconds of the database's clock; `netdisk.pace.rules` says
    what the columns mean, and `version` lets one of several writers win.
    """

    key = models.CharField(max_length=64, primary_key=True)
    drive = models.ForeignKey(DriveAccount, models.CASCADE, null=True, related_name="+", verbose_name=_("drive"))
    kind = models.CharField(_("kind of calls"), max_length=24)
    active = models.BooleanField(_("limits calls now"), default=False)
    rate = models.FloatField(_("calls per minute"), null=True)
    held_until = models.FloatField(default=0)
    hold = models.FloatField(default=0)
    strikes = models.PositiveIntegerField(_("refusals in a row"), default=0)
    passed = models.PositiveIntegerField(default=0)
    reached = models.PositiveIntegerField(default=0)
    episodes = models.PositiveIntegerField(_("times held"), default=0)
    probe = models.CharField(max_length=32, blank=True)
    probe_until = models.FloatField(default=0)
    next_at = models.FloatField(default=0)
    recent = models.JSONField(default=list)
    urgent_until = models.FloatField(default=0)
    refused_at = models.FloatField(default=0)
    code = models.CharField(_("Baidu's code"), max_length=64, blank=True)
    version = models.PositiveBigIntegerField(default=0)
    changed_at = models.DateTimeField(_("changed"), db_default=Now())
    clock = 0.0  # the database's time when the row was read

    class Meta:
        verbose_name = _("limit of a drive")
        verbose_name_plural = _("limits of drives")
        indexes = [
            models.Index(fields=["active"], name="pace_by_active"),
            models.Index(fields=["kind", "refused_at"], name="pace_by_refusal"),
            models.Index(fields=["changed_at"], name="pace_by_change"),
        ]

    def __str__(self) -> str:
        return self.key
