"""What goes with a new user, and with a browser session: a row that can be listed and revoked, whichever page opened it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.http import HttpRequest

from core import audit, events

from . import reauth
from .models import LoginSession, User
from .services.sessions import SESSION_ID, log_out, open_session


@receiver(post_save, sender=User)
def begin_stream(sender: Any, instance: User, created: bool, raw: bool, **extra: Any) -> None:
    if created and not raw:
        events.begin(instance.pk)


@receiver(user_logged_in)
def remember_browser(sender: Any, request: HttpRequest, user: User, **extra: Any) -> None:
    session = request.session
    if not session.session_key:
        session.create()
    agent = request.headers.get("User-Agent", "")
    row = open_session(user, LoginSession.Kind.BROWSER, agent, session.session_key or "")
    session[SESSION_ID] = str(row.pk)
    reauth.mark(request)
    audit.record("accounts.login", user=user, surface="page")


@receiver(user_logged_out)
def end_browser(sender: Any, request: HttpRequest, user: User | None, **extra: Any) -> None:
    if user is not None:
        log_out(user, request.session.get(SESSION_ID, ""))
