"""The file browser of a server: one folder or one search at a time, asked of the server as it is needed.

A folder comes as a whole (wire/clouddrive2.md §3.1) and is put in order here; a page shows so many rows of it.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from itertools import islice
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from core.errors import AppError, Text
from core.pages import Address, is_htmx
from transfers.clouddrive2.entries import Entry
from transfers.clouds.errors import translated
from transfers.models import CloudServer

from .asking import banner, may_force, open_server, patient
from .places import crumbs, folder_url
from .rows import file_row, in_order
from .selection import LONGEST_PATH, place

PAGE_SIZE = 100
MOST_ROWS = 1000
MOST_ENTRIES = 50_000  # of one folder; what is beyond is not shown
MOST_FOUND = 1000
LONGEST_QUERY = 100
COLUMNS: tuple[tuple[str, Text, str], ...] = (
    ("name", gettext_lazy("Name"), ""),
    ("size", gettext_lazy("Size"), "cell-num"),
    ("time", gettext_lazy("Changed"), "cell-date"),
)


def number(text: str, most: int) -> int:
    """A whole number of the address, at most `most`; nonsense is 0."""
    return min(int(text), most) if text.isdecimal() and text.isascii() and len(text) < 20 else 0


@dataclass(frozen=True)
class Wanted:
    """What the address asks for; nonsense falls back to the default.

    `q` is looked for in the names of this folder, with `below` by the server in everything under it.
    """

    path: str
    order: str
    desc: bool
    start: int
    shown: int  # so many rows are on the page and shall come again
    q: str
    below: bool
    force: bool
    view: str = "list"

    @classmethod
    def of(cls, request: HttpRequest) -> Wanted:
        get = request.GET.get
        order = get("order", "")
        return cls(
            path=(get("path") or "/")[: LONGEST_PATH + 1],
            order=order if order in {name for name, _label, _class in COLUMNS} else "name",
            desc=get("desc") == "1",
            start=number(get("start", ""), MOST_ENTRIES),
            shown=number(get("shown", ""), MOST_ROWS),
            q=get("q", "").strip()[:LONGEST_QUERY],
            below=get("in") == "below",
            force=get("force") == "1",
        )

    @property
    def address(self) -> Address:
        return Address(
            {
                "path": self.path if self.path != "/" else "",
                "order": "" if self.order == "name" else self.order,
                "desc": int(self.desc),
                "q": self.q,
                "in": "below" if self.q and self.below else "",
            }
        )


@dataclass(frozen=True)
class Found:
    """The entries of this page, how many there are in all, and whether there were more than are looked at."""

    entries: list[Entry]
    total: int
    cut: bool = False


def fetch(server: CloudServer, wanted: Wanted) -> Found:
    """One page of the folder, or of what was found in it, or below it."""
    path, client = place(wanted.path), patient(server)
    with translated():
        if wanted.q and wanted.below:
            return _page(client.search(path, wanted.q), wanted, MOST_FOUND)
        listed: Iterator[Entry] = client.list_dir(path, force=wanted.force and may_force(server, path))
        if wanted.q:
            part = wanted.q.casefold()
            listed = (entry for entry in listed if part in entry.name.casefold())
        return _page(listed, wanted, MOST_ENTRIES)


def _page(listed: Iterator[Entry], wanted: Wanted, most: int) -> Found:
    entries = list(islice(listed, most + 1))
    ordered = in_order(entries[:most], wanted.order, desc=wanted.desc)
    limit = max(PAGE_SIZE, wanted.shown)
    return Found(ordered[wanted.start : wanted.start + limit], len(ordered), len(entries) > most)


@login_required
@require_GET
def browse(request: HttpRequest, pk: str) -> HttpResponse:
    server, wanted = open_server(request.user, pk), Wanted.of(request)
    context: dict[str, Any] = {"server": server, "wanted": wanted, "part": is_htmx(request), **_frame(server, wanted)}
    try:
        found = fetch(server, wanted)
    except AppError as error:
        return _trouble(request, server, wanted, error, context)
    searched = bool(wanted.q and wanted.below)
    shown = wanted.start + len(found.entries)
    context |= {
        "files": [file_row(server, entry, searched=searched) for entry in found.entries],
        "more_url": wanted.address.url(start=shown) if shown < found.total else "",
        "total": found.total,
        "cut": found.cut,
    }
    template = "clouds/_files_listing.html" if is_htmx(request) else "clouds/files.html"
    return render(request, template, context)


def _trouble(
    request: HttpRequest, server: CloudServer, wanted: Wanted, error: AppError, context: dict[str, Any]
) -> HttpResponse:
    """Nothing to list: a banner with the next step; to a list that is shown already, an answer that leaves it alone."""
    if is_htmx(request):
        raise error
    top = folder_url(server, "/") if wanted.path != "/" else ""
    context["banner"] = banner(error, again=wanted.address.url(), top=top)
    missing = error.status in (HTTPStatus.NOT_FOUND, HTTPStatus.BAD_REQUEST)
    return render(request, "clouds/files.html", context, status=404 if missing else 200)


def _frame(server: CloudServer, wanted: Wanted) -> dict[str, Any]:
    """Everything around the rows: where we are and how it is sorted."""
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
    above = posixpath.dirname(wanted.path.rstrip("/")) or "/"
    return {
        "crumbs": crumbs(server, wanted.path),
        "title": posixpath.basename(wanted.path.rstrip("/")) or server.name,
        "heads": heads,
        "here": address.url(),
        "force_url": address.url(force=1),
        "parent_url": folder_url(server, above) if wanted.path != "/" else "",
        "clear_url": address.url(q="", **{"in": ""}),
        "below_url": address.url(**{"in": "below"}),
        "among_clouds": wanted.path == "/" and server.root == "/",
    }
