"""Connecting a drive: through Baidu's page in this browser, or with a code typed on another device."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import segno
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_GET, require_POST

from core.errors import AppError, NotFound
from core.pages import is_htmx, refused
from netdisk import connect
from netdisk.connect import Poll
from netdisk.drives import parse_id
from netdisk.models import Authorisation


def session_key(request: HttpRequest) -> str:
    """The key of this browser's session, made when it has none yet."""
    if not request.session.session_key:
        request.session.create()
    return str(request.session.session_key)


def wants_service(request: HttpRequest) -> bool:
    return request.POST.get("service") == "1"


@login_required
@require_GET
def choose(request: HttpRequest) -> HttpResponse:
    """The two ways to connect, as a dialog or as a page."""
    return render(request, "netdisk/new_dialog.html" if is_htmx(request) else "netdisk/new.html")


@login_required
@require_POST
def connect_drive(request: HttpRequest) -> HttpResponse:
    """Off to Baidu's page."""
    try:
        return redirect(connect.begin(request.user, session_key(request), service=wants_service(request)))
    except AppError as error:
        return refused(request, error, "netdisk:drives")


@require_GET
def oauth_callback(request: HttpRequest) -> HttpResponse:
    """Back from Baidu: a page that reads well on a phone; its address never holds a token."""
    try:
        drive = connect.finish(
            session_key(request),
            state=request.GET.get("state", "")[:200],
            code=request.GET.get("code", "")[:500],
            error=request.GET.get("error", "")[:100],
        )
    except AppError as error:
        return render(request, "netdisk/callback.html", {"error": error}, status=error.status)
    return render(request, "netdisk/callback.html", {"drive": drive})


@login_required
@require_POST
def device_start(request: HttpRequest) -> HttpResponse:
    """Ask Baidu for a code, and on to the page that shows it."""
    try:
        device = connect.begin_device(request.user, service=wants_service(request))
    except AppError as error:
        return refused(request, error, "netdisk:drives")
    return redirect("netdisk:device", pk=device.pk)


@login_required
@require_GET
def device(request: HttpRequest, pk: str) -> HttpResponse:
    """The code, its QR, and how it stands."""
    user: Any = request.user
    row = Authorisation.objects.filter(user=user, kind=Authorisation.Kind.DEVICE, pk=parse_id(pk)).first()
    if row is None:
        raise NotFound
    address = device_address(row)
    poll = Poll(row.outcome or "pending", row.interval, row.account)
    context = {"device": row, "address": address, "qr": qr(address), **_standing(row.pk, poll)}
    return render(request, "netdisk/device.html", context)


def device_address(row: Authorisation) -> str:
    """Baidu's page with the code filled in, as its own QR picture has it (wire/baidu-netdisk.md §1.2)."""
    return f"{row.verification_url}?{urlencode({'code': row.user_code})}"


def qr(text: str) -> SafeString:
    """An inline SVG that scales; drawn from numbers alone, the text is not part of the markup."""
    code = segno.make(text, error="m", micro=False)
    return mark_safe(code.svg_inline(border=0, omitsize=True))  # noqa: S308


@login_required
@require_POST
def device_poll(request: HttpRequest, pk: str) -> HttpResponse:
    """Ask Baidu once, never faster than it allows; the fragment asks again by itself while it waits."""
    try:
        poll = connect.poll_device(request.user, parse_id(pk))
    except NotFound:
        raise
    except AppError as error:
        poll = Poll(error.code)
    if not is_htmx(request):
        return redirect("netdisk:device", pk=pk)
    return render(request, "netdisk/_device_state.html", _standing(pk, poll))


def _standing(pk: Any, poll: Poll) -> dict[str, Any]:
    known = {"pending", "connected", "declined", "expired"}
    return {
        "pk": pk,
        "state": poll.state if poll.state in known else "failed",
        "wait": max(1, poll.wait),
        "drive": poll.drive,
    }
