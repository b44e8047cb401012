"""Share links: how long, with which code, and the link to pass on; or why there is none, and what to do instead."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from core.errors import AppError, Invalid
from netdisk.forms import ShareForm, new_code

from .asking import ask
from .connect import qr
from .dialogs import show
from .drives import open_drive
from .places import folder_url
from .selection import Item, chosen

MOST = 100  # files of one link
NOT_OFFERED = {HTTPStatus.NOT_IMPLEMENTED, HTTPStatus.FORBIDDEN, HTTPStatus.SERVICE_UNAVAILABLE}


@login_required
@require_http_methods(["GET", "POST"])
def share(request: HttpRequest, pk: str) -> HttpResponse:
    drive, items = open_drive(request.user, pk), chosen(request)
    form = ShareForm(request.POST if "go" in request.POST else None, initial={"pwd": new_code()})
    question: dict[str, Any] = {
        "title": _title(items),
        "back": folder_url(drive, items[0].folder),
        "items": items,
        "form": form,
    }
    if not form.is_valid():
        return show(request, drive, "share", **question)
    try:
        _check(items)
        made = ask(
            request.user, drive, "netdisk.share_create", fsid_list=[item.fs_id for item in items], **form.cleaned_data
        )
    except AppError as error:
        if error.status in NOT_OFFERED:
            return show(request, drive, "unshared", refusal=error, **question)
        return show(request, drive, "share", error=error, **question)
    made["url"] = made.get("url") or made["link"]
    return show(request, drive, "shared", **{**question, "made": made, "qr": qr(made["url"]), "title": _("Shared")})


def _check(items: list[Item]) -> None:
    if len(items) > MOST:
        raise Invalid(
            ngettext("A link holds at most %d item.", "A link holds at most %d items.", MOST) % MOST,
            hint=_("Share their folder instead."),
        )
    if not all(item.fs_id for item in items):
        raise Invalid(_("This can't be shared from here."), hint=_("Open its folder and share it there."))


def _title(items: list[Item]) -> str:
    if len(items) == 1:
        return _("Share “%s”") % items[0].name
    return ngettext("Share %d item", "Share %d items", len(items)) % len(items)
