"""Sign-in sessions: open, rotate, revoke. Revoking ends tokens, cookies and sockets at once (H05, H06)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.contrib.auth import update_session_auth_hash
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone

from accounts import tokens
from accounts.credentials import forget, session_uuid
from accounts.models import LoginSession, LoginSessions, User
from accounts.tokens import RefreshToken
from core import audit, events
from core.errors import NotFound, Unauthenticated
from core.request import current

SESSION_ID = "login_session"  # where a browser session keeps the id of its row
GRACE = timedelta(seconds=10)
MOST_API_SESSIONS = 100


@transaction.atomic
def sign_in(user: User, user_agent: str) -> dict[str, Any]:
    """A new API session after the password was checked; its token pair."""
    user.last_login = timezone.now()
    User.objects.filter(pk=user.pk).update(last_login=user.last_login)
    session = open_session(user, LoginSession.Kind.API, user_agent)
    _end_oldest(user)
    audit.record("accounts.login", user=user)
    return tokens.pair(user, session)


def open_session(user: User, kind: str, user_agent: str, session_key: str = "") -> LoginSession:
    return LoginSession.objects.create(
        user=user,
        kind=kind,
        session_key=session_key,
        refresh_jti=uuid.uuid4().hex if kind == LoginSession.Kind.API else "",
        rotated_at=timezone.now(),
        address=current().address,
        user_agent="".join(letter for letter in user_agent if letter.isprintable())[:200],
    )


def _end_oldest(user: User) -> None:
    """A program that signs in for every call must not pile up sessions."""
    rows = LoginSession.objects.of(user).active().filter(kind=LoginSession.Kind.API).order_by("-created_at")
    surplus = list(rows.values_list("pk", flat=True)[MOST_API_SESSIONS : MOST_API_SESSIONS + 50])
    if surplus:
        _end(user.pk, LoginSession.objects.filter(pk__in=surplus), "too_many")


def refresh(raw: str) -> dict[str, Any]:
    """The next token pair. One of many parallel calls wins; the others get the same pair within the grace
    time.

    A refresh token that was used earlier than that has been stolen, or its thief came first: the whole
    family ends (H06).
    """
    token = tokens.parse(RefreshToken, raw)
    row = LoginSession.objects.select_related("user").filter(pk=session_uuid(token.session_id)).first()
    if row is None or row.user_id != token.user_id or not row.user.is_active or row.user.generation != token["gen"]:
        raise Unauthenticated(code="token_revoked")
    jti, now = token["jti"], timezone.now()
    won = LoginSession.objects.active().filter(pk=row.pk, refresh_jti=jti)
    changes = {"previous_jti": jti, "refresh_jti": uuid.uuid4().hex, "rotated_at": now, "used_at": now}
    rotated = won.update(**changes, address=current().address)
    row.refresh_from_db(fields=["refresh_jti", "previous_jti", "rotated_at", "revoked_at"])
    if not rotated:
        _demand_grace(row, jti)
    return tokens.pair(row.user, row)


def _demand_grace(row: LoginSession, jti: str) -> None:
    if row.revoked_at is not None:
        raise Unauthenticated(code="token_revoked")
    if row.previous_jti == jti and row.rotated_at is not None and timezone.now() - row.rotated_at <= GRACE:
        return
    with transaction.atomic():
        _end(row.user_id, LoginSession.objects.filter(pk=row.pk), "reused")
        audit.record("accounts.refresh", user=row.user, target=str(row.pk), result="token_reused")
        events.publish(row.user_id, "session.reused", {"session": str(row.pk), "address": current().address})
    raise Unauthenticated(code="token_revoked")


def _end(user_id: int, rows: Any, why: str) -> list[uuid.UUID]:
    """Revoke the given active sessions in the caller's transaction."""
    found = list(rows.active().values_list("pk", "session_key"))
    ids = [pk for pk, _ in found]
    LoginSession.objects.active().filter(pk__in=ids).update(revoked_at=timezone.now(), revoked_why=why)
    Session.objects.filter(session_key__in=[key for _, key in found if key]).delete()
    for pk in ids:
        events.close_sockets(user_id, str(pk))
    forget(user_id)
    return ids


@transaction.atomic
def revoke(user: User, session_id: uuid.UUID | str, *, why: str = "revoked", actor: User | None = None) -> None:
    """End one session of `user`; `NotFound` when it is not theirs or has ended."""
    if not _end(user.pk, LoginSession.objects.of(user).filter(pk=session_id), why):
        raise NotFound
    audit.record("accounts.session_revoke", user=actor or user, target=str(session_id), summary={"why": why})
    events.publish(user.pk, "session.revoked", {"session": str(session_id), "why": why})


@transaction.atomic
def revoke_others(user: User, keep: str) -> int:
    """End every session but `keep`; returns how many."""
    ended = _end(user.pk, _all_but(user, [keep]), "revoked")
    audit.record("accounts.session_revoke_others", user=user, summary={"count": len(ended)})
    events.publish(user.pk, "session.revoked", {"count": len(ended), "why": "revoked"})
    return len(ended)


@transaction.atomic
def log_out(user: User, session_id: str) -> None:
    """End the session that is signing out; ending it twice is no error."""
    if session_id and _end(user.pk, LoginSession.objects.of(user).filter(pk=session_id), "logout"):
        audit.record("accounts.logout", user=user, target=session_id)


def log_out_family(token: RefreshToken) -> None:
    """End the session of a verified refresh token."""
    user = User.objects.filter(pk=token.user_id).first()
    if user is not None:
        log_out(user, str(session_uuid(token.session_id)))


def end_all(user: User, why: str, *, keep: Sequence[str] = ()) -> None:
    """A new generation: every token issued so far and every session but `keep` ends, in the caller's
    transaction.
    """
    User.objects.filter(pk=user.pk).update(generation=F("generation") + 1)
    user.generation = User.objects.values_list("generation", flat=True).get(pk=user.pk)
    _end(user.pk, _all_but(user, keep), why)
    if not any(keep):
        events.close_sockets(user.pk)


def _all_but(user: User, keep: Sequence[str]) -> LoginSessions:
    return LoginSession.objects.of(user).exclude(pk__in=[pk for pk in keep if pk])


def keep_browser(request: HttpRequest, user: User) -> None:
    """Let the browser session in hand go on after `end_all(keep=…)`, under a new key."""
    update_session_auth_hash(request, user)
    key = request.session.session_key or ""
    row = LoginSession.objects.active().named(request.session.get(SESSION_ID, ""))
    row.update(session_key=key)
