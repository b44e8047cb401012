"""Moving and copying: which folder, what to do about names that are taken, and what could not be done."""

from __future__ import annotations

import posixpath
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from core.errors import AppError, Invalid, Text
from core.pages import sentence
from netdisk.models import DriveAccount

from .asking import ask, pause
from .changes import left_over, still_running
from .dialogs import finished, show
from .drives import open_drive
from .folders import make
from .outcomes import all_failed, failures, is_running
from .places import crumbs, folder_url
from .selection import Item, chosen

CONFLICTS: dict[str, Text] = {
    "fail": gettext_lazy("Leave it where it is and tell me"),
    "newcopy": gettext_lazy("Keep both, with a new name"),
    "overwrite": gettext_lazy("Replace what is there"),
    "skip": gettext_lazy("Skip it silently"),
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
    drive, items, post = open_drive(request.user, pk), chosen(request), request.POST
    destination = (post.get("open") or post.get("dest") or items[0].folder)[:1000]
    question: dict[str, Any] = {
        "title": TITLES[verb](items),
        "verb": verb,
        "back": folder_url(drive, items[0].folder),
        "action": reverse(f"netdisk:{verb}", args=[drive.pk]),
        "items": items,
        "ondup": post.get("ondup") if post.get("ondup") in CONFLICTS else "fail",
        "conflicts": list(CONFLICTS.items()),
    }
    error: AppError | None = None
    try:
        if "make" in post:
            destination = make(request.user, drive, destination, post)
        elif "go" in post:
            return _carry_out(request, drive, destination, question)
    except AppError as refusal:
        error = refusal
    return show(request, drive, "relocate", error=error, **question, **_picker(request.user, drive, items, destination))


def _carry_out(request: HttpRequest, drive: DriveAccount, destination: str, question: dict[str, Any]) -> HttpResponse:
    """Raises `AppError` when it went wrong as a whole."""
    items, verb = question["items"], question["verb"]
    _check(items, destination, verb)
    rows = [{"path": item.path, "dest": destination, "newname": item.name} for item in items]
    try:
        result = ask(request.user, drive, f"netdisk.{verb}", filelist=rows, ondup=question["ondup"])
        failed = failures(result, items)
    except AppError as error:
        result, failed = {"state": "done"}, all_failed(error, items)
        if not failed:
            raise
    if failed:
        return left_over(request, drive, failed, {**question, "dest": destination}, LEFT[verb])
    if is_running(result):
        return finished(request, still_running(), question["back"])
    return finished(request, DONE[verb](items, posixpath.basename(destination) or drive.name), question["back"])


def _check(items: list[Item], destination: str, verb: str) -> None:
    """What the server would refuse or do nothing about."""
    if any(destination == item.path or destination.startswith(f"{item.path}/") for item in items):
        raise Invalid(_("A folder can't go into itself."), hint=_("Choose another folder."))
    if verb == "move" and all(item.folder == destination for item in items):
        raise Invalid(_("Everything is in this folder already."), hint=_("Choose another folder."))


def _picker(user: Any, drive: DriveAccount, items: list[Item], destination: str) -> dict[str, Any]:
    """The folders inside the present one, where one can go on; those that move can't be entered."""
    taken = {item.path for item in items}
    context: dict[str, Any] = {
        "dest": destination,
        "place": posixpath.basename(destination) or drive.name,
        "steps": crumbs(drive, destination)[1:],
        "same": all(item.folder == destination for item in items),
        "folders": [],
        "trouble": "",
    }
    try:
        found = ask(user, drive, "netdisk.list_files", dir=destination, folder=1)
    except AppError as error:
        return {**context, "trouble": sentence(error), "trouble_wait": pause(error)}
    folders = [(row["path"], posixpath.basename(row["path"])) for row in found["list"]]
    return {**context, "folders": [(path, name, path in taken) for path, name in folders]}


def _move_title(items: list[Item]) -> str:
    if len(items) == 1:
        return _("Move “%s” to…") % items[0].name
    return ngettext("Move %d item to…", "Move %d items to…", len(items)) % len(items)


def _copy_title(items: list[Item]) -> str:
    if len(items) == 1:
        return _("Copy “%s” to…") % items[0].name
    return ngettext("Copy %d item to…", "Copy %d items to…", len(items)) % len(items)


def _moved(items: list[Item], place: str) -> str:
    if len(items) == 1:
        return _("“%(name)s” is in “%(place)s” now.") % {"name": items[0].name, "place": place}
    text = ngettext("%(n)d item is in “%(place)s” now.", "%(n)d items are in “%(place)s” now.", len(items))
    return text % {"n": len(items), "place": place}


def _copied(items: list[Item], place: str) -> str:
    if len(items) == 1:
        return _("A copy of “%(name)s” is in “%(place)s”.") % {"name": items[0].name, "place": place}
    text = ngettext("A copy of %(n)d item is in “%(place)s”.", "Copies of %(n)d items are in “%(place)s”.", len(items))
    return text % {"n": len(items), "place": place}


TITLES = {"move": _move_title, "copy": _copy_title}
DONE = {"move": _moved, "copy": _copied}
LEFT: dict[str, Text] = {
    "move": gettext_lazy("Not everything could be moved"),
    "copy": gettext_lazy("Not everything could be copied"),
}
