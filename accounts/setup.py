"""The first administrator: by a one-time link that only the terminal shows, or by ADMIN_PASSWORD (H13)."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import audit
from core.errors import Conflict, NotFound

from .keys import digest
from .models import SetupLink, User
from .services.registration import create
from .signals import setup_finished

ADMIN = "admin"


class WeakAdminPassword(SystemExit):
    """ADMIN_PASSWORD can't be used; starting is refused with one plain line."""


def is_done() -> bool:
    return User.objects.filter(is_superuser=True).exists()


def issue_link() -> str | None:
    """A fresh set-up link while there is no superuser; earlier ones stop working, except those of other web processes."""
    if is_done():
        return None
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        if settings.MODE == "single":
            SetupLink.objects.filter(used_at=None).delete()
        SetupLink.objects.create(digest=digest(token))
    return settings.PUBLIC_URL + reverse("accounts:setup", args=[token])


def is_valid(token: str) -> bool:
    return not is_done() and SetupLink.objects.filter(digest=digest(token), used_at=None).exists()


@transaction.atomic
def finish(token: str, *, username: str, password: str, language: str, time_zone: str, sample_data: bool) -> User:
    """Create the first superuser. Of several at once, one wins the link; the others get `Conflict`."""
    if is_done():
        raise Conflict(_("This site is set up already."), code="already_set_up", hint=_("Sign in instead."))
    if not SetupLink.objects.filter(digest=digest(token), used_at=None).update(used_at=timezone.now()):
        raise NotFound(
            _("This set-up link has been used or replaced."),
            hint=_("Start the server again: it prints a new one."),
        )
    user = create(username, password, is_staff=True, is_superuser=True)
    user.language, user.time_zone = language, time_zone
    user.save(update_fields=["language", "time_zone"])
    audit.record("accounts.setup", user=user, summary={"sample_data": sample_data})
    transaction.on_commit(lambda: setup_finished.send(sender=User, user=user, sample_data=sample_data), robust=True)
    return user


def ensure_admin(password: str) -> None:
    """Create the superuser `admin` once, when ADMIN_PASSWORD is given and there is no superuser yet."""
    if not password or is_done():
        return
    try:
        validate_password(password)  # without the user: an operator may well put "admin" into it
    except ValidationError as error:
        raise WeakAdminPassword(f"ADMIN_PASSWORD can't be used: {' '.join(error.messages)}") from error
    if User.objects.filter(folded=ADMIN).exists():
        raise WeakAdminPassword(
            "ADMIN_PASSWORD: a user named admin exists already, but is no superuser. Use the set-up link."
        )
    with transaction.atomic():
        user = User.objects.create_superuser(ADMIN, "", password)
        audit.record("accounts.setup", user=user, surface="environment")
