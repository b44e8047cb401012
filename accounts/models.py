from __future__ import annotations

import unicodedata
from typing import Any, Self

from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from core.models import uuid7


def fold(username: str) -> str:
    """The form in which two names are the same: compatibility-normalised, trimmed, without case (H13)."""
    return unicodedata.normalize("NFKC", username).strip().casefold()


class Users(UserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(folded=fold(username or ""))

    async def aget_by_natural_key(self, username: str | None) -> User:
        return await self.aget(folded=fold(username or ""))


class User(AbstractUser):
    """A person. `generation` grows whenever every token and session must end (password, role or state
    changed).
    """

    class Theme(models.TextChoices):
        AUTO = "auto", _("As the system")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    folded = models.CharField(max_length=160, unique=True, editable=False)
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    theme = models.CharField(_("theme"), max_length=5, choices=Theme.choices, default=Theme.AUTO)
    download_limit = models.PositiveIntegerField(
        _("downloads per day"), null=True, blank=True, help_text=_("Empty: the site's limit. 0: no limit.")
    )
    generation = models.PositiveIntegerField(_("generation"), default=0, editable=False)
    checklist_dismissed = models.BooleanField(default=False, editable=False)

    objects = Users()  # type: ignore[misc]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["username"]

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.username = unicodedata.normalize("NFKC", self.username).strip()
        self.folded = fold(self.username)
        fields = kwargs.get("update_fields")
        if fields is not None and "username" in fields:
            kwargs["update_fields"] = {*fields, "folded"}
        super().save(*args, **kwargs)

    def _get_session_auth_hash(self, secret: Any = None) -> str:
        """Browser sessions hang on the generation too, so that a change of role or state ends them like a
        new password.
        """
        text = f"{self.password}:{self.generation}"
        return salted_hmac("accounts.User.session", text, secret=secret, algorithm="sha256").hexdigest()


class LoginSessions(models.QuerySet["LoginSession"]):
    def active(self) -> Self:
        return self.filter(revoked_at=None)

    def of(self, user: User) -> Self:
        return self.filter(user=user)

    def named(self, session_id: str) -> Self:
        """The session of that id; none for the empty id that a call without a session has."""
        return self.filter(pk=session_id) if session_id else self.none()


class LoginSession(models.Model):
    """One sign-in: a browser session or a family of API tokens. Revoking it ends every token of the family
    (H06).
    """

    class Kind(models.TextChoices):
        BROWSER = "browser", _("Browser")
        API = "api", _("API")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="login_sessions", verbose_name=_("user"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    session_key = models.CharField(max_length=40, blank=True, editable=False, db_index=True)
    refresh_jti = models.CharField(max_length=40, blank=True, editable=False)
    previous_jti = models.CharField(max_length=40, blank=True, editable=False)
    rotated_at = models.DateTimeField(null=True, editable=False)
    address = models.GenericIPAddressField(_("address"), null=True)
    user_agent = models.CharField(_("program"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("signed in"), auto_now_add=True)
    used_at = models.DateTimeField(_("last used"), auto_now_add=True)
    revoked_at = models.DateTimeField(_("ended"), null=True, blank=True)
    revoked_why = models.CharField(_("why"), max_length=40, blank=True)

    objects = LoginSessions.as_manager()

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["-used_at"]
        indexes = [models.Index(fields=["user", "revoked_at", "-used_at"], name="login_session_by_user")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class SocketTicket(models.Model):
    """A one-time pass to `/ws`, valid for seconds; only its SHA-256 is kept."""

    digest = models.CharField(primary_key=True, max_length=64)
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    session_id = models.CharField(max_length=40, blank=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("socket ticket")
        verbose_name_plural = _("socket tickets")


class SetupLink(models.Model):
    """The one-time way to the first administrator; only the SHA-256 of its token is kept."""

    digest = models.CharField(primary_key=True, max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("set-up link")
        verbose_name_plural = _("set-up links")


class DailyDownloads(models.Model):
    """How many downloads a user started on a day of the site's time zone (A10)."""

    user = models.ForeignKey(User, models.CASCADE, related_name="daily_downloads", verbose_name=_("user"))
    day = models.DateField(_("day"))
    count = models.PositiveIntegerField(_("downloads"), default=0)

    class Meta:
        verbose_name = _("downloads of a day")
        verbose_name_plural = _("downloads per day")
        constraints = [models.UniqueConstraint(fields=["user", "day"], name="downloads_once_per_day")]

    def __str__(self) -> str:
        return f"{self.user} {self.day}: {self.count}"
