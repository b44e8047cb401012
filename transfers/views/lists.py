"""The list of transfers and what one can do in it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db.models import Count, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts.limits import allowance
from accounts.redirects import safe_next
from core.errors import AppError, NotFound
from core.models import JobState
from core.pages import Address, done, is_htmx, page_of, refused
from transfers import bulk, limits, services
from transfers.filters import GROUPS, TransferFilter
from transfers.models import LibraryFile, Transfer
from transfers.rows import row

ACTIONS: dict[str, Callable[[Any, Transfer], object]] = {
    "pause": services.pause,
    "resume": services.resume,
    "cancel": services.cancel,
    "retry": services.retry,
    "remove": services.remove,
}
ORDERINGS = ("-created_at", "created_at", "name", "-size", "-priority")


@login_required
@require_GET
def transfer_list(request: HttpRequest) -> HttpResponse:
    mine = Transfer.objects.visible_to(request.user)
    filtered = TransferFilter(request.GET, queryset=mine)
    page = page_of(request, filtered.qs.select_related("account", "target", "from_server", "to_server"))
    tallies = tally(mine)
    context = {
        "page_obj": page,
        "rows": rows_of(page.object_list),
        **stats(request.user, tallies),
        **_frame(request, tallies),
    }
    return render(request, "transfers/_list.html" if is_htmx(request) else "transfers/list.html", context)


def tally(mine: QuerySet[Transfer]) -> dict[str, Any]:
    """How many transfers there are in each state, and how fast they move, in one query."""
    lines = mine.order_by().values("state").annotate(n=Count("pk"), speed=Sum("speed"))
    return {line["state"]: line for line in lines}


def rows_of(transfers: Any) -> list[dict[str, Any]]:
    """The rows of a page; one query tells which finished files are still in the library."""
    shown = list(transfers)
    finished = [transfer.pk for transfer in shown if transfer.state == JobState.DONE]
    kept = set(LibraryFile.objects.filter(pk__in=finished).values_list("pk", flat=True)) if finished else set()
    return [row(transfer, openable=transfer.pk in kept) for transfer in shown]


def stats(user: Any, tallies: dict[str, Any]) -> dict[str, Any]:
    """The four figures above the list."""
    running = tallies.get(JobState.RUNNING, {"n": 0, "speed": 0})
    today = allowance(user)
    return {
        "speed": amount(running["speed"] or 0),
        "running": running["n"],
        "parallel": limits.concurrent(),
        "today": today,
        "today_tone": "waiting" if today.left == 0 else "info",
        "free": amount(free_space()),
    }


def amount(size: int | None) -> dict[str, str]:
    """Bytes as a number and its unit, for a figure with the unit in small."""
    if size is None:
        return {"value": "–", "unit": ""}
    value, _space, unit = filesizeformat(size).partition("\N{NO-BREAK SPACE}") if size >= 1024 else (str(size), "", "B")
    return {"value": value, "unit": unit}


def free_space() -> int | None:
    """Bytes free on the library's disk."""
    folder = settings.LIBRARY_DIR
    try:
        return shutil.disk_usage(folder if folder.exists() else folder.parent).free
    except OSError:
        return None


def _frame(request: HttpRequest, tallies: dict[str, Any]) -> dict[str, Any]:
    """Filter tabs with counts, search and order, all kept in the address."""
    get = request.GET.get
    group = get("group", "") if get("group", "") in GROUPS else ""
    ordering = get("ordering", "") if get("ordering", "") in ORDERINGS else ""
    address = Address({"group": group, "q": get("q", "")[:100], "ordering": ordering})
    counts = {name: sum(tallies.get(state, {"n": 0})["n"] for state in states) for name, states in GROUPS.items()}
    words = {"active": _("Moving"), "waiting": _("Waiting"), "done": _("Done"), "failed": _("Failed")}
    tabs = [{"label": _("All"), "url": address.url(group=""), "count": 0, "current": not group}]
    tabs += [
        {"label": words[name], "url": address.url(group=name), "count": counts[name], "current": name == group}
        for name in GROUPS
    ]
    labels = [_("Newest first"), _("Oldest first"), _("By name"), _("Largest first"), _("Most urgent first")]
    return {
        "tabs": tabs,
        "counts": counts,
        "can_pause": counts["active"] + counts["waiting"] > tallies.get(JobState.PAUSED, {"n": 0})["n"],
        "can_resume": bool(tallies.get(JobState.PAUSED)),
        "can_clear": bool(counts["done"] + counts["failed"]),
        "address": address,
        "filtered": bool(group or get("q")),
        "orderings": list(zip(ORDERINGS, labels, strict=True)),
        "ordering": ordering or ORDERINGS[0],
    }


@login_required
@require_GET
def transfer_row(request: HttpRequest, pk: str) -> HttpResponse:
    """One row again, after something happened to it."""
    return _one_row(request, services.find(request.user, pk))


def _one_row(request: HttpRequest, transfer: Transfer) -> HttpResponse:
    return render(request, "transfers/_row.html", {"row": rows_of([transfer])[0]})


@login_required
@require_POST
def act(request: HttpRequest, pk: str, action: str) -> HttpResponse:
    """Pause, resume, cancel, retry or remove one; htmx gets the row again, a plain form goes back to its page."""
    if action not in ACTIONS:
        raise NotFound
    transfer = services.find(request.user, pk)
    back = safe_next(request, "transfers:list")
    try:
        ACTIONS[action](request.user, transfer)
    except AppError as error:
        if is_htmx(request):
            raise
        return refused(request, error, back)
    if not is_htmx(request):
        return redirect(back)
    if action == "remove":
        return HttpResponse(headers={"HX-Reswap": "delete"})
    return _one_row(request, services.find(request.user, pk))


@login_required
@require_POST
def bulk_act(request: HttpRequest, verb: str) -> HttpResponse:
    """Pause all, resume all, or clear what has ended."""
    if verb not in bulk.VERBS:
        raise NotFound
    count = bulk.apply(request.user, verb)
    texts = {
        "pause": ngettext("%d transfer paused.", "%d transfers paused.", count),
        "resume": ngettext("%d transfer goes on.", "%d transfers go on.", count),
        "clear": ngettext("%d transfer taken off the list.", "%d transfers taken off the list.", count),
    }
    return done(request, texts[verb] % count, safe_next(request, "transfers:list"))
