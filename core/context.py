from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from . import navigation
from .request import current


def shell(request: HttpRequest) -> dict[str, Any]:
    """What the page frame needs: navigation, theme, request id, version."""
    user = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated
    return {
        "nav": SimpleLazyObject(lambda: navigation.build(request)) if signed_in else [],
        "theme": getattr(user, "theme", None) or request.COOKIES.get("yg_theme", "auto"),
        "request_id": current().request_id,
        "last_event_id": getattr(request, "last_event_id", ""),
        "version": settings.VERSION,
        "public_url": settings.PUBLIC_URL,
    }
