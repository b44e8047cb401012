"""New folders on a server."""

from __future__ import annotations

import posixpath
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from core import audit
from core.errors import AppError, Invalid
from transfers.clouddrive2.paths import join
from transfers.clouds.errors import CloudError, translated
from transfers.models import CloudServer

from .asking import forget, open_server, patient
from .dialogs import finished, show
from .places import folder_url
from .selection import place


class NameForm(forms.Form):
    """A bare name. What else a cloud does not take, it says itself."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=255)

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if "/" in name or name in {".", ".."} or not name.isprintable():
            raise forms.ValidationError(_("A name has no “/” and no invisible signs, and is not “.” or “..”."))
        return name


def make(user: Any, server: CloudServer, parent: str, values: QueryDict) -> str:
    """Make the folder that a form names in `parent`; returns its path. Refused when something has the name already."""
    form = NameForm(values)
    if not form.is_valid():
        raise Invalid(_("This folder name can't be used."), fields={"name": list(form.errors["name"])}, hint="")
    path, client = join(place(parent), form.cleaned_data["name"]), patient(server)
    with translated():
        if client.find(path) is not None:
            raise CloudError("clouddrive_exists")
        client.mkdir(path)
        forget(client, [parent])
    audit.record("clouds.mkdir", user=user, target=server.object_name, summary={"path": path})
    return path


@login_required
@require_http_methods(["GET", "POST"])
def make_folder(request: HttpRequest, pk: str) -> HttpResponse:
    server = open_server(request.user, pk)
    parent = place(request.POST.get("path") or request.GET.get("path") or "/")
    back = folder_url(server, parent)
    question: dict[str, Any] = {"title": _("New folder"), "back": back, "path": parent}
    if request.method == "GET":
        return show(request, server, "netdisk/_folder", **question)
    try:
        path = make(request.user, server, parent, request.POST)
    except AppError as error:
        name = request.POST.get("name", "")[:255]
        return show(request, server, "netdisk/_folder", error=error, name=name, **question)
    return finished(request, _("The folder “%s” is there.") % posixpath.basename(path), back, path=path)
