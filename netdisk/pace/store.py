"""The rows that all processes share: slots are taken and refusals noted by conditional UPDATE on the database's clock.

A hold of one drive is its own row; the row of the site holds all drives of a class. The site's limit is inferred: several drives
were refused within seconds, and that was no small part of what was answered at all.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

import structlog
from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Now

from core import metrics
from netdisk.models import Pace

from . import rules

log = structlog.get_logger(__name__)

SEVERAL = 2
TOGETHER = 10.0  # seconds within which refusals of several drives count as one
STORM = 0.2
KEPT = timedelta(hours=2)
TRIES = 8
CONTENDED = 0.05
SAVED = (
    *("active", "rate", "held_until", "hold", "strikes", "passed", "reached", "episodes"),
    *("probe", "probe_until", "next_at", "recent", "refused_at", "code"),
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """What Baidu said: its code, the least pause it asks for, and whether the whole site is meant."""

    code: str
    least: float = 0.0
    everyone: bool = False


@dataclass(frozen=True, slots=True)
class Local:
    """What this process knows: calls of the drive answered in the last minute, when enough of them are older than that; calls
    of the class for all drives, and which part of the latest calls of the class was refused since the first refusal among them.
    """

    reached: int = 0
    clears_in: float = 0.0
    reached_by_all: int = 0
    share_refused: float = 1.0


def drive_key(drive_id: uuid.UUID, kind: str) -> str:
    return f"{drive_id.hex}:{kind}"


def site_key(kind: str) -> str:
    return f"site:{kind}"


class Slot(NamedTuple):
    """The answer to a caller: `wait` seconds, or go (0), perhaps as the one who probes."""

    wait: float
    probe: bool = False


def take(drive_id: uuid.UUID, kind: str, token: str, *, bulk: bool = False, limit: int = 0, ahead: int = 0) -> Slot:
    """Take a slot of the drive and of the site at once, or tell the seconds until there may be one.

    `limit` is the documented number of calls per minute; callers without one need no row. With others `ahead` it only tells.
    """
    keys = (drive_key(drive_id, kind), site_key(kind))
    for _ in range(TRIES):
        rows = _rows(keys)
        if limit and not any(row.drive_id for row in rows):
            if not _begin(drive_id, kind):
                return Slot(0.0)
            continue
        wait = max((_wait(row, bulk, limit, ahead) for row in rows), default=0.0)
        if wait > 0 or ahead:
            return Slot(max(wait, CONTENDED))
        for row in rows:
            rules.take(row, row.clock, token=token, limit=limit if row.drive_id else 0)
        if _save_all(rows):
            return Slot(0.0, any(row.probe == token for row in rows))
    return Slot(CONTENDED)


def _wait(row: Pace, bulk: bool, limit: int, ahead: int) -> float:
    if rules.settle(row, row.clock):
        _save(row)
    wait = rules.wait(row, row.clock, bulk=bulk, limit=limit if row.drive_id else 0, ahead=ahead)
    if wait and not bulk:
        _keep_bulk_away(row, wait)
    return wait


def _keep_bulk_away(row: Pace, wait: float) -> None:
    """A person waits here and will be the next: bulk work of all processes lets the coming slot pass."""
    until = row.clock + wait + 2
    if wait < 3 and row.urgent_until < until - 1:
        Pace.objects.filter(pk=row.pk).update(urgent_until=until)


def refused(drive_id: uuid.UUID, kind: str, refusal: Refusal, local: Local, *, token: str = "") -> None:
    """Note that Baidu refused a call of this drive, and what follows for all drives."""
    site = _row(site_key(kind))
    everyone = refusal.everyone or (site is not None and rules.on_trial(site))
    if everyone:
        _site_refused(kind, refusal, local, token)
        drive = _row(drive_key(drive_id, kind))
        if not (drive and token and drive.probe == token):
            return
    if not _begin(drive_id, kind):
        return
    row = _change(drive_key(drive_id, kind), lambda row: _refuse(row, refusal, local, token))
    if row is not None and not everyone and local.share_refused >= STORM and _refused_together(row) >= SEVERAL:
        _site_refused(kind, refusal, local, token)


def answered(drive_id: uuid.UUID, kind: str, token: str) -> None:
    """The call that probed got an answer: what it held is open again, at a learnt rate."""
    for key in (drive_key(drive_id, kind), site_key(kind)):
        _change(key, lambda row: rules.answered(row, row.clock, token))


def unclear(drive_id: uuid.UUID, kind: str, token: str) -> None:
    """The call that probed ended without an answer: another one probes."""
    for key in (drive_key(drive_id, kind), site_key(kind)):
        _change(key, lambda row: rules.unclear(row, token))


def active_keys() -> Iterable[str]:
    return Pace.objects.filter(active=True).values_list("key", flat=True)[:10_000]


def _rows(keys: Sequence[str]) -> Sequence[Pace]:
    rows = list(Pace.objects.filter(pk__in=keys).annotate(now=Now()).order_by("pk"))
    for row in rows:
        row.clock = row.now.timestamp()
    return rows


def _row(key: str) -> Pace | None:
    return next(iter(_rows([key])), None)


def _begin(drive_id: uuid.UUID | None, kind: str) -> bool:
    """Make the row if there is none, and drop old ones; false when the drive itself is gone."""
    key = drive_key(drive_id, kind) if drive_id else site_key(kind)
    if Pace.objects.filter(pk=key).exists():
        return True
    Pace.objects.filter(changed_at__lt=Now() - KEPT).delete()
    try:
        with transaction.atomic():
            Pace.objects.get_or_create(key=key, defaults={"drive_id": drive_id, "kind": kind})
    except IntegrityError:
        return False
    return True


def _refuse(row: Pace, refusal: Refusal, local: Local, token: str) -> bool:
    row.code = refusal.code[:64]
    held = rules.refused(
        row,
        row.clock,
        token=token,
        reached=local.reached if row.drive_id else local.reached_by_all,
        clears_in=local.clears_in if row.drive_id else 0.0,
        least=refusal.least,
        jitter=random.uniform(0.9, 1.1),
    )
    if held:
        scope = "drive" if row.drive_id else "site"
        metrics.PACE_HOLDS.labels(row.kind, scope).inc()
        log.info(
            "pace.held", key=row.key, code=row.code, seconds=round(row.hold, 1), strikes=row.strikes, rate=row.rate
        )
    return held


def _refused_together(row: Pace) -> int:
    """How many drives were refused just now."""
    since = row.clock - TOGETHER
    return Pace.objects.filter(kind=row.kind, drive__isnull=False, active=True, refused_at__gte=since).count()


def _site_refused(kind: str, refusal: Refusal, local: Local, token: str) -> None:
    _begin(None, kind)
    _change(site_key(kind), lambda row: _refuse(row, refusal, local, token))
    row = _row(site_key(kind))
    if row is not None and row.strikes and row.episodes == 1:
        _clear_drives(kind, row.clock)


def _clear_drives(kind: str, now: float) -> None:
    """The drives that were refused with the site's first hold have no limit of their own, as far as is known."""
    mine = Pace.objects.filter(kind=kind, drive__isnull=False, refused_at__gte=now - TOGETHER, episodes=1)
    for key in mine.values_list("key", flat=True)[:1000]:
        _change(key, rules.clear)


def _change(key: str, change: Callable[[Pace], bool]) -> Pace | None:
    """Apply `change` to the newest state of a row and keep it if it says so; None when nothing was kept."""
    for _ in range(TRIES):
        row = _row(key)
        if row is None:
            return None
        settled = rules.settle(row, row.clock)
        if not change(row) and not settled:
            return None
        if _save(row):
            return row
    log.warning("pace.contended", key=key)
    return None


def _save_all(rows: Sequence[Pace]) -> bool:
    """Keep all rows or none."""
    if len(rows) < 2:
        return all(map(_save, rows))
    try:
        with transaction.atomic():
            if not all(map(_save, rows)):
                raise _Lost
    except _Lost:
        return False
    return True


class _Lost(Exception):
    pass


def _save(row: Pace) -> bool:
    """Write the row unless someone else was faster."""
    values = {name: getattr(row, name) for name in SAVED}
    mine = Pace.objects.filter(pk=row.pk, version=row.version)
    return bool(mine.update(**values, version=F("version") + 1, changed_at=Now()))
