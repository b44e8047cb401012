"""Thumbnails through our own address: the browser talks to nobody else, and only real pictures come back (H34, H43)."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from core.errors import AppError
from core.http import session
from core.outbound import OutboundError
from core.outbound.body import read_bounded
from netdisk.baidu.client import USER_AGENT
from netdisk.drives import client_for
from netdisk.errors import translated
from netdisk.models import DriveAccount
from netdisk.pictures import LARGEST, SIZES, sniff

from .drives import open_drive

REMEMBER_SECONDS = 600
SECONDS = 10.0
LAST_ID = 2**63 - 1
KEEP = "private, max-age=604800, immutable"
KEEP_SHORTLY = "private, max-age=60"
FALLBACK = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#8591a3" stroke-width="1.4" '
    b'stroke-linejoin="round"><path d="M7 3.5h7l4 4v13H7z"/><path d="M14 3.5v4h4"/></svg>'
)


def _key(drive: DriveAccount, fs_id: int) -> str:
    return f"thumbs:{drive.pk}:{fs_id}"


def remember(drive: DriveAccount, entries: list[dict[str, Any]]) -> None:
    """Keep the picture addresses that a listing brought along, so that a page of pictures asks for nothing twice."""
    found = {_key(drive, entry["fs_id"]): entry["thumbs"] for entry in entries if entry.get("thumbs")}
    if found:
        cache.set_many(found, REMEMBER_SECONDS)


@login_required
@require_GET
def thumb(request: HttpRequest, pk: str, fs_id: int) -> HttpResponse:
    """The picture of one file, or a plain file sign; never an error, because it stands inside other pages."""
    drive = open_drive(request.user, pk)
    wanted = SIZES.get(request.GET.get("size", ""), SIZES["small"])
    try:
        data = _picture(_address(drive, fs_id, wanted))
    except (AppError, OutboundError):
        data = b""
    kind = sniff(data)
    if not kind:
        return _answer(FALLBACK, "image/svg+xml", KEEP_SHORTLY)
    return _answer(data, kind, KEEP)


def _address(drive: DriveAccount, fs_id: int, wanted: tuple[str, ...]) -> str:
    if fs_id > LAST_ID:
        return ""
    known = cache.get(_key(drive, fs_id))
    if known is None:
        with translated():
            found = client_for(drive).file_metas([fs_id], thumb=True).found
        known = dict(found[0].thumbs) if found else {}
        cache.set(_key(drive, fs_id), known, REMEMBER_SECONDS)
    return next((known[name] for name in wanted if known and name in known), "")


def _picture(url: str) -> bytes:
    """Through the gate, with bounds on bytes and time; no token goes along."""
    if not url:
        return b""
    headers = {"User-Agent": USER_AGENT}
    response = session("baidu-thumbs").get(url, headers=headers, stream=True, allow_redirects=True, timeout=SECONDS)
    body = read_bounded(response, LARGEST, seconds=SECONDS)
    return body if response.status_code == 200 else b""


def _answer(data: bytes, kind: str, keep: str) -> HttpResponse:
    headers = {
        "Cache-Control": keep,
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return HttpResponse(data, content_type=kind, headers=headers)
