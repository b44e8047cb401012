"""One file of a server: what is known of it, with its hashes; and files of a server into the library."""

from __future__ import annotations

import posixpath
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from core.errors import AppError
from core.pages import done, is_htmx, refused, toast
from netdisk.rows import moment
from transfers import services
from transfers.clouddrive2.entries import Entry
from transfers.clouds.errors import CloudError, translated
from transfers.models import CloudServer

from .asking import open_server, patient
from .places import crumbs, folder_url
from .rows import file_row
from .selection import chosen, pick, place

HASHES = {"md5": "MD5", "sha1": "SHA-1", "pikpak": "PikPak SHA-1"}


@login_required
@require_GET
def file_details(request: HttpRequest, pk: str) -> HttpResponse:
    """One file or folder, as a dialog or as a page."""
    server, path = open_server(request.user, pk), place(request.GET.get("path") or "/")
    with translated():
        entry = patient(server).find(path)
    if entry is None:
        raise CloudError("clouddrive_not_found")
    file = file_row(server, entry)
    context = {
        "server": server,
        "file": file,
        "name": entry.name or server.name,
        "pairs": _pairs(server, entry),
        "crumbs": [*crumbs(server, posixpath.dirname(path)), {"label": entry.name, "url": ""}],
        "acts": _acts(server, entry, dialog=is_htmx(request)),
        "send_url": send_url(server, [file["pick"]]),
    }
    return render(request, "clouds/files_one_dialog.html" if is_htmx(request) else "clouds/files_one.html", context)


def send_url(server: CloudServer, picks: list[str]) -> str:
    """The form for a new transfer with these files chosen."""
    query = urlencode({"from": "clouddrive", "place": str(server.pk), "id": picks}, doseq=True)
    return f"{reverse('transfers:new')}?{query}"


def _pairs(server: CloudServer, entry: Entry) -> list[dict[str, Any]]:
    size = _("%(short)s (%(exact)s bytes)") % {"short": filesizeformat(entry.size), "exact": f"{entry.size:,}"}
    message, folder = entry.message, posixpath.dirname(entry.path) or "/"
    pairs: list[dict[str, Any]] = [
        {"label": _("Folder"), "value": folder, "url": folder_url(server, folder)},
        {
            "label": _("Size"),
            "value": "" if entry.is_dir else size if entry.size >= 1024 else filesizeformat(entry.size),
        },
        {"label": _("Changed"), "at": moment(entry.modified)},
        {"label": _("Made"), "at": moment(message.createTime.seconds)},
        {"label": _("Cloud"), "value": " · ".join(filter(None, [entry.cloud, entry.account]))},
        {"label": _("Rights"), "value": _("Can be read only") if entry.read_only else ""},
        *(
            {"label": label, "value": entry.hashes.get(name), "mono": True, "copyable": True}
            for name, label in HASHES.items()
        ),
        {
            "label": _("Hashes"),
            "value": "" if entry.is_dir or entry.hashes else _("The cloud tells none of this file."),
        },
        {"label": _("Path"), "value": entry.path, "mono": True, "copyable": True},
    ]
    return [pair for pair in pairs if pair.get("value") or pair.get("at")]


def _acts(server: CloudServer, entry: Entry, *, dialog: bool) -> list[dict[str, Any]]:
    """What can be done with it, besides looking."""
    query = urlencode({"id": pick(entry.path, is_dir=entry.is_dir)})

    def item(name: str, label: str, icon: str, **more: Any) -> dict[str, Any]:
        url = f"{reverse(f'transfers:cloud-{name}', args=[server.pk])}?{query}"
        return {"label": label, "icon": icon, "url": url, "dialog": dialog, **more}

    return [
        item("rename", _("Rename"), "edit"),
        item("move", _("Move"), "folder"),
        item("copy", _("Copy"), "copy"),
        {"separator": True},
        item("delete", _("Delete"), "trash", danger=True),
    ]


@login_required
@require_POST
def download(request: HttpRequest, pk: str) -> HttpResponse:
    """The ticked files of a server into the library."""
    server = open_server(request.user, pk)
    try:
        paths = [item.path for item in chosen(request)]
        wanted = services.from_cloud(request.user, paths, server_id=server.pk)
        rows = services.create(request.user, wanted, folder=request.POST.get("folder", "/"))
    except AppError as error:
        if is_htmx(request):
            raise
        return refused(request, error, "transfers:list")
    text = ngettext("%d file is on its way to the library.", "%d files are on their way to the library.", len(rows))
    if is_htmx(request):
        return toast(HttpResponse(status=204), "success", text % len(rows))
    return done(request, text % len(rows), reverse("transfers:list"))
