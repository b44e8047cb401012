"""What people do with many transfers at once, one by one through the same services."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from core.errors import Conflict
from core.models import JobState
from core.models.jobs import ENDED

from . import services
from .models import Transfer

MOST = 500  # in one request
Verb = Callable[[Any, Transfer], object]
VERBS: dict[str, tuple[tuple[str, ...], Verb]] = {
    "pause": ((JobState.QUEUED, JobState.WAITING, JobState.RUNNING), services.pause),
    "resume": ((JobState.PAUSED,), services.resume),
    "clear": (tuple(ENDED), services.remove),
}


def apply(user: Any, verb: str) -> int:
    """Do `verb` to all transfers of the user that it fits; returns to how many. One that changed meanwhile is left."""
    states, act = VERBS[verb]
    count = 0
    for transfer in Transfer.objects.visible_to(user).filter(state__in=states).order_by("created_at")[:MOST]:
        with suppress(Conflict):
            act(user, transfer)
            count += 1
    return count
