"""Mounts of a server: folders of its own machine that show its clouds (wire/clouddrive2.md §3.2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core import audit
from core.errors import AppError, NotFound, Text
from core.pages import done, is_htmx, refused, toast
from protos import clouddrive_pb2 as pb
from transfers.clouddrive2.client import CloudDrive
from transfers.clouds import servers
from transfers.clouds.errors import translated
from transfers.clouds.forms import MountForm
from transfers.models import CloudServer

from .answers import Asked, ask, problem
from .asking import patient
from .servers import to

VERBS: dict[str, tuple[Callable[[CloudDrive, str], None], Text]] = {
    "mount": (CloudDrive.mount, gettext_lazy("%s is mounted.")),
    "unmount": (CloudDrive.unmount, gettext_lazy("%s is unmounted.")),
    "remove": (CloudDrive.remove_mount, gettext_lazy("The mount at %s is removed. Files on the clouds stay.")),
}


@login_required
@require_GET
def mount_list(request: HttpRequest, pk: str) -> HttpResponse:
    row = servers.find(request.user, pk)
    template = "clouds/mounts_list.html" if is_htmx(request) else "clouds/mounts.html"
    return render(request, template, _context(row))


def _context(server: CloudServer) -> dict[str, Any]:
    told = ask(lambda: patient(server).mounts())
    rows = [_row(mount) for mount in told.value or []]
    return {"server": server, "mounts": rows, "problem": told.problem}


def _row(mount: pb.MountPoint) -> dict[str, Any]:
    failed = bool(mount.failReason) and not mount.isMounted
    if failed:
        word, tone = _("Could not be mounted"), "needs-you"
    else:
        word, tone = (_("Mounted"), "done") if mount.isMounted else (_("Not mounted"), "plain")
    return {"mount": mount, "state": word, "tone": tone, "why": mount.failReason if failed else ""}


@login_required
@require_POST
def act(request: HttpRequest, pk: str, verb: str) -> HttpResponse:
    """Mount, unmount or remove the mount at `point`."""
    row, point = servers.find(request.user, pk), request.POST.get("point", "")
    if verb not in VERBS or not point:
        raise Http404
    call, said = VERBS[verb]
    answer = ask(lambda: call(patient(row), point))
    if answer.error is None:
        _note(request, row, verb, point)
    if not is_htmx(request):
        url = reverse("transfers:mounts", args=[row.pk])
        return refused(request, answer.error, url) if answer.error else done(request, said % point, url)
    response = render(request, "clouds/mounts_list.html", {**_context(row), "refusal": answer.problem})
    return response if answer.error else toast(response, "success", said % point)


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, pk: str) -> HttpResponse:
    row = servers.find(request.user, pk)
    form = MountForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and (answer := _added(request, row, form)):
        return answer
    return _form(request, row, form, _("Add a mount"))


def _added(request: HttpRequest, row: CloudServer, form: MountForm) -> HttpResponse | None:
    """On to the list, also when the mount is there now and only could not be mounted: its row says why."""
    point = form.cleaned_data["point"]
    if _find(row, point).value:
        form.add_error("point", _("There is a mount at this folder already."))
        return None
    if _told(form, lambda: patient(row).add_mount(form.option())):
        return _changed(request, row, "add", form)
    if not _find(row, point).value:
        return None
    _note(request, row, "add", point)
    messages.warning(request, _("The mount at %s is stored, but could not be mounted.") % point)
    return to(request, reverse("transfers:mounts", args=[row.pk]))


def _find(row: CloudServer, point: str) -> Asked[pb.MountPoint | None]:
    return ask(lambda: next((each for each in patient(row).mounts() if each.mountPoint == point), None))


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: str) -> HttpResponse:
    """Change the mount at `?point=`; a mounted one is mounted anew by the server."""
    row, point = servers.find(request.user, pk), request.GET.get("point", "")
    found = _find(row, point)
    title = _("Change the mount")
    if found.error:
        return _form(request, row, None, title, problem(found.error))
    if found.value is None:
        raise NotFound
    old = found.value
    known = {
        "point": old.mountPoint, "source": old.sourceDir, "name": old.name, "auto": old.autoMount, "read_only": old.readOnly,
    }  # fmt: skip
    form = MountForm(request.POST if request.method == "POST" else None, initial=known)
    if form.is_valid() and _told(form, lambda: patient(row).update_mount(point, form.option(old))):
        return _changed(request, row, "update", form)
    return _form(request, row, form, title)


def _told(form: MountForm, call: Callable[[], None]) -> bool:
    """Whether the server has done it; else the form says why not."""
    try:
        with translated():
            call()
    except AppError as error:
        form.add_error(None, problem(error)["text"])
        return False
    return True


def _changed(request: HttpRequest, row: CloudServer, verb: str, form: MountForm) -> HttpResponse:
    point = form.cleaned_data["point"]
    _note(request, row, verb, point)
    return done(request, _("The mount at %s is stored.") % point, reverse("transfers:mounts", args=[row.pk]))


def _form(
    request: HttpRequest, row: CloudServer, form: MountForm | None, title: str, trouble: dict[str, str] | None = None
) -> HttpResponse:
    """The form over the list with script, on a page of its own without; with suggestions of what can be shown."""
    told = ask(lambda: [entry.path for entry in patient(row).list_dir("/")]) if form else None
    context = {
        "server": row,
        "form": form,
        "title": title,
        "problem": trouble,
        "sources": ["/", *((told and told.value) or [])],
        "action": request.get_full_path(),
    }
    template = "clouds/mounts_dialog.html" if is_htmx(request) else "clouds/mounts_form.html"
    return render(request, template, context, status=422 if form is not None and form.errors else 200)


def _note(request: HttpRequest, row: CloudServer, verb: str, point: str) -> None:
    summary = {"verb": verb, "point": point}
    audit.record("transfers.server_mount", user=request.user, target=row.object_name, summary=summary)
