"""Starting transfers from elsewhere: files ticked on a drive, a file of the library to a drive. See `new` for the form."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import AppError, Invalid
from core.pages import Address, done, is_htmx, refused, sentence, toast
from transfers import services
from transfers.forms import SendForm
from transfers.models import CloudServer

LAST_ID = 2**63 - 1


def started(count: int, *, to_drive: bool = False) -> str:
    if to_drive:
        return ngettext("%d file is on its way to the drive.", "%d files are on their way to the drive.", count) % count
    return ngettext("%d file is on its way to the library.", "%d files are on their way to the library.", count) % count


@login_required
@require_http_methods(["GET", "POST"])
def send(request: HttpRequest) -> HttpResponse:
    """A file of the library to a drive; `?file=` chooses it. Who has servers, too, chooses both ends on one form."""
    if request.method == "GET" and CloudServer.objects.visible_to(request.user).exists():
        chosen = Address({"from": "library", "id": request.GET.get("file", "")})
        return redirect(reverse("transfers:new") + chosen.url())
    asked = {"file": request.GET["file"]} if "file" in request.GET else {}
    form = SendForm(request.user, request.POST if request.method == "POST" else None, initial=asked)
    if form.is_valid() and _send(request, form):
        return done(request, started(1, to_drive=True), reverse("transfers:list"))
    template = "transfers/send_dialog.html" if is_htmx(request) else "transfers/send.html"
    possible = all(form.fields[name].queryset.exists() for name in ("drive", "file"))  # type: ignore[attr-defined]
    context = {"form": form, "possible": possible}
    return render(request, template, context, status=422 if form.errors else 200)


def _send(request: HttpRequest, form: SendForm) -> bool:
    values = form.cleaned_data
    place = {name: values[name] for name in ("path", "name", "conflict")} | {"drive_id": values["drive"].pk}
    try:
        wanted = services.from_library(request.user, values["file"].pk)
        services.upload(request.user, wanted, priority=values["priority"] or 0, **place)
    except AppError as error:
        form.add_error(None, sentence(error))
        return False
    return True


@login_required
@require_POST
def from_drive(request: HttpRequest) -> HttpResponse:
    """The ticked files of a drive into the library, or with `to` to a folder of another drive."""
    post = request.POST.get
    try:
        wanted = services.from_netdisk(request.user, file_numbers(request), drive_id=post("drive"))
        if target := post("to"):
            conflict = post("conflict", "rename")
            rows = services.upload_all(
                request.user, wanted, path=post("folder", ""), drive_id=target, conflict=conflict
            )
        else:
            rows = services.create(request.user, wanted, folder=post("folder", "/"))
    except AppError as error:
        if is_htmx(request):
            raise
        return refused(request, error, "transfers:list")
    said = started(len(rows), to_drive=bool(target))
    if is_htmx(request):
        return toast(HttpResponse(status=204), "success", said)
    return done(request, said, reverse("transfers:list"))


def file_numbers(request: HttpRequest) -> list[int]:
    """The `id`s of the form, each once, as the drive numbers its files."""
    found: dict[int, Any] = {}
    for text in (value.partition(":")[0] for value in request.POST.getlist("id")):  # as netdisk.rows.pick writes them
        if not (text.isascii() and text.isdigit() and len(text) < 20 and 0 < int(text) <= LAST_ID):
            raise Invalid(fields={"id": ["1 – 2^63-1"]})
        found[int(text)] = True
    if not 0 < len(found) <= services.MAX_BATCH:
        raise Invalid(
            fields={
                "id": [ngettext("Tick up to %d file.", "Tick up to %d files.", services.MAX_BATCH) % services.MAX_BATCH]
            }
        )
    return list(found)
