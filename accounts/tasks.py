from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from core.jobs import every, job

from . import tickets
from .models import DailyDownloads, LoginSession, User
from .services.passwords import MAIL_JOB, reset_link
from .tokens import RefreshToken

ENDED_KEPT = timedelta(days=30)
DAYS_KEPT = timedelta(days=400)


@job(MAIL_JOB)
def send_reset_mails(user_ids: list[int]) -> None:
    """The links are made here, at the last moment: a job row holds no secret."""
    for user in User.objects.filter(pk__in=user_ids, is_active=True).exclude(email=""):
        with translation.override(user.language or settings.LANGUAGE_CODE):
            body = render_to_string(
                "accounts/mail/password_reset.txt",
                {"user": user, "link": reset_link(user), "minutes": settings.PASSWORD_RESET_TIMEOUT // 60},
            )
            EmailMessage(_("Set a new password"), body, to=[user.email]).send()


@every(3600, "accounts.prune")
def prune() -> None:
    """Forget what has run out: tickets, sessions past their life, ended ones after 30 days, old daily
    counts.
    """
    now = timezone.now()
    tickets.prune()
    Session.objects.filter(expire_date__lt=now).delete()
    lives = {
        LoginSession.Kind.API: RefreshToken.lifetime,
        LoginSession.Kind.BROWSER: timedelta(seconds=settings.SESSION_COOKIE_AGE),
    }
    for kind, life in lives.items():
        idle = LoginSession.objects.active().filter(kind=kind, used_at__lt=now - life)
        idle.update(revoked_at=now, revoked_why="expired")
    LoginSession.objects.filter(revoked_at__lt=now - ENDED_KEPT).delete()
    DailyDownloads.objects.filter(day__lt=(now - DAYS_KEPT).date()).delete()
