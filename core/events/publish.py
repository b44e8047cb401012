from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from core.models import Event, EventCursor

from .bus import Wire, bus
from .frames import event_frame, progress_frame


def begin(user_id: int) -> None:
    """Make the cursor of a new user's stream, so that their first events, which may be several at once, need not race for it."""
    EventCursor.objects.get_or_create(user_id=user_id)


def publish(user_id: int, type_: str, data: dict[str, Any], *, object_: str = "") -> None:
    """Add one event to a user's stream, in the caller's transaction; sockets hear of it after commit.

    The cursor row stays locked until the commit, so a client that has seen number n can never meet a smaller one later.
    """
    with transaction.atomic():
        seq = _next_number(user_id)
        now = timezone.now()
        Event.objects.create(user_id=user_id, seq=seq, type=type_, object=object_, data=data)
        frame = event_frame(seq, type_, object_, data, now)
        transaction.on_commit(lambda: bus().send(Wire.event(user_id, seq, frame)), robust=True)


def _next_number(user_id: int) -> int:
    mine = EventCursor.objects.filter(user_id=user_id)
    if not mine.update(last_seq=F("last_seq") + 1):
        begin(user_id)
        mine.update(last_seq=F("last_seq") + 1)
    return mine.values_list("last_seq", flat=True).get()


def last_number(user_id: int) -> int:
    """The number of the user's newest event; 0 when there is none."""
    return EventCursor.objects.filter(user_id=user_id).values_list("last_seq", flat=True).first() or 0


def progress(user_id: int, object_: str, data: dict[str, Any]) -> None:
    """Tell a user's sockets how far something is; lost when nobody listens, replaced by the next one."""
    bus().send(Wire.progress(user_id, object_, progress_frame(object_, data)))


def broadcast(user_ids: Iterable[int], type_: str, data: dict[str, Any]) -> int:
    """One event in the stream of each user; returns how many."""
    count = 0
    for user_id in user_ids:
        publish(user_id, type_, data)
        count += 1
    return count


def close_sockets(user_id: int, session_id: str = "") -> None:
    """End the open sockets of a user, or of one of the user's sessions, once the transaction is committed."""
    transaction.on_commit(lambda: bus().send(Wire.close(user_id, session_id)), robust=True)
