"""How much may be uploaded: the size of a file, unfinished uploads of one user, room on the disk (live settings)."""

from __future__ import annotations

import shutil
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Q, Sum
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.live_settings import LiveSetting, declare, value
from transfers.models import Transfer, Upload

from .errors import NoSpace, TooLarge, TooMany

declare(
    LiveSetting(
        "UPLOAD_MAX_BYTES", gettext_lazy("Largest upload in bytes"), gettext_lazy("Of one file; 0 means no limit.")
    )
)
declare(
    LiveSetting(
        "UPLOAD_HOURS",
        gettext_lazy("Hours that an unfinished upload is kept"),
        gettext_lazy("Counted from its last byte; 1 to 720."),
        minimum=1,
        maximum=720,
    )
)
declare(
    LiveSetting(
        "UPLOADS_OPEN",
        gettext_lazy("Unfinished uploads per user"),
        gettext_lazy("1 to 9,999."),
        minimum=1,
        maximum=9_999,
    )
)
declare(
    LiveSetting(
        "UPLOADS_OPEN_BYTES",
        gettext_lazy("Bytes of one user's uploads under way"),
        gettext_lazy("Their announced sizes together, with those that wait for a drive; 0 means no limit."),
    )
)

KEPT_FREE = 16 * 1024 * 1024  # for the database and the logs


def largest() -> int:
    """Bytes of one file; 0 means no limit."""
    return int(value("UPLOAD_MAX_BYTES"))


def patience() -> timedelta:
    """How long an upload is kept after its last byte."""
    return timedelta(hours=int(value("UPLOAD_HOURS")))


def admit(user: Any, size: int) -> None:
    """Refuse a new upload of `size` bytes that is too much for the site, the user or the disk."""
    most = largest()
    if most and size > most:
        raise TooLarge(
            _("The file is larger than this site takes (%s).") % filesizeformat(most),
            hint=_("Ask an administrator if you need it."),
        )
    _admit_user(user, size)
    settings.LIBRARY_DIR.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(settings.LIBRARY_DIR).free - size < KEPT_FREE:
        raise NoSpace


def _admit_user(user: Any, size: int) -> None:
    stored = Q(destination_kind=Transfer.Destination.LIBRARY, finished_at__isnull=False)
    held = Upload.objects.visible_to(user).exclude(stored)
    found = held.aggregate(open=Count("pk", filter=Q(finished_at=None)), bytes=Sum("size"))
    if found["open"] >= int(value("UPLOADS_OPEN")):
        raise TooMany
    most = int(value("UPLOADS_OPEN_BYTES"))
    if most and (found["bytes"] or 0) + size > most:
        raise TooMany(_("Your uploads under way are too large together (%s at most).") % filesizeformat(most))
