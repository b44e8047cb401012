"""Who an access token stands for, without a database query while the answer is fresh.

An answer is kept for 5 s in this process and dropped at once when something about the user changes: here
directly, in other processes by a message on the bus (H05).
"""

from __future__ import annotations

import threading
import time
import uuid
from dataclasses import dataclass
from functools import cache
from time import monotonic

from django.core.cache import cache as shared
from django.db import transaction
from django.utils import timezone

from core.errors import Unauthenticated
from core.events.bus import Wire, bus

from .models import LoginSession, User
from .tokens import AccessToken, expires_at, parse

FRESH_SECONDS = 5.0
MOST = 10_000
SEEN_EVERY = 300


@dataclass(frozen=True, slots=True)
class Credential:
    """What a request was signed in with (`request.auth`)."""

    session: str


@dataclass(frozen=True, slots=True)
class Known:
    user: User
    credential: Credential
    until: float  # monotonic
    expires: float  # Unix time


class KnownTokens:
    """Fresh answers by token. `changes` makes an answer worthless that was read before a change and arrives
    after it.
    """

    def __init__(self) -> None:
        self._entries: dict[str, Known] = {}
        self._lock = threading.Lock()
        self.changes = 0

    def get(self, raw: str) -> Known | None:
        entry = self._entries.get(raw)
        if entry is None or monotonic() >= entry.until or time.time() >= entry.expires:
            return None
        return entry

    def put(self, raw: str, entry: Known, changes: int) -> None:
        with self._lock:
            if changes != self.changes:
                return
            if len(self._entries) >= MOST:
                self._entries.clear()
            self._entries[raw] = entry

    def forget(self, user_id: int) -> None:
        with self._lock:
            self.changes += 1
            self._entries = {raw: entry for raw, entry in self._entries.items() if entry.user.pk != user_id}


known = KnownTokens()


@cache
def _listen() -> None:
    """Hear of changes made by other processes, from the first token on."""
    bus().subscribe(lambda wire: known.forget(wire.user) if wire.kind == "f" else None)


def forget(user_id: int) -> None:
    """Drop what is remembered about a user, in every process, now and again after the commit."""
    known.forget(user_id)
    transaction.on_commit(lambda: _forget_everywhere(user_id), robust=True)


def _forget_everywhere(user_id: int) -> None:
    known.forget(user_id)
    bus().send(Wire.forget(user_id))


def remembered(raw: str) -> User | None:
    """The user of a token that was checked a moment ago; for reading only."""
    entry = known.get(raw)
    return entry.user if entry else None


def by_access_token(raw: str) -> tuple[User, Credential]:
    """The user and session of an access token, or `Unauthenticated` with a code that says why not.

    Every caller gets a user object of its own, so that threads never see each other's changes.
    """
    entry = known.get(raw)
    if entry is None:
        _listen()
        entry = _look_up(raw)
    return _own(entry.user), entry.credential


def _look_up(raw: str) -> Known:
    changes = known.changes
    token = parse(AccessToken, raw)
    row = _live_session(token)
    entry = Known(row.user, Credential(str(row.pk)), monotonic() + FRESH_SECONDS, expires_at(token))
    known.put(raw, entry, changes)
    touch(row.pk)
    return entry


def _live_session(token: AccessToken) -> LoginSession:
    row = LoginSession.objects.select_related("user").filter(pk=session_uuid(token.session_id)).first()
    if row is None or row.user_id != token.user_id or not row.user.is_active:
        raise Unauthenticated(code="token_revoked")
    if row.revoked_at is not None or row.user.generation != token["gen"]:
        raise Unauthenticated(code="token_revoked")
    return row


def session_uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise Unauthenticated(code="token_invalid") from error


def _own(user: User) -> User:
    mine = User.__new__(User)
    mine.__dict__.update(user.__dict__)
    return mine


def touch(session_id: uuid.UUID | str) -> None:
    """Note that a session is in use, at most once in five minutes."""
    if shared.add(f"seen:{session_id}", 1, SEEN_EVERY):
        LoginSession.objects.filter(pk=session_id).update(used_at=timezone.now())
