"""One file: its picture, film or text as far as a browser can show it, and what is known about it."""

from __future__ import annotations

import posixpath
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from core.errors import AppError, NotFound
from core.pages import is_htmx, sentence
from netdisk.models import DriveAccount
from netdisk.rows import details, pick

from . import thumbs
from .asking import ask, pause
from .drives import open_drive
from .files import number
from .places import crumbs

TEXTS = {"code", "document", "file"}  # kinds that may be text; the bytes decide
NEVER_TEXT = (".pdf", ".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx", ".epub", ".odt", ".exe", ".bin", ".apk", ".db")
TEXT_LIMIT = 2 * 1024 * 1024  # larger files are rarely read for their beginning
TEXT_KIB = 64
LAST_ID = 2**63 - 1


def shown_as(kind: str, name: str, size: int, picture: str) -> str:
    """How a browser can show a file: image, video, audio, text, or empty."""
    if kind in {"video", "audio"}:
        return kind
    if picture:
        return "image"
    may_be_text = kind in TEXTS and not name.lower().endswith(NEVER_TEXT) and size <= TEXT_LIMIT
    return "text" if may_be_text else ""


@login_required
@require_GET
def file_details(request: HttpRequest, pk: str, fs_id: int) -> HttpResponse:
    """One file or folder: picture, where, how large, checksums, media; as a dialog or as a page."""
    drive = open_drive(request.user, pk)
    found = ask(request.user, drive, "netdisk.file_metas", fsids=[fs_id], thumb=1, extra=1, needmedia=1, detail=1)
    if not found["list"]:
        raise NotFound(code="netdisk.not_found")
    thumbs.remember(drive, found["list"])
    context = {"drive": drive, **details(drive, found["list"][0])}
    context["way"] = shown_as(context["kind"], context["name"], context["size"], context["picture"])
    context["crumbs"] = [*crumbs(drive, posixpath.dirname(context["path"])), {"label": context["name"], "url": ""}]
    context["acts"] = _acts(drive, context, dialog=is_htmx(request))
    return render(request, "netdisk/file_dialog.html" if is_htmx(request) else "netdisk/file.html", context)


def _acts(drive: DriveAccount, file: dict[str, Any], *, dialog: bool) -> list[dict[str, Any]]:
    """What can be done with it, besides looking."""
    query = urlencode({"id": pick(file["fs_id"], file["path"], is_dir=file["is_dir"])})

    def item(name: str, label: str, icon: str, **more: Any) -> dict[str, Any]:
        url = f"{reverse(f'netdisk:{name}', args=[drive.pk])}?{query}"
        return {"label": label, "icon": icon, "url": url, "dialog": dialog, **more}

    return [
        item("share", _("Share"), "link"),
        item("rename", _("Rename"), "edit"),
        item("move", _("Move"), "folder"),
        item("copy", _("Copy"), "copy"),
        {"separator": True},
        item("delete", _("Delete"), "trash", danger=True),
    ]


@login_required
@require_GET
def text(request: HttpRequest, pk: str, fs_id: int) -> HttpResponse:
    """The beginning of a text, as text: a fragment within the details."""
    drive = open_drive(request.user, pk)
    context: dict[str, Any] = {"drive": drive, "fs_id": fs_id, "kib": TEXT_KIB}
    try:
        found = ask(request.user, drive, "netdisk.preview_get", fsid=fs_id, kib=TEXT_KIB)
    except AppError as error:
        return render(request, "netdisk/_text.html", {**context, "wait": pause(error), "problem": sentence(error)})
    return render(request, "netdisk/_text.html", {**context, "found": found})


@login_required
@require_POST
def play(request: HttpRequest, pk: str) -> HttpResponse:
    """The player of a film or song: after Baidu's advertisement for those who are no members there."""
    drive, post = open_drive(request.user, pk), request.POST
    path = post.get("path", "")[:1000]
    context: dict[str, Any] = {
        "drive": drive,
        "path": path,
        "name": posixpath.basename(path),
        "audio": post.get("audio") == "1",
        "fs_id": number(post.get("fs_id", ""), LAST_ID),
        "title": _("Play “%s”") % posixpath.basename(path),
        "crumbs": crumbs(drive, posixpath.dirname(path) or "/"),
    }
    try:
        found = ask(
            request.user, drive, "netdisk.media_playlist", path=path, wait=0, ad_token=post.get("ad_token", "")[:500]
        )
    except AppError as error:
        context |= {"wait": pause(error), "problem": sentence(error), "ad_token": post.get("ad_token", "")[:500]}
    else:
        context["found"] = found
    return render(request, "netdisk/_player.html" if is_htmx(request) else "netdisk/player.html", context)
