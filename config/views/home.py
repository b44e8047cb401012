"""`/`: the overview. What moves, what waits for you, how much room there is, what happened last."""

from __future__ import annotations

import shutil
from typing import Any

from django.conf import settings
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import Case, Sum, When
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from config import sentences, status
from core.models import JobState
from core.pages import is_htmx
from netdisk.models import DriveAccount
from transfers.filters import GROUPS
from transfers.models import LibraryFile, Transfer
from transfers.rows import row
from transfers.views.lists import amount, stats, tally

from . import checklist

MOVING_ROWS, ACTIVITY_ROWS = 6, 8
LOW_DISK = 512 * 1024 * 1024
FIRST = Case(When(state=JobState.RUNNING, then=0), When(state=JobState.FAILED, then=1), default=2)
DRIVE_TONES: dict[str, str] = {
    DriveAccount.State.CONNECTED: "done",
    DriveAccount.State.NEEDS_YOU: "needs-you",
}
NEARLY_FULL = 0.95


class Home(LoginRequiredMixin, TemplateView):
    def get_template_names(self) -> list[str]:
        return ["dashboard/_home.html" if is_htmx(self.request) else "dashboard/home.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        steps = checklist.steps(user)
        tallies = tally(Transfer.objects.visible_to(user))
        library = LibraryFile.objects.visible_to(user).aggregate(size=Sum("size"))["size"] or 0
        return {
            **super().get_context_data(**kwargs),
            "steps": steps,
            "steps_done": sum(step["done"] for step in steps),
            "stats": stats(user, tallies),
            "library": amount(library),
            "waiting": sum(tallies[state]["n"] for state in GROUPS["waiting"] if state in tallies),
            "any_transfer": bool(tallies),
            "rows": self._rows(),
            "drives": drives(user),
            "lines": sentences.recent(user, ACTIVITY_ROWS),
            "health": health() if user.is_staff else [],
        }

    def _rows(self) -> list[dict[str, Any]]:
        """What moves first, then what needs the person, then what waits; what is over is not shown."""
        mine = Transfer.objects.visible_to(self.request.user).select_related("account", "target")
        unfinished = mine.exclude(state__in=(JobState.DONE, JobState.CANCELLED))
        return [row(transfer) for transfer in unfinished.order_by(FIRST, "-created_at")[:MOVING_ROWS]]


def drives(user: Any) -> list[dict[str, Any]]:
    """The user's drives with their room; the bar turns amber when one is nearly full."""
    found = []
    for drive in DriveAccount.objects.visible_to(user).usable():
        known = bool(drive.total) and drive.used is not None
        full = known and drive.used > drive.total * NEARLY_FULL  # type: ignore[operator]
        free = max(0, drive.total - drive.used) if known else None  # type: ignore[operator]
        tone = DRIVE_TONES.get(drive.state, "plain")
        found.append({"drive": drive, "tone": tone, "free": free, "meter": "waiting" if full else "info"})
    return found


def health() -> list[dict[str, Any]]:
    """The three parts that stop everything, for staff: one query each at most."""
    silent, free = status.workers_silent(), shutil.disk_usage(settings.DATA_DIR).free
    pending = sum(queue.due for queue in status.queues())
    return [
        {
            "label": _("Workers"),
            "tone": "needs-you" if silent else "done",
            "word": _("Silent") if silent else _("Reporting"),
        },
        {
            "label": _("Queue"),
            "tone": "moving" if pending else "done",
            "word": str(pending) if pending else _("Empty"),
        },
        {
            "label": _("Disk"),
            "tone": "needs-you" if free < LOW_DISK else "done",
            "word": _("Nearly full") if free < LOW_DISK else _("Well"),
        },
    ]
