"""The library: what has arrived, shown, downloaded, deleted."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from core.errors import Text
from core.file_kinds import kind_of
from core.pages import Address, done, is_htmx, page_of
from transfers import library
from transfers.filters import LibraryFilter
from transfers.models import LibraryFile

from .lists import free_space

TEXT_SHOWN = 64 * 1024
COLUMNS: tuple[tuple[str, Text, str], ...] = (
    ("name", gettext_lazy("Name"), ""),
    ("size", gettext_lazy("Size"), "cell-num"),
    ("created_at", gettext_lazy("Added"), "cell-date"),
)
ORDERINGS = {sign + name for name, _label, _class in COLUMNS for sign in ("", "-")}


@login_required
@require_GET
def file_list(request: HttpRequest) -> HttpResponse:
    mine = LibraryFile.objects.visible_to(request.user)
    page = page_of(request, LibraryFilter(request.GET, queryset=mine).qs)
    get = request.GET.get
    ordering = get("ordering", "") if get("ordering", "") in ORDERINGS else ""
    address = Address({"q": get("q", "")[:100], "folder": get("folder", "")[:500], "ordering": ordering})
    used = mine.aggregate(size=Sum("size"), n=Count("pk"))
    context = {
        "page_obj": page,
        "files": [{"file": file, "kind": kind_of(file.name)} for file in page.object_list],
        "address": address,
        "heads": [address.column(name, label, cell) for name, label, cell in COLUMNS],
        "filtered": bool(get("q") or get("folder")),
        "count": used["n"],
        "used": used["size"] or 0,
        "free": free_space(),
    }
    return render(request, "transfers/_library.html" if is_htmx(request) else "transfers/library.html", context)


def shown_as(file: LibraryFile) -> str:
    """How a browser can show it: image, video, audio, pdf, text, or empty."""
    if not library.INLINE.match(file.mime):
        return "text" if kind_of(file.name) == "code" else ""
    major = file.mime.partition("/")[0]
    return {"application": "pdf", "text": "text"}.get(major, major)


@login_required
@require_GET
def preview(request: HttpRequest, pk: str) -> HttpResponse:
    """One file: shown if a browser can, with its facts; as a dialog or as a page."""
    file = library.find(request.user, pk)
    way = shown_as(file)
    context: dict[str, Any] = {
        "file": file,
        "kind": kind_of(file.name),
        "way": way,
        "content_url": reverse("transfers:content", args=[file.pk]),
        "text": _first_lines(file) if way == "text" else "",
        "cut": file.size > TEXT_SHOWN,
        "pairs": [
            {"label": _("Folder"), "value": file.folder},
            {"label": _("Added"), "at": file.created_at},
            {"label": "SHA-256", "value": file.sha256, "mono": True, "copyable": True},
        ],
    }
    return render(request, "transfers/file_dialog.html" if is_htmx(request) else "transfers/file.html", context)


def _first_lines(file: LibraryFile) -> str:
    """The beginning of a text, as text: what is no UTF-8 shows as replacement signs."""
    try:
        with open(library.open_bytes(file), "rb") as handle:
            return handle.read(TEXT_SHOWN).decode("utf-8", "replace").replace("\x00", "\N{REPLACEMENT CHARACTER}")
    except OSError:
        return ""


@login_required
@require_POST
def delete(request: HttpRequest, pk: str) -> HttpResponse:
    file = library.find(request.user, pk)
    library.delete(request.user, file)
    return done(request, _("“%s” is deleted from the library.") % file.name, reverse("transfers:library"))
