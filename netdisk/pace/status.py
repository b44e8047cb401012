"""What staff and owners see of the limits of a drive."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Q
from django.db.models.functions import Now

from netdisk.baidu.endpoints import EndpointClass
from netdisk.models import DriveAccount, Pace

from .turn import documented_limit, lines


@dataclass(frozen=True, slots=True)
class Status:
    """A class of calls that is limited now: `rate` in calls per minute (None: not known), `waiting` callers in this process."""

    kind: str
    rate: float | None
    held_until: datetime | None
    waiting: int
    whole_site: bool = False


def status(drive: DriveAccount) -> list[Status]:
    """The limits of a drive and of the site in force, and those that are documented, by class of calls."""
    mine = Pace.objects.filter(Q(drive=drive) | Q(drive=None), active=True).annotate(now=Now())
    found: dict[str, list[Pace]] = {}
    for row in mine:
        found.setdefault(row.kind, []).append(row)
    shown = [_status(drive, str(kind), found.get(kind, [])) for kind in EndpointClass]
    return [each for each in shown if each.rate is not None or each.held_until or each.waiting]


def _status(drive: DriveAccount, kind: str, rows: list[Pace]) -> Status:
    rates = [row.rate for row in rows if row.rate] + [float(documented_limit(kind))] * bool(documented_limit(kind))
    held = [row for row in rows if row.held_until > row.now.timestamp()]  # type: ignore[attr-defined]
    until = max((row.held_until for row in held), default=None)
    return Status(
        kind,
        min(rates, default=None),
        datetime.fromtimestamp(until, UTC) if until else None,
        lines.waiting(drive.pk, kind),
        any(row.drive_id is None for row in held),
    )
