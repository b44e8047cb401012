"""CloudDrive2 servers: the list, connect one, change it, test it, forget it."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.errors import AppError
from core.pages import done, is_htmx, refused, sentence
from transfers.clouds import servers
from transfers.clouds.errors import CloudError
from transfers.clouds.forms import ServerForm
from transfers.clouds.rights import explained
from transfers.models import CloudServer

State = CloudServer.State
TONES = {State.NEW: "plain", State.OK: "done", State.TROUBLE: "needs-you"}
LACKING = gettext_lazy("Rights are missing")
DEMO = "demo"  # name and password of the stand-in's account


def card(server: CloudServer, **more: Any) -> dict[str, Any]:
    """What a server's card shows; `more`: what a test has just found."""
    lacking = server.state == State.OK and bool(server.missing)
    trouble = server.state == State.TROUBLE
    return {
        "server": server,
        "state": LACKING if lacking else server.get_state_display(),
        "tone": "waiting" if lacking else TONES[State(server.state)],
        "problem": sentence(CloudError(server.problem)) if trouble else "",
        "rights": explained(server.missing) if lacking else [],
        **more,
    }


def standin(user: Any) -> tuple[str, int] | None:
    """Where the stand-in of this installation runs, unless the user has connected it already."""
    for entry in settings.CLOUDDRIVE_STANDIN:
        host, _colon, port = entry.rpartition(":")
        if not CloudServer.objects.visible_to(user).filter(host=host, port=port).exists():
            return host, int(port)
    return None


@login_required
@require_GET
def server_list(request: HttpRequest) -> HttpResponse:
    cards = [card(server) for server in CloudServer.objects.visible_to(request.user)]
    context = {"cards": cards, "standin": standin(request.user)}
    return render(request, "clouds/server_cards.html" if is_htmx(request) else "clouds/servers.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    form = ServerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            server = servers.add(request.user, form.access())
        except AppError as error:
            form.refuse(error)
        else:
            return _connected(request, server)
    context = {"form": form, "standin": standin(request.user), "action": reverse("transfers:server-new")}
    return render(request, "clouds/server_new.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def connect_standin(request: HttpRequest) -> HttpResponse:
    """The stand-in of this installation with its demonstration account; nothing leaves the machine."""
    here = standin(request.user)
    if here is None:
        return redirect("transfers:servers")
    access = servers.Access(_("CloudDrive2 stand-in"), *here, username=DEMO, secret=DEMO)
    try:
        return _connected(request, servers.add(request.user, access))
    except AppError as error:
        return refused(request, error, "transfers:servers")


def _connected(request: HttpRequest, server: CloudServer) -> HttpResponse:
    """On to the server's page, which says what the test has found."""
    target = reverse("transfers:server", args=[server.pk])
    if server.state == State.OK:
        return done(request, _("%s is connected.") % server.name, target)
    messages.warning(request, _("%s is stored, but the test of the connection failed.") % server.name)
    return to(request, target)


def to(request: HttpRequest, target: str) -> HttpResponse:
    """After a form, on to `target`, with script and without."""
    return HttpResponse(status=204, headers={"HX-Redirect": target}) if is_htmx(request) else redirect(target)


@login_required
@require_GET
def server(request: HttpRequest, pk: str) -> HttpResponse:
    """What is known of a server, at once; what it has to be asked comes in parts (`live.part`)."""
    row = servers.find(request.user, pk)
    return render(request, "clouds/server.html", {**card(row), "pairs": facts(row)})


def facts(server: CloudServer) -> list[dict[str, Any]]:
    """Address, sign-in and versions, for components/key_values.html."""
    host = f"[{server.host}]" if ":" in server.host else server.host
    by = _("User name %s") % server.username if server.username else _("API token")
    root = "" if server.root == "/" else server.root
    pairs: list[dict[str, Any]] = [
        {"label": _("Address"), "value": f"{'https' if server.tls else 'http'}://{host}:{server.port}", "mono": True},
        {"label": _("Version"), "value": server.version},
        {"label": _("Sign-in"), "value": by},
        {"label": _("WebDAV user"), "value": server.dav_username},
        {"label": _("Folder of the token"), "value": root, "mono": True},
        {"label": _("Connected"), "at": server.created_at},
    ]
    return [pair for pair in pairs if pair.get("value") != ""]


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: str) -> HttpResponse:
    row = servers.find(request.user, pk)
    form = ServerForm(request.POST or None, server=row)
    if request.method == "POST" and form.is_valid():
        try:
            return _connected(request, servers.change(request.user, row, form.access()))
        except AppError as error:
            form.refuse(error)
    name = servers.find(request.user, pk).name if form.errors else row.name
    context = {"form": form, "server": row, "name": name, "action": request.path}
    return render(request, "clouds/server_edit.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def test(request: HttpRequest, pk: str) -> HttpResponse:
    """Try the connection and the token; the card comes back with the answer and how long it took."""
    row = servers.find(request.user, pk)
    started = time.perf_counter()
    try:
        result = servers.test(row)
    except AppError as error:  # the address may not be called any more
        result = {"ok": False, "detail": str(error), "hint": str(error.hint)}
    milliseconds = round((time.perf_counter() - started) * 1000)
    if is_htmx(request):
        context = card(row, result=result, milliseconds=milliseconds, detail="detail" in request.POST)
        response = render(request, "clouds/server_card.html", context)
        response["HX-Trigger"] = "server-tested"
        return response
    if result["ok"]:
        words = _("%(name)s answers; that took %(ms)d ms.") % {"name": row.name, "ms": milliseconds}
        messages.success(request, words)
    else:
        messages.error(request, f"{result['detail']} {result['hint']}")
    return redirect("transfers:server", pk=row.pk)


@login_required
@require_POST
def remove(request: HttpRequest, pk: str) -> HttpResponse:
    row = servers.find(request.user, pk)
    name = row.name
    servers.remove(request.user, row)
    said = _("%s is forgotten, with what was stored to sign in. Files on its clouds stay as they are.") % name
    return done(request, said, reverse("transfers:servers"))
