from __future__ import annotations

from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme


def safe_next(request: HttpRequest, default: str = "home") -> str:
    """Where to go afterwards: the `next` parameter when it is a path of this site, else `default` (H16)."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    return wanted if is_own_path(wanted) else resolve_url(default)


def is_own_path(url: str) -> bool:
    if not url.startswith("/") or url.startswith(("//", "/\\")) or not url.isprintable():
        return False
    return url_has_allowed_host_and_scheme(url, allowed_hosts=None)
