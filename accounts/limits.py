"""The daily download limit (A10): one conditional UPDATE decides, so fifty parallel requests pass exactly
the allowed number.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import live_settings
from core.errors import LimitReached

from .models import DailyDownloads, User

live_settings.declare(
    live_settings.LiveSetting(
        "DOWNLOAD_LIMIT",
        _("Downloads per user and day"),
        _("A whole number; 0 means no limit. A user's own limit goes before it."),
        maximum=1_000_000,
    )
)


@dataclass(frozen=True)
class Allowance:
    """`limit` 0 means no limit."""

    limit: int
    used: int

    @property
    def left(self) -> int | None:
        return max(0, self.limit - self.used) if self.limit else None


def today() -> date:
    """The day in the site's time zone."""
    return timezone.localdate(timezone=timezone.get_default_timezone())


def limit_of(user: User) -> int:
    return int(live_settings.value("DOWNLOAD_LIMIT") if user.download_limit is None else user.download_limit)


def allowance(user: User) -> Allowance:
    used = DailyDownloads.objects.filter(user=user, day=today()).values_list("count", flat=True).first()
    return Allowance(limit_of(user), used or 0)


def spend_downloads(user: User, count: int = 1) -> None:
    """Count `count` downloads in the caller's transaction, or raise `LimitReached` and count none."""
    day, limit = today(), limit_of(user)
    with transaction.atomic():
        rows = DailyDownloads.objects.filter(user=user, day=day)
        if not rows.exists():
            _begin(user, day)
        if limit:
            rows = rows.filter(count__lte=limit - count)
        if not rows.update(count=F("count") + count):
            used = DailyDownloads.objects.filter(user=user, day=day).values_list("count", flat=True).get()
            raise LimitReached(
                _("The daily limit of %(limit)d downloads is used up (%(used)d today, %(count)d wanted).")
                % {"limit": limit, "used": used, "count": count}
            )


def _begin(user: User, day: date) -> None:
    """The row of a day. An upsert, as on MariaDB a plain INSERT that meets a double keeps a shared lock: two are a deadlock."""
    named = connection.features.supports_update_conflicts_with_target
    DailyDownloads.objects.bulk_create(
        [DailyDownloads(user=user, day=day)],
        update_conflicts=True,
        update_fields=["day"],
        unique_fields=["user", "day"] if named else None,
    )
