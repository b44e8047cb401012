"""A whole folder: chosen, looked at, sent."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.errors import AppError
from core.pages import done, sentence
from transfers.folders import sending
from transfers.folders.forms import FolderForm

ASKED = ("origin", "path", "to", "folder")


@login_required
@require_http_methods(["GET", "POST"])
def send_folder(request: HttpRequest) -> HttpResponse:
    """`?origin=netdisk:<id>&path=/films` chooses the folder; with `look` one sees what would happen."""
    initial = {name: request.GET[name] for name in ASKED if name in request.GET}
    form = FolderForm(request.user, request.POST if request.method == "POST" else None, initial=initial)
    plan = None
    if form.is_valid():
        try:
            if "go" in request.POST:
                return _order(request, form)
            plan = sending.look(request.user, form.source, form.target)
        except AppError as error:
            form.add_error(None, sentence(error))
    context: dict[str, Any] = {"form": form, "plan": plan}
    return render(request, "transfers/folder.html", context, status=422 if form.errors else 200)


def _order(request: HttpRequest, form: FolderForm) -> HttpResponse:
    conflict = form.cleaned_data["conflict"] or "rename"
    sending.order(request.user, form.source, form.target, conflict=conflict)
    return done(request, _("The folder is being queued; its files appear here."), reverse("transfers:list"))
