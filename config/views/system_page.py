"""`/system/`: is everything well, and if not, what exactly. Refreshes itself; can be copied for support."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET

from config import status
from core.health import WORKER_SILENCE
from core.pages import is_htmx

from .access import staff_only

WELL, TROUBLED, BROKEN = "done", "waiting", "needs-you"


@dataclass(frozen=True)
class Card:
    """One part of the system: its state in a word, the figure that matters, and a sentence."""

    icon: str
    title: str
    tone: str
    word: str
    figure: str = ""
    note: str = ""


@staff_only
@require_GET
def system(request: HttpRequest) -> HttpResponse:
    found = status.snapshot()
    page = "dashboard/_system.html" if is_htmx(request) else "dashboard/system.html"
    support = json.dumps(status.for_support(found), cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
    return render(
        request,
        page,
        {
            "found": found,
            "cards": cards(found),
            "facts": facts(found),
            "workers": workers(found),
            "support": support,
            "now": timezone.now(),
        },
    )


def cards(found: dict[str, Any]) -> list[Card]:
    parts = found["parts"]
    return [
        _database(found, parts["database"]),
        _workers(parts["workers"]),
        _queue(found["queues"]),
        _disk(parts["disk"]),
        _broker(found["broker"], parts["redis"]),
        _migrations(parts["migrations"]),
        _clock(found["clock_difference"]),
        _sockets(found),
    ]


def _database(found: dict[str, Any], part: dict[str, Any]) -> Card:
    name = f"{_ENGINES.get(found['database_engine'], found['database_engine'])} {found['database_version']}"
    if part["status"] != "ok":
        return Card("database", _("Database"), BROKEN, _("Away"), note=part.get("reason", ""))
    slow = part["ms"] > 100
    return Card(
        "database",
        _("Database"),
        TROUBLED if slow else WELL,
        _("Slow") if slow else _("Well"),
        f"{part['ms']} ms",
        name,
    )


_ENGINES = {"sqlite": "SQLite", "postgresql": "PostgreSQL", "mysql": "MariaDB / MySQL"}


def _workers(part: dict[str, Any]) -> Card:
    known = part["workers"]
    if part["status"] != "ok":
        return Card(
            "robot",
            _("Workers"),
            BROKEN,
            _("Silent"),
            "0",
            _("None has reported for 40 s. Queued work waits until one starts."),
        )
    busy = sum(row["running"] for row in known)
    alive = sum(is_alive(row) for row in known)
    note = ngettext("%d task in hand", "%d tasks in hand", busy) % busy if busy else _("Idle")
    return Card("robot", _("Workers"), WELL, _("Reporting"), str(alive), note)


def is_alive(worker: dict[str, Any]) -> bool:
    return bool(timezone.now() - worker["seen_at"] < WORKER_SILENCE)


def _queue(queues: list[status.Queue]) -> Card:
    due = sum(queue.due for queue in queues)
    first = min((queue.oldest for queue in queues if queue.oldest), default=None)
    if not due or first is None:
        return Card("list", _("Queue"), WELL, _("Empty"), "0", _("Everything that is due has started."))
    late = timezone.now() - first > timedelta(minutes=5)
    word = _("Behind") if late else pgettext("queue", "Moving")
    return Card(
        "list",
        _("Queue"),
        TROUBLED if late else "moving",
        word,
        str(due),
        _("Due and not started yet; see the table for how long."),
    )


def _disk(part: dict[str, Any]) -> Card:
    low = part["status"] != "ok"
    note = _("of %s on the data disk") % filesizeformat(part["total_bytes"])
    return Card(
        "disk",
        _("Disk"),
        BROKEN if low else WELL,
        _("Nearly full") if low else _("Well"),
        filesizeformat(part["free_bytes"]),
        note,
    )


def _broker(broker: dict[str, Any], redis: dict[str, Any]) -> Card:
    if broker["status"] == "off" and redis["status"] == "off":
        return Card(
            "server",
            _("Broker and cache"),
            "plain",
            _("Built in"),
            note=_("Inside this process; nothing to install or watch."),
        )
    trouble = [part["reason"] for part in (broker, redis) if part["status"] == "error"]
    if trouble:
        return Card(
            "server",
            _("Broker and cache"),
            BROKEN,
            _("Away"),
            broker["kind"],
            _("Work goes on more slowly until it is back. %s") % trouble[0],
        )
    return Card("server", _("Broker and cache"), WELL, _("Well"), broker["kind"])


def _migrations(part: dict[str, Any]) -> Card:
    pending = part.get("pending", [])
    if pending:
        note = _("Run manage.py migrate: %s") % ", ".join(pending[:3])
        return Card("archive", _("Database schema"), BROKEN, _("Behind"), str(len(pending)), note)
    return Card("archive", _("Database schema"), WELL, _("Current"), note=_("No migration is pending."))


def _clock(difference: float | None) -> Card:
    if difference is None:
        return Card("clock", _("Clock"), "plain", _("Unknown"))
    off = abs(difference) > status.CLOCK_TOLERANCE
    note = (
        _("between this host and the database. Leases and tokens depend on it.")
        if off
        else _("This host and the database agree.")
    )
    return Card(
        "clock",
        _("Clock"),
        TROUBLED if off else WELL,
        _("Differs") if off else _("Well"),
        f"{difference:+.1f} s" if off else "",
        note,
    )


def _sockets(found: dict[str, Any]) -> Card:
    count = round(found["websockets"])
    return Card(
        "phone",
        _("Live connections"),
        "plain",
        pgettext("connections", "Open"),
        str(count),
        _("WebSockets of this process"),
    )


def workers(found: dict[str, Any]) -> list[dict[str, Any]]:
    return [{**row, "alive": is_alive(row)} for row in found["parts"]["workers"]["workers"]]


def facts(found: dict[str, Any]) -> list[dict[str, Any]]:
    """The quiet facts below the cards, for key_values.html."""
    load = " · ".join(f"{value:.2f}" for value in found["load"])
    return [
        {"label": _("Version"), "value": f"Yungang {found['version']}"},
        {"label": _("Mode"), "value": _("One process") if found["mode"] == "single" else _("Server")},
        {"label": _("Running since"), "at": timezone.now() - timedelta(seconds=found["uptime_seconds"])},
        {"label": "Python · Django", "value": f"{found['python']} · {found['django']}"},
        {"label": _("Memory of this process"), "value": filesizeformat(found["memory_bytes"])},
        {"label": _("Load (1, 5, 15 minutes)"), "value": load},
        {"label": _("Data folder"), "value": found["data_dir"], "mono": True, "copyable": True},
    ]
