"""The file browser: one folder or one search at a time, asked of the drive as it is needed."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from core.errors import AppError, Invalid, Text
from core.pages import Address, is_htmx
from netdisk.models import DriveAccount
from netdisk.rows import file_row

from . import thumbs
from .asking import ask, banner, pause
from .drives import open_drive
from .places import crumbs, folder_url, parent_of, sections

PAGE_SIZE = 100
MOST_ROWS = 1000
LAST_START = 10_000_000
VIEWS = ("list", "grid")
VIEW_COOKIE = "yg_files_view"
YEAR = 365 * 86_400
COLUMNS: tuple[tuple[str, Text, str], ...] = (
    ("name", gettext_lazy("Name"), ""),
    ("size", gettext_lazy("Size"), "cell-num"),
    ("time", gettext_lazy("Changed"), "cell-date"),
)
CATEGORIES: dict[str, tuple[int, Text]] = {  # wire/baidu-netdisk.md §0
    "image": (3, gettext_lazy("Pictures")),
    "video": (1, gettext_lazy("Videos")),
    "audio": (2, gettext_lazy("Music")),
    "document": (4, gettext_lazy("Documents")),
    "torrent": (7, gettext_lazy("Torrents")),
    "other": (6, gettext_lazy("Other files")),
}


def number(text: str, most: int) -> int:
    """A whole number of the address, at most `most`; nonsense is 0."""
    return min(int(text), most) if text.isdecimal() and text.isascii() and len(text) < 20 else 0


@dataclass(frozen=True)
class Wanted:
    """What the address asks for; nonsense falls back to the default."""

    path: str
    order: str
    desc: bool
    start: int
    shown: int  # so many rows are on the page and shall come again
    q: str
    by: str
    kind: str
    view: str

    @classmethod
    def of(cls, request: HttpRequest) -> Wanted:
        get = request.GET.get
        order, view = get("order", ""), get("view") or request.COOKIES.get(VIEW_COOKIE, "")
        return cls(
            path=get("path") or "/",
            order=order if order in {name for name, _label, _class in COLUMNS} else "name",
            desc=get("desc") == "1",
            start=number(get("start", ""), LAST_START),
            shown=number(get("shown", ""), MOST_ROWS),
            q=get("q", "").strip(),
            by="content" if get("by") == "content" else "name",
            kind=get("kind", "") if get("kind") in CATEGORIES else "",
            view=view if view in VIEWS else "list",
        )

    @property
    def address(self) -> Address:
        return Address(
            {
                "path": self.path if self.path != "/" else "",
                "order": "" if self.order == "name" else self.order,
                "desc": int(self.desc),
                "q": self.q,
                "by": self.by if self.q and self.by != "name" else "",
                "kind": self.kind if self.q else "",
            }
        )


@dataclass(frozen=True)
class Found:
    """Entries as operations give them, where the next page starts, and a remark about how they were found."""

    entries: list[dict[str, Any]]
    next: int | None = None
    remark: str = ""


def fetch(user: Any, drive: DriveAccount, wanted: Wanted) -> Found:
    """One page of the folder, or of what the search found in it and below (pages of the server's own size)."""
    if wanted.q:
        return _search(user, drive, wanted)
    limit = max(PAGE_SIZE, wanted.shown)
    order = {"order": wanted.order, "desc": int(wanted.desc)}
    found = ask(user, drive, "netdisk.list_files", dir=wanted.path, start=wanted.start, limit=limit, web=1, **order)
    return Found(found["list"], found["next_start"])


def _search(user: Any, drive: DriveAccount, wanted: Wanted) -> Found:
    category = CATEGORIES[wanted.kind][0] if wanted.kind else None
    page = wanted.start or 1
    if wanted.by == "content":
        found = ask(
            user, drive, "netdisk.search_semantic", query=wanted.q, dir=wanted.path, page=page, category=category
        )
    else:
        found = ask(
            user, drive, "netdisk.search_filename", key=wanted.q, dir=wanted.path, page=page, category=category, web=1
        )
    return Found(found["list"], page + 1 if found["has_more"] else None, found.get("note", ""))


@login_required
@require_GET
def browse(request: HttpRequest, pk: str) -> HttpResponse:
    drive, wanted = open_drive(request.user, pk), Wanted.of(request)
    context: dict[str, Any] = {"drive": drive, "wanted": wanted, "part": is_htmx(request), **_frame(drive, wanted)}
    try:
        found = fetch(request.user, drive, wanted)
    except AppError as error:
        return _trouble(request, drive, wanted, error, context)
    thumbs.remember(drive, found.entries)
    context["files"] = [file_row(drive, entry, searched=bool(wanted.q)) for entry in found.entries]
    context["more_url"] = wanted.address.url(start=found.next) if found.next else ""
    context["remark"] = found.remark
    context["count"] = len(found.entries)
    template = "netdisk/_listing.html" if is_htmx(request) else "netdisk/files.html"
    return _remember_view(request, render(request, template, context))


def _trouble(
    request: HttpRequest, drive: DriveAccount, wanted: Wanted, error: AppError, context: dict[str, Any]
) -> HttpResponse:
    """Nothing to list: a wait that ends by itself, or a banner with the next step."""
    context |= {"error": error, "wait": pause(error), "again": wanted.address.url(start=wanted.start)}
    if is_htmx(request):
        if not context["wait"]:
            raise error
        headers = {"HX-Retarget": "#files-wait", "HX-Reswap": "outerHTML", "HX-Reselect": "#files-wait"}
        return HttpResponse(render(request, "netdisk/_wait.html", context).content, headers=headers)
    if not context["wait"]:
        top = folder_url(drive, "/") if wanted.path != "/" else ""
        context["banner"] = banner(error, again=wanted.address.url(), top=top)
        if isinstance(error, Invalid) and wanted.q:
            context["banner"] |= {
                "detail": _("A search has 1 to 30 characters."),
                "action_label": _("Show the folder"),
                "action_url": folder_url(drive, wanted.path),
            }
    missing = error.status == HTTPStatus.NOT_FOUND
    return _remember_view(request, render(request, "netdisk/files.html", context, status=404 if missing else 200))


def _frame(drive: DriveAccount, wanted: Wanted) -> dict[str, Any]:
    """Everything around the rows: where we are, how it is sorted, how it is shown."""
    address = wanted.address
    heads = [
        {
            "name": name,
            "label": label,
            "cell_class": cell,
            "direction": ("descending" if wanted.desc else "ascending") if wanted.order == name else "",
            "url": address.url(
                order="" if name == "name" else name, desc=int(wanted.order == name and not wanted.desc)
            ),
        }
        for name, label, cell in COLUMNS
    ]
    return {
        "crumbs": crumbs(drive, wanted.path),
        "tabs": sections(drive, "files"),
        "title": posixpath.basename(wanted.path) or drive.name,
        "heads": heads,
        "here": address.url(),
        "parent_url": folder_url(drive, parent_of(wanted.path)) if wanted.path != "/" else "",
        "clear_url": address.url(q="", by="", kind=""),
        "everywhere_url": address.url(path=""),
        "categories": [(name, label) for name, (_code, label) in CATEGORIES.items()],
        "views": [(name, address.url(view=name), name == wanted.view) for name in VIEWS],
    }


def _remember_view(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    chosen = request.GET.get("view")
    if chosen in VIEWS:
        response.set_cookie(VIEW_COOKIE, chosen, max_age=YEAR, samesite="Lax", secure=request.is_secure())
    return response


@login_required
@require_GET
def root(request: HttpRequest, pk: str) -> HttpResponse:
    return redirect("netdisk:files", pk=open_drive(request.user, pk).pk)
