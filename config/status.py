"""What the system page, the overview and the banner know about the site's own health. Holds no secrets."""

from __future__ import annotations

import os
import platform
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Count, Min, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from kombu.exceptions import OperationalError as BrokerError

from accounts.models import User
from core import health, http
from core.errors import Text
from core.models import Job, JobState, LeasedJob
from transfers.models import Transfer

from .celery import app as celery_app
from .environment import VARIABLES
from .variables import describe

BROKER_SECONDS = 2
CLOCK_TOLERANCE = 2.0


@dataclass(frozen=True)
class Queue:
    """`due` rows could start now; `oldest` is since when the first of them could. `later` wait for a time."""

    key: str
    label: Text
    running: int
    due: int
    later: int
    failed: int
    oldest: datetime | None


def workers_silent() -> bool:
    """Whether no worker has reported for 40 s. A database that is away is another page's news."""
    try:
        return not health.workers_alive()
    except DatabaseError:
        return False


def queues() -> list[Queue]:
    return [_queue("jobs", _("Short jobs"), Job), _queue("transfers", _("Transfers"), Transfer)]


def _queue(key: str, label: Text, model: type[LeasedJob]) -> Queue:
    waiting = Q(state__in=(JobState.QUEUED, JobState.WAITING))
    due = waiting & Q(available_at__lte=Now())
    found = model.objects.aggregate(
        running=Count("pk", filter=Q(state=JobState.RUNNING)),
        due=Count("pk", filter=due),
        later=Count("pk", filter=waiting & Q(available_at__gt=Now())),
        failed=Count("pk", filter=Q(state=JobState.FAILED)),
        oldest=Min("available_at", filter=due),
    )
    return Queue(key, label, **found)


def broker() -> dict[str, Any]:
    """`{"status": ok | error | off, "kind"}`; off: the queue lives inside this process."""
    kind = urlsplit(settings.CELERY_BROKER_URL).scheme
    if kind == "memory":
        return {"status": "off", "kind": kind}
    try:
        with celery_app.connection_for_write(connect_timeout=BROKER_SECONDS) as link:
            link.ensure_connection(max_retries=1, interval_start=0, timeout=BROKER_SECONDS)
    except (BrokerError, OSError) as error:
        return {"status": "error", "kind": kind, "reason": type(error).__name__}
    return {"status": "ok", "kind": kind}


def clock_difference() -> float | None:
    """Seconds by which the database's clock is ahead of this host's."""
    try:
        now = timezone.now()
        theirs = User.objects.annotate(now=Now()).values_list("now", flat=True).first()
    except DatabaseError:
        return None
    return round((theirs - now).total_seconds(), 1) if theirs else None


def breakers() -> list[dict[str, str]]:
    """Upstream hosts that this process has called, and whether it calls them now; troubled ones first."""
    rows = [{"host": host, "state": str(state)} for host, state in http.breakers.states().items()]
    return sorted(rows, key=lambda row: (row["state"] == "closed", row["host"]))


def snapshot() -> dict[str, Any]:
    """Everything the system page shows."""
    return {
        **health.detail(),
        "database_version": ".".join(map(str, connection.get_database_version())),
        "queues": queues(),
        "broker": broker(),
        "clock_difference": clock_difference(),
        "breakers": breakers(),
    }


def for_support(found: dict[str, Any]) -> dict[str, Any]:
    """A snapshot as plain values, with platform and settings; secrets are named, never shown."""
    return {
        "at": timezone.now(),
        "platform": platform.platform(),
        "cpus": os.cpu_count(),
        **found,
        "queues": [{**asdict(queue), "label": queue.key} for queue in found["queues"]],
        "settings": {row.name: f"{row.shown} ({row.source})" for row in map(describe, VARIABLES) if row.is_set},
    }
