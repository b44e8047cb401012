"""Asking a drive on behalf of a page: through the operations, with little patience, and words for what went wrong."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import AppError
from core.operations import Call, Danger, Surface, find, run
from netdisk import pace
from netdisk.errors import NeedsAuthorisation
from netdisk.models import DriveAccount

SLOW_DOWN = {"netdisk.rate_limited", "netdisk.busy", "rate_limited"}
REAUTHORISE = {"netdisk.reauthorize", "netdisk.token_expired"}
LOOKING_SECONDS = 8.0  # a page that comes late with a reason is better than one that hangs
CHANGING_SECONDS = 20.0  # well within the 30 s that the browser waits
WAIT_SECONDS = 20.0  # when nobody says how long
LONGEST_WAIT_SECONDS = 600.0


def ask(user: Any, drive: DriveAccount, operation: str, **arguments: Any) -> Any:
    """Run one operation on a drive: checked, limited and audited like from any other surface, with a page's patience."""
    entry = find(operation)
    patience = min(LOOKING_SECONDS if entry.danger == Danger.READ else CHANGING_SECONDS, settings.NETDISK_PATIENCE)
    deadline = time.monotonic() + patience
    call = Call(user, Surface.PAGE, service=drive.is_service, is_cancelled=lambda: time.monotonic() > deadline)
    with pace.patient(patience):
        return run(entry, call, arguments if drive.is_service else {**arguments, "drive": str(drive.pk)})


@dataclass(frozen=True)
class Pause:
    """Whole seconds until a page tries again by itself, and the moment."""

    seconds: int
    at: datetime


def pause(error: AppError) -> Pause | None:
    """How long to wait when the drive asks to slow down; None when waiting is no help."""
    if error.code not in SLOW_DOWN:
        return None
    seconds = max(1, round(min(error.retry_after or WAIT_SECONDS, LONGEST_WAIT_SECONDS)))
    return Pause(seconds, timezone.now() + timedelta(seconds=seconds))


def banner(error: AppError, *, again: str, top: str = "") -> dict[str, Any]:
    """What went wrong with a whole page, and the next step: connect again, go to `top`, or try `again`."""
    shown = {"text": error.message, "detail": error.hint, "tone": "error" if error.permanent else "waiting"}
    if isinstance(error, NeedsAuthorisation) or error.code in REAUTHORISE:
        return {**shown, "action_label": _("Connect again"), "action_url": reverse("netdisk:new")}
    if error.permanent and top:
        return {**shown, "action_label": _("Back to the top folder"), "action_url": top}
    return {**shown, "action_label": _("Try again"), "action_url": again}
