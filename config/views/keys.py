"""`/system/keys/`: where the master key lies, and the proof that someone kept a copy. Never shows a key."""

from __future__ import annotations

import hmac
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core import audit
from core.models import AuditEntry
from core.ratelimit import Limit, check
from core.vault import vault

from .access import staff_only

SAVED = "system.keys_saved"
TRIES = Limit(10, 600)
TAIL = 4


@staff_only
@require_http_methods(["GET", "POST"])
def keys_page(request: HttpRequest) -> HttpResponse:
    if request.method == "GET":
        return _page(request)
    check(f"keys:{request.user.pk}", TRIES)
    typed = request.POST.get("tail", "").strip()
    if not hmac.compare_digest(typed.encode(), settings.ENC_MASTER_KEY[-TAIL:].encode()):
        return _page(
            request,
            _("These are not the last four characters of ENC_MASTER_KEY. Open your copy and compare."),
            422,
        )
    audit.record(SAVED, user=request.user, target=vault().current)
    messages.success(request, _("Right. Your copy opens the vault; keep it apart from the data."))
    return redirect("home")


def are_saved() -> bool:
    """Whether someone proved to have a copy of the present master key, or the environment gives it."""
    if "ENC_MASTER_KEY" in settings.FIXED_BY_ENVIRONMENT:
        return True
    return AuditEntry.objects.filter(action=SAVED, target=vault().current).exists()


def _page(request: HttpRequest, error: str = "", status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {
        "folder": settings.KEYS_DIR,
        "files": sorted(path.name for path in settings.KEYS_DIR.glob("*") if path.is_file())
        if settings.KEYS_DIR.is_dir()
        else [],
        "from_environment": "ENC_MASTER_KEY" in settings.FIXED_BY_ENVIRONMENT,
        "key_id": vault().current,
        "saved": AuditEntry.objects.filter(action=SAVED, target=vault().current).order_by("-created_at").first(),
        "error": error,
    }
    return render(request, "dashboard/keys.html", context, status=status)
