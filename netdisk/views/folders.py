"""New folders."""

from __future__ import annotations

import posixpath
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.errors import AppError, Invalid
from netdisk.forms import NameForm
from netdisk.models import DriveAccount

from .asking import ask
from .dialogs import finished, show
from .drives import open_drive
from .places import folder_url


def make(user: Any, drive: DriveAccount, parent: str, values: QueryDict) -> str:
    """Make the folder that a form names in `parent`; returns its path."""
    form = NameForm(values)
    if not form.is_valid():
        raise Invalid(_("This folder name can't be used."), fields={"name": list(form.errors["name"])}, hint="")
    path = posixpath.join(parent, form.cleaned_data["name"])
    made = ask(user, drive, "netdisk.mkdir", path=path)
    return str(made.get("path") or path)


@login_required
@require_http_methods(["GET", "POST"])
def make_folder(request: HttpRequest, pk: str) -> HttpResponse:
    drive = open_drive(request.user, pk)
    parent = (request.POST.get("path") or request.GET.get("path") or "/")[:1000]
    back = folder_url(drive, parent)
    question: dict[str, Any] = {"title": _("New folder"), "back": back, "path": parent}
    if request.method == "GET":
        return show(request, drive, "folder", **question)
    try:
        path = make(request.user, drive, parent, request.POST)
    except AppError as error:
        return show(request, drive, "folder", error=error, name=request.POST.get("name", "")[:255], **question)
    return finished(request, _("The folder “%s” is there.") % posixpath.basename(path), back, path=path)
