"""One-time passes to `/ws` for clients that can't send a header: 30 s, one use, kept as a hash (H07)."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.utils import timezone

from .keys import digest
from .models import LoginSession, SocketTicket, User

LIFE_SECONDS = 30


def issue(user: User, session_id: str) -> str:
    ticket = secrets.token_urlsafe(32)
    until = timezone.now() + timedelta(seconds=LIFE_SECONDS)
    SocketTicket.objects.create(digest=digest(ticket), user=user, session_id=session_id, expires_at=until)
    return ticket


def redeem(ticket: str) -> tuple[int, str] | None:
    """User and session of a good ticket. The DELETE decides: of two at once, one gets in."""
    rows = SocketTicket.objects.filter(digest=digest(ticket), expires_at__gt=timezone.now(), user__is_active=True)
    found = rows.values_list("user_id", "session_id").first()
    if found is None or not SocketTicket.objects.filter(digest=digest(ticket)).delete()[0]:
        return None
    user_id, session_id = found
    ended = session_id and not LoginSession.objects.active().filter(pk=session_id).exists()
    return None if ended else (user_id, session_id)


def prune() -> None:
    SocketTicket.objects.filter(expires_at__lt=timezone.now()).delete()
