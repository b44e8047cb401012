"""The list of drives: how full, in which state, does the connection work, forget it."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from core.errors import Text
from core.pages import done, is_htmx
from netdisk import drives, pace
from netdisk.models import SERVICE, DriveAccount, Pace

State = DriveAccount.State
TONES = {State.CONNECTED: "done", State.NEEDS_YOU: "needs-you", State.DISCONNECTED: "plain"}
MEMBERSHIP: dict[int, Text] = {
    0: gettext_lazy("Ordinary account"),
    1: gettext_lazy("Member"),
    2: gettext_lazy("Super member"),
}
PROBLEMS: dict[str, Text] = {
    "refresh_refused": gettext_lazy(
        "Baidu no longer accepts the stored authorisation. Transfers wait; connect the drive again and they go on."
    ),
    "refresh_lost": gettext_lazy(
        "The server stopped while it renewed the authorisation, which Baidu allows only once. Connect the drive again."
    ),
    "revoked": gettext_lazy("An administrator revoked the authorisation. Connect the drive again to go on."),
}
CALLS: dict[str, Text] = {
    "account": gettext_lazy("Account and space"),
    "list": gettext_lazy("Folders"),
    "list_all": gettext_lazy("Folders with everything below"),
    "meta": gettext_lazy("Details and download links"),
    "search": gettext_lazy("Search"),
    "write": gettext_lazy("Changes"),
    "task": gettext_lazy("Background tasks"),
    "upload": gettext_lazy("Uploads"),
    "share": gettext_lazy("Shares"),
}
ANY_PROBLEM = gettext_lazy("This drive needs a new authorisation. Connect it again.")
NEARLY_FULL = 0.95


def open_drive(user: Any, pk: Any) -> DriveAccount:
    """A drive of this user by id; for staff also the site's shared one."""
    if user.is_staff and (shared := DriveAccount.objects.usable().filter(slot=SERVICE, pk=drives.parse_id(pk)).first()):
        return shared
    return drives.find_drive(user, drive_id=pk)


def held_until(drives: Iterable[DriveAccount]) -> dict[Any, datetime]:
    """Until when calls of these drives wait because Baidu asked to slow down; one query for all of them."""
    rows = Pace.objects.filter(Q(drive__in=drives) | Q(drive=None), active=True, held_until__gt=time.time())
    found: dict[Any, float] = {}
    for row in rows:
        found[row.drive_id] = max(row.held_until, found.get(row.drive_id, 0))
    moments = {pk: datetime.fromtimestamp(seconds, UTC) for pk, seconds in found.items()}
    everyone = moments.pop(None, None)  # the whole site
    return {drive.pk: everyone for drive in drives if everyone} | moments


def card(drive: DriveAccount, held: datetime | None = None) -> dict[str, Any]:
    """What a drive's card shows; `held`: when its calls go on."""
    full = bool(drive.total and drive.used and drive.used > drive.total * NEARLY_FULL)
    broken = drive.state == State.NEEDS_YOU
    return {
        "drive": drive,
        "state": drive.get_state_display(),
        "tone": TONES[State(drive.state)],
        "membership": MEMBERSHIP.get(drive.vip_type, MEMBERSHIP[2]),
        "problem": (PROBLEMS.get(drive.problem) or ANY_PROBLEM) if broken else "",
        "percent": drive.used * 100 // drive.total if drive.total and drive.used is not None else None,
        "meter": "waiting" if full else "info",
        "full": full,
        "held": held,
    }


@login_required
@require_GET
def drive_list(request: HttpRequest) -> HttpResponse:
    mine = list(DriveAccount.objects.visible_to(request.user).usable())
    shared = list(DriveAccount.objects.usable().filter(slot=SERVICE)) if request.user.is_staff else []
    held = held_until([*mine, *shared])
    cards, shared_cards = ([card(drive, held.get(drive.pk)) for drive in part] for part in (mine, shared))
    context = {"cards": cards, "shared": shared_cards}
    return render(request, "netdisk/_drives.html" if is_htmx(request) else "netdisk/drives.html", context)


@login_required
@require_POST
def drive_test(request: HttpRequest, pk: str) -> HttpResponse:
    """Ask Baidu whether the connection works; the card comes back with the answer and how long it took."""
    drive = open_drive(request.user, pk)
    started = time.perf_counter()
    result = drives.test_connection(drive)
    milliseconds = round((time.perf_counter() - started) * 1000)
    drive.refresh_from_db()
    if is_htmx(request):
        shown = card(drive, held_until([drive]).get(drive.pk))
        return render(request, "netdisk/_drive.html", {**shown, "result": result, "milliseconds": milliseconds})
    if result["ok"]:
        messages.success(
            request, _("%(name)s answers; that took %(ms)d ms.") % {"name": drive.name, "ms": milliseconds}
        )
    else:
        messages.error(request, f"{result['detail']} {result['hint']}")
    return redirect("netdisk:drives")


@login_required
@require_GET
def limits(request: HttpRequest, pk: str) -> HttpResponse:
    """How fast Baidu lets us ask, by kind of call: a fragment within the card, or a page."""
    drive = open_drive(request.user, pk)
    rows = [{"status": row, "label": CALLS.get(row.kind, row.kind)} for row in pace.status(drive)]
    template = "netdisk/_limits.html" if is_htmx(request) else "netdisk/limits.html"
    return render(request, template, {"drive": drive, "limits": rows})


@login_required
@require_POST
def drive_disconnect(request: HttpRequest, pk: str) -> HttpResponse:
    drive = open_drive(request.user, pk)
    name = drive.name
    drives.disconnect(request.user, drive)
    return done(request, _("%s is disconnected. Its files and your library stay as they are.") % name, "/drives/")
