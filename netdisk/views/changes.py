"""Deleting and renaming, asked first where something goes away."""

from __future__ import annotations

import posixpath
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from core.errors import AppError, Invalid, Text
from netdisk.forms import NameForm
from netdisk.models import DriveAccount

from .asking import ask
from .dialogs import finished, show
from .drives import open_drive
from .outcomes import Failure, all_failed, failures, is_running
from .places import folder_url
from .selection import Item, chosen

NAMED = 8  # so many are listed in a question, the rest is counted


@login_required
@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, pk: str) -> HttpResponse:
    """Name what goes and where to, then put it into the recycle bin."""
    drive, items = open_drive(request.user, pk), chosen(request)
    back = folder_url(drive, items[0].folder)
    question: dict[str, Any] = {
        "title": _delete_title(items),
        "back": back,
        "items": items,
        "shown": items[:NAMED],
        "more": max(0, len(items) - NAMED),
        "folders": any(item.is_dir for item in items),
    }
    if "go" not in request.POST:
        return show(request, drive, "delete", **question)
    try:
        result = ask(request.user, drive, "netdisk.delete", filelist=[item.path for item in items])
    except AppError as error:
        if failed := all_failed(error, items):
            return left_over(request, drive, failed, question, _("Nothing could be deleted"))
        return show(request, drive, "delete", error=error, **question)
    if failed := failures(result, items):
        return left_over(request, drive, failed, question, _("Not everything could be deleted"))
    return finished(request, still_running() if is_running(result) else _delete_done(items), back)


def left_over(
    request: HttpRequest, drive: DriveAccount, failed: list[Failure], question: dict[str, Any], title: Text
) -> HttpResponse:
    """What did not work, each with its reason, and the same question again for these."""
    total = len(question["items"])
    counts = {"failed": failed, "done": total - len(failed), "total": total, "title": title}
    response = show(request, drive, "failed", **{**question, **counts})
    response["HX-Trigger"] = "files-changed"  # what did work
    return response


def still_running() -> str:
    return _("Baidu is still working on it. Refresh the folder in a moment.")


def _delete_title(items: list[Item]) -> str:
    if len(items) == 1:
        return _("Delete “%s”?") % items[0].name
    return ngettext("Delete %d item?", "Delete %d items?", len(items)) % len(items)


def _delete_done(items: list[Item]) -> str:
    if len(items) == 1:
        return _("“%s” is in the recycle bin.") % items[0].name
    return ngettext("%d item is in the recycle bin.", "%d items are in the recycle bin.", len(items)) % len(items)


@login_required
@require_http_methods(["GET", "POST"])
def rename(request: HttpRequest, pk: str) -> HttpResponse:
    """A new name for one file or folder: from the field in its row, or from a page of its own."""
    drive, items = open_drive(request.user, pk), chosen(request)
    if len(items) > 1:
        raise Invalid(_("One name is for one thing."), hint=_("Tick one file or folder and rename that."))
    item = items[0]
    form = NameForm(request.POST if "go" in request.POST else None, initial={"name": item.name})
    question: dict[str, Any] = {
        "title": _("Rename “%s”") % item.name,
        "back": folder_url(drive, item.folder),
        "items": items,
        "form": form,
    }
    if not form.is_valid():
        return show(request, drive, "rename", **question)
    try:
        name = form.cleaned_data["name"]
        _rename(request.user, drive, item, name)
    except AppError as error:
        return show(request, drive, "rename", error=error, **question)
    text = _("“%(old)s” is called “%(new)s” now.") % {"old": item.name, "new": name}
    return finished(request, text, question["back"], path=posixpath.join(item.folder, name))


def _rename(user: Any, drive: DriveAccount, item: Item, name: str) -> None:
    """Does nothing for the old name."""
    if name != item.name:
        ask(user, drive, "netdisk.rename", filelist=[{"path": item.path, "newname": name}])
