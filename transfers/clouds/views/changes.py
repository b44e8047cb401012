"""Deleting and renaming on a server, asked first where something goes away."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from core import audit
from core.errors import AppError, Invalid
from transfers.clouddrive2.paths import join
from transfers.clouds.errors import CloudError, translated
from transfers.models import CloudServer

from .asking import forget, open_server, patient
from .dialogs import finished, show
from .folders import NameForm
from .places import folder_url
from .selection import Item, chosen

NAMED = 8  # so many are listed in a question, the rest is counted


@login_required
@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, pk: str) -> HttpResponse:
    """Name what goes and where to, then give it to the cloud to delete."""
    server, items = open_server(request.user, pk), chosen(request)
    back = folder_url(server, items[0].folder)
    question: dict[str, Any] = {
        "title": _delete_title(items),
        "back": back,
        "items": items,
        "shown": items[:NAMED],
        "more": max(0, len(items) - NAMED),
        "folders": any(item.is_dir for item in items),
        "wide_ones": [item.name for item in items if item.folder == "/" and server.root == "/"],
    }
    if "go" not in request.POST:
        return show(request, server, "clouds/_files_delete", **question)
    try:
        client = patient(server)
        with translated():
            client.delete(item.path for item in items)
            forget(client, (item.folder for item in items))
    except AppError as error:
        _record(request.user, server, "clouds.delete", items, result=error.code)
        return show(request, server, "clouds/_files_delete", error=error, **question)
    _record(request.user, server, "clouds.delete", items)
    return finished(request, _delete_done(items), back)


def _record(user: Any, server: CloudServer, action: str, items: list[Item], result: str = "ok", **more: Any) -> None:
    summary = {"paths": [item.path for item in items], **more}
    audit.record(action, user=user, target=server.object_name, result=result, summary=summary)


def _delete_title(items: list[Item]) -> str:
    if len(items) == 1:
        return _("Delete “%s”?") % items[0].name
    return ngettext("Delete %d item?", "Delete %d items?", len(items)) % len(items)


def _delete_done(items: list[Item]) -> str:
    if len(items) == 1:
        return _("“%s” is deleted.") % items[0].name
    return ngettext("%d item is deleted.", "%d items are deleted.", len(items)) % len(items)


@login_required
@require_http_methods(["GET", "POST"])
def rename(request: HttpRequest, pk: str) -> HttpResponse:
    """A new name for one file or folder: from the field in its row, or from a page of its own."""
    server, items = open_server(request.user, pk), chosen(request)
    if len(items) > 1:
        raise Invalid(_("One name is for one thing."), hint=_("Tick one file or folder and rename that."))
    item = items[0]
    form = NameForm(request.POST if "go" in request.POST else None, initial={"name": item.name})
    question: dict[str, Any] = {
        "title": _("Rename “%s”") % item.name,
        "back": folder_url(server, item.folder),
        "items": items,
        "form": form,
    }
    if not form.is_valid():
        return show(request, server, "netdisk/_rename", **question)
    name = form.cleaned_data["name"]
    try:
        _rename(request.user, server, item, name)
    except AppError as error:
        return show(request, server, "netdisk/_rename", error=error, **question)
    text = _("“%(old)s” is called “%(new)s” now.") % {"old": item.name, "new": name}
    return finished(request, text, question["back"], path=join(item.folder, name))


def _rename(user: Any, server: CloudServer, item: Item, name: str) -> None:
    """Does nothing for the old name; a name that is taken is refused, whatever the cloud would do with it."""
    if name == item.name:
        return
    client = patient(server)
    with translated():
        if name.casefold() != item.name.casefold() and client.find(join(item.folder, name)) is not None:
            raise CloudError("clouddrive_exists")
        client.rename(item.path, name)
        forget(client, [item.folder])
    _record(user, server, "clouds.rename", [item], name=name)
