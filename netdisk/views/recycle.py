"""The drive's recycle bin: look, bring back, empty; or why this app may not, and where it can be done."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from core.errors import AppError
from core.pages import Address, done, is_htmx, refused
from netdisk.rows import file_row

from .asking import ask, banner, pause
from .drives import open_drive
from .files import LAST_START, number
from .places import crumbs, sections
from .selection import chosen

PAGE_SIZE = 100


@login_required
@require_GET
def recycle(request: HttpRequest, pk: str) -> HttpResponse:
    drive = open_drive(request.user, pk)
    start = number(request.GET.get("start", ""), LAST_START)
    context: dict[str, Any] = {
        "drive": drive,
        "crumbs": [*crumbs(drive, "/"), {"label": _("Recycle bin"), "url": ""}],
        "tabs": sections(drive, "recycle"),
        "wanted": {"start": start},
        "here": "?",
        "again": Address({}).url(start=start),
        "actions": [
            {
                "label": _("Restore"),
                "url": reverse("netdisk:recycle-restore", args=[drive.pk]),
                "icon": "retry",
                "primary": True,
            }
        ],
        "files": [],
    }
    try:
        found = ask(request.user, drive, "netdisk.recycle_list", start=start, limit=PAGE_SIZE)
    except AppError as error:
        if is_htmx(request):
            raise
        context |= {"wait": pause(error), "refusal": error if error.code == "netdisk.not_supported" else None}
        if not context["wait"] and not context["refusal"]:
            context["banner"] = banner(error, again=context["again"])
    else:
        context["files"] = [file_row(drive, entry, searched=True) for entry in found["list"]]
        context["more_url"] = Address({}).url(start=found["next_start"]) if found["has_more"] else ""
    return render(request, "netdisk/recycle.html", context)


@login_required
@require_POST
def restore(request: HttpRequest, pk: str) -> HttpResponse:
    drive = open_drive(request.user, pk)
    back = reverse("netdisk:recycle", args=[drive.pk])
    try:
        items = chosen(request)
        result = ask(request.user, drive, "netdisk.recycle_restore", fsids=[item.fs_id for item in items])
    except AppError as error:
        return refused(request, error, back)
    lost = set(result["missing"])
    names = ", ".join(f"“{item.name}”" for item in items if item.fs_id in lost)
    if names:
        messages.warning(request, _("Something else has the place of %s now; move that away first.") % names)
        return redirect(back)
    count = len(items)
    return done(request, ngettext("%d item is back.", "%d items are back.", count) % count, back)


@login_required
@require_POST
def clear(request: HttpRequest, pk: str) -> HttpResponse:
    drive = open_drive(request.user, pk)
    back = reverse("netdisk:recycle", args=[drive.pk])
    try:
        ask(request.user, drive, "netdisk.recycle_clear")
    except AppError as error:
        return refused(request, error, back)
    return done(request, _("The recycle bin is empty."), back)
