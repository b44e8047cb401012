"""Pictures, videos and documents of the whole drive, newest first, wherever they lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from core.errors import AppError, Text
from core.pages import Address, is_htmx
from netdisk.rows import file_row

from . import thumbs
from .asking import ask, banner, pause
from .drives import open_drive
from .files import COLUMNS, number
from .places import crumbs, sections

PAGE_SIZE = 120
MOST_SHOWN = 8 * PAGE_SIZE  # a call gives at most 1,000
LAST_PAGE = 100_000


@dataclass(frozen=True)
class Kind:
    """How a kind is asked for and shown: `count` is the operation's own name for rows in a page."""

    title: Text
    operation: str
    count: str
    pictures: bool
    none: Text


KINDS = {
    "pictures": Kind(_("Pictures"), "netdisk.list_images", "num", True, _("There are no pictures on this drive yet.")),
    "videos": Kind(_("Videos"), "netdisk.list_videos", "limit", True, _("There are no videos on this drive yet.")),
    "documents": Kind(
        _("Documents"), "netdisk.list_docs", "num", False, _("There are no documents on this drive yet.")
    ),
}


@login_required
@require_GET
def by_kind(request: HttpRequest, pk: str, name: str) -> HttpResponse:
    if name not in KINDS:
        raise Http404
    drive, kind = open_drive(request.user, pk), KINDS[name]
    page = max(1, number(request.GET.get("page", ""), LAST_PAGE))
    shown = number(request.GET.get("shown", ""), MOST_SHOWN) if page == 1 else 0
    pages = max(1, -(-shown // PAGE_SIZE))  # so many are on the page and come again as one
    address = Address({"page": page if page > 1 else 0})
    context: dict[str, Any] = {
        "drive": drive,
        "part": is_htmx(request),
        "kind": kind,
        "crumbs": [*crumbs(drive, "/"), {"label": kind.title, "url": ""}],
        "tabs": sections(drive, name),
        "wanted": {"start": page - 1, "path": "/", "q": "", "view": "grid" if kind.pictures else "list"},
        "heads": [{"label": label, "cell_class": cell} for _name, label, cell in COLUMNS],
        "here": "?",
        "again": address.url(),
    }
    try:
        found = ask(request.user, drive, kind.operation, page=page, web=1, **{kind.count: pages * PAGE_SIZE})
    except AppError as error:
        return _trouble(request, error, context)
    thumbs.remember(drive, found["list"])
    rows = [file_row(drive, entry, searched=True) for entry in found["list"]]
    context["files"] = _by_month(rows, request.GET.get("after", "")) if kind.pictures else rows
    after = context["files"][-1]["month_key"] if kind.pictures and rows else ""
    context["more_url"] = Address({}).url(page=page + pages, after=after) if found["has_more"] else ""
    return render(request, "netdisk/_kind.html" if is_htmx(request) else "netdisk/kind.html", context)


def _trouble(request: HttpRequest, error: AppError, context: dict[str, Any]) -> HttpResponse:
    context |= {"wait": pause(error), "files": []}
    if is_htmx(request):
        if not context["wait"]:
            raise error
        headers = {"HX-Retarget": "#files-wait", "HX-Reswap": "outerHTML", "HX-Reselect": "#files-wait"}
        return HttpResponse(render(request, "netdisk/_wait.html", context).content, headers=headers)
    if not context["wait"]:
        context["banner"] = banner(error, again=context["again"])
    return render(request, "netdisk/kind.html", context)


def _by_month(rows: list[dict[str, Any]], before: str) -> list[dict[str, Any]]:
    """The rows, the first of each month with `month`, the moment that a heading names; `before` has its heading already."""
    for row in rows:
        day = localtime(row["changed"]) if row["changed"] else None
        row["month_key"] = day.strftime("%Y-%m") if day else "none"
        row["month"] = day if row["month_key"] != before else None
        before = row["month_key"]
    return rows
