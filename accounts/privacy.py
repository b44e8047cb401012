"""What is stored about a person, and where. Each app adds its holdings; the privacy page and the export show
them all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.errors import Text
from core.models import AuditEntry, Batch, Event

from .models import DailyDownloads, LoginSession, User

MOST_ROWS = 10_000
Export = Callable[[User], Any]


@dataclass(frozen=True)
class Holding:
    """`key` is the name in the export, `where` says in words where it lies and how long."""

    key: str
    title: Text
    where: Text
    export: Export


_holdings: list[Holding] = []


def hold(holding: Holding) -> None:
    _holdings.append(holding)


def holdings() -> list[Holding]:
    return list(_holdings)


def export(user: User) -> dict[str, Any]:
    """Everything as plain values, without secrets."""
    return {holding.key: holding.export(user) for holding in _holdings}


def _profile(user: User) -> dict[str, Any]:
    names = (
        "username",
        "email",
        "first_name",
        "last_name",
        "language",
        "time_zone",
        "theme",
        "date_joined",
        "last_login",
    )
    return {name: getattr(user, name) for name in names}


def rows_of(rows: Any, *fields: str) -> list[dict[str, Any]]:
    """Some columns of a query, bounded."""
    return list(rows.values(*fields)[:MOST_ROWS])


def _sessions(user: User) -> list[dict[str, Any]]:
    rows = LoginSession.objects.of(user)
    return rows_of(rows, "kind", "address", "user_agent", "created_at", "used_at", "revoked_at", "revoked_why")


hold(
    Holding(
        "profile",
        _("Profile"),
        _("Database. The password is kept only as a hash that can't be turned back."),
        _profile,
    )
)
hold(
    Holding(
        "sessions",
        _("Sign-ins"),
        _("Database: address, program and times. Ended ones go after 30 days."),
        _sessions,
    )
)
hold(
    Holding(
        "downloads",
        _("Downloads per day"),
        _("Database: a number per day, for the daily limit. Kept for 400 days."),
        lambda user: rows_of(DailyDownloads.objects.filter(user=user).order_by("-day"), "day", "count"),
    )
)
hold(
    Holding(
        "events",
        _("Events"),
        _("Database: what the live pages show. Kept for the days set in EVENT_RETENTION_DAYS."),
        lambda user: rows_of(
            Event.objects.filter(user=user).order_by("-seq"), "seq", "type", "object", "data", "created_at"
        ),
    )
)
hold(
    Holding(
        "batches",
        _("Batches"),
        _("Database: what was ordered and what became of it. Kept for 30 days after the end."),
        lambda user: rows_of(
            Batch.objects.visible_to(user),
            "id", "name", "state", "total", "done", "failed", "unknown", "skipped", "created_at", "finished_at",
        ),
    )
)  # fmt: skip
hold(
    Holding(
        "audit",
        _("Audit trail"),
        _("Database: who did what, secrets masked. Kept for AUDIT_RETENTION_DAYS, after a deletion too."),
        lambda user: rows_of(
            AuditEntry.objects.filter(user=user).order_by("-created_at"),
            "action", "surface", "target", "result", "summary", "address", "created_at",
        ),
    )
)  # fmt: skip
