from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

MENU = (
    ("accounts:settings", _("Profile"), "user"),
    ("accounts:password", _("Password"), "key"),
    ("accounts:sessions", _("Sessions"), "phone"),
    ("accounts:privacy", _("Privacy"), "shield"),
)


def person(request: HttpRequest) -> dict[str, Any]:
    """What the page frame shows of the person: menu, theme switch, sign-out, time zone."""
    user = getattr(request, "user", None)
    found: dict[str, Any] = {"theme_url": reverse("accounts:theme")}
    if user is not None and user.is_authenticated:
        found |= {
            "logout_url": reverse("accounts:logout"),
            "user_menu": [{"url": reverse(name), "label": label, "icon": icon} for name, label, icon in MENU],
            "time_zone": user.time_zone,
        }
    return found
