"""Alerts: what staff have to know although nobody is looking. Each goes out at most once a day, as an event and by mail."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import translation

from . import events
from .errors import Text
from .jobs import enqueue, job
from .jobs.schedule import due

ONCE_IN = 86_400.0  # seconds
MAIL_JOB = "core.alert_mail"


@dataclass(frozen=True)
class Alert:
    """`title` says what is wrong, `text` what to do about it."""

    code: str
    title: Text
    text: Text

    def send(self) -> bool:
        """Tell all staff, each in their language; false when they were told within the last day."""
        if not due(f"alert.{self.code}", ONCE_IN):
            return False
        staff = get_user_model().objects.filter(is_active=True, is_staff=True).order_by("pk")
        with transaction.atomic():
            for user in staff:
                with translation.override(user.language or settings.LANGUAGE_CODE):
                    events.publish(user.pk, "alert", {"code": self.code, "message": f"{self.title} {self.text}"})
            enqueue(MAIL_JOB, code=self.code, user_ids=[user.pk for user in staff if user.email])
        return True


_alerts: dict[str, Alert] = {}


def declare(code: str, title: Text, text: Text) -> Alert:
    return _alerts.setdefault(code, Alert(code, title, text))


@job(MAIL_JOB)
def send_mails(code: str, user_ids: list[int]) -> None:
    alert = _alerts[code]
    for user in get_user_model().objects.filter(pk__in=user_ids, is_active=True, is_staff=True).exclude(email=""):
        with translation.override(user.language or settings.LANGUAGE_CODE):
            body = f"{alert.title}\n\n{alert.text}\n\n{settings.PUBLIC_URL}\n"
            EmailMessage(f"Yungang: {alert.title}", body, to=[user.email]).send()
