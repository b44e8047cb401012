"""What an item's failure means: wait with the whole batch, try the item again, give up, or say that nobody knows."""

from __future__ import annotations

import random
from enum import Enum

from django.db import DatabaseError
from django.utils.translation import gettext_lazy as _

from core.errors import AppError, Text
from core.operations import Operation

MAX_ATTEMPTS = 5
LONGEST_PAUSE = 600.0
SLOW_DOWN = 429
NOT_CARRIED_OUT = {SLOW_DOWN, 403, 409, 503}  # refused before anything was done
NEVER_SENT = {"unreachable", "dns_failed", "connect_failed", "tls_failed", "circuit_open"}
LOOK_FIRST: Text = _("Look whether it happened. If not, run the item again.")


class Then(Enum):
    WAIT = "wait"  # a limit: no failure of the item
    RETRY = "retry"
    FAIL = "fail"
    UNKNOWN = "unknown"  # it may have happened, and doing it twice could do harm


def judge(entry: Operation, error: AppError, attempts: int) -> Then:
    """`attempts`: how often the item was tried, this time included."""
    if error.permanent:
        return Then.FAIL
    refused = _was_refused(error)
    if error.status == SLOW_DOWN or (refused and error.retry_after):
        return Then.WAIT
    if not refused and not entry.repeatable:
        return Then.UNKNOWN
    return Then.RETRY if attempts < MAX_ATTEMPTS else Then.FAIL


def _was_refused(error: AppError) -> bool:
    """Whether surely nothing was done. Our own database may have failed after the deed."""
    if isinstance(error.__cause__, DatabaseError):
        return False
    return error.status in NOT_CARRIED_OUT or error.code.rpartition(".")[2] in NEVER_SENT


def pause(then: Then, error: AppError, attempts: int) -> float:
    """Seconds until the next try: what the error asks for, else growing and spread."""
    if error.retry_after:
        return error.retry_after
    spread = random.uniform(0.5, 1)
    return spread * (60.0 if then is Then.WAIT else min(LONGEST_PAUSE, 2.0 * 2**attempts))
