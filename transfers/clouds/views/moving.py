"""Moving and copying on a server: which folder, and what to do about names that are taken."""

from __future__ import annotations

import posixpath
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from core import audit
from core.errors import AppError, Invalid, Text
from transfers.clouddrive2.client import CloudDrive
from transfers.clouddrive2.files import Conflict
from transfers.clouds.errors import translated
from transfers.models import CloudServer

from .asking import forget, open_server, patient
from .dialogs import finished, said, show
from .folders import make
from .places import crumbs, folder_url
from .rows import natural
from .selection import Item, chosen, place

MOST_FOLDERS = 500
CONFLICTS: dict[Conflict, Text] = {
    "rename": gettext_lazy("Keep both, with a new name"),
    "skip": gettext_lazy("Skip it silently"),
    "overwrite": gettext_lazy("Replace what is there"),
}


@login_required
@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, pk: str) -> HttpResponse:
    return _relocate(request, pk, "move")


@login_required
@require_http_methods(["GET", "POST"])
def copy(request: HttpRequest, pk: str) -> HttpResponse:
    return _relocate(request, pk, "copy")


def _relocate(request: HttpRequest, pk: str, verb: str) -> HttpResponse:
    """Walk to a folder, make one on the way, then move or copy into it."""
    server, items, post = open_server(request.user, pk), chosen(request), request.POST
    destination = place(post.get("open") or post.get("dest") or items[0].folder)
    question: dict[str, Any] = {
        "title": TITLES[verb](items),
        "verb": verb,
        "back": folder_url(server, items[0].folder),
        "action": reverse(f"transfers:cloud-{verb}", args=[server.pk]),
        "items": items,
        "ondup": _policy(post.get("ondup", "")),
        "conflicts": list(CONFLICTS.items()),
    }
    error: AppError | None = None
    try:
        if "make" in post:
            destination = make(request.user, server, destination, post)
        elif "go" in post:
            return _carry_out(request, server, destination, question)
    except AppError as refusal:
        error = refusal
    picker = _picker(server, items, destination)
    return show(request, server, "netdisk/_relocate", error=error, **question, **picker)


def _policy(text: str) -> Conflict:
    return next((policy for policy in CONFLICTS if policy == text), "rename")


def _carry_out(request: HttpRequest, server: CloudServer, destination: str, question: dict[str, Any]) -> HttpResponse:
    """Raises `AppError` when it was refused. The server moves what comes before the refused one; the list shows it."""
    items, verb = question["items"], question["verb"]
    _check(items, destination, verb)
    client = patient(server)
    try:
        with translated():
            _send(client, verb, items, destination, question["ondup"])
    finally:
        forget(client, [destination, *(item.folder for item in items)])
    summary = {"paths": [item.path for item in items], "into": destination}
    audit.record(f"clouds.{verb}", user=request.user, target=server.object_name, summary=summary)
    if _is_long(server, items, destination, verb):
        text = _("CloudDrive2 works on it. It goes on there even if you leave; refresh the folder in a moment.")
        return finished(request, text, question["back"])
    return finished(request, DONE[verb](items, posixpath.basename(destination) or server.name), question["back"])


def _send(client: CloudDrive, verb: str, items: list[Item], destination: str, policy: Conflict) -> None:
    act = client.move if verb == "move" else client.copy
    act((item.path for item in items), destination, conflict=policy)


def _is_long(server: CloudServer, items: list[Item], destination: str, verb: str) -> bool:
    """Whether the server goes on in the background: between clouds, and with copies of folders (wire §3.1)."""
    if verb == "copy" and any(item.is_dir for item in items):
        return True
    return server.root == "/" and any(item.path.split("/")[1] != destination.split("/")[1] for item in items)


def _check(items: list[Item], destination: str, verb: str) -> None:
    """What the server would refuse or do nothing about."""
    if any(destination == item.path or destination.startswith(f"{item.path}/") for item in items):
        raise Invalid(_("A folder can't go into itself."), hint=_("Choose another folder."))
    if verb == "move" and all(item.folder == destination for item in items):
        raise Invalid(_("Everything is in this folder already."), hint=_("Choose another folder."))


def _picker(server: CloudServer, items: list[Item], destination: str) -> dict[str, Any]:
    """The folders inside the present one, where one can go on; those that move can't be entered."""
    taken = {item.path for item in items}
    context: dict[str, Any] = {
        "dest": destination,
        "place": posixpath.basename(destination) or server.name,
        "steps": crumbs(server, destination)[1:],
        "same": all(item.folder == destination for item in items),
        "folders": [],
        "trouble": "",
    }
    try:
        with translated():
            found = [entry for entry in patient(server).list_dir(destination) if entry.is_dir]
    except AppError as error:
        return {**context, "trouble": said(error)}
    found.sort(key=lambda entry: natural(entry.name))
    folders = [(entry.path, entry.name, entry.path in taken) for entry in found[:MOST_FOLDERS]]
    return {**context, "folders": folders}


def _move_title(items: list[Item]) -> str:
    if len(items) == 1:
        return _("Move “%s” to…") % items[0].name
    return ngettext("Move %d item to…", "Move %d items to…", len(items)) % len(items)


def _copy_title(items: list[Item]) -> str:
    if len(items) == 1:
        return _("Copy “%s” to…") % items[0].name
    return ngettext("Copy %d item to…", "Copy %d items to…", len(items)) % len(items)


def _moved(items: list[Item], place_name: str) -> str:
    if len(items) == 1:
        return _("“%(name)s” is in “%(place)s” now.") % {"name": items[0].name, "place": place_name}
    text = ngettext("%(n)d item is in “%(place)s” now.", "%(n)d items are in “%(place)s” now.", len(items))
    return text % {"n": len(items), "place": place_name}


def _copied(items: list[Item], place_name: str) -> str:
    if len(items) == 1:
        return _("A copy of “%(name)s” is in “%(place)s”.") % {"name": items[0].name, "place": place_name}
    text = ngettext("A copy of %(n)d item is in “%(place)s”.", "Copies of %(n)d items are in “%(place)s”.", len(items))
    return text % {"n": len(items), "place": place_name}


TITLES = {"move": _move_title, "copy": _copy_title}
DONE = {"move": _moved, "copy": _copied}
