"""Pages that belong to no single app: overview, activity, API page, system pages, errors."""

from __future__ import annotations

from .activity import Activity
from .api_page import developers
from .checklist import dismiss_checklist
from .errors import bad_request, csrf_failure, forbidden, not_found, server_error
from .home import Home
from .keys import keys_page
from .live_settings import live_settings_page
from .proxy import proxy_check
from .system_page import system

__all__ = [
    "Activity",
    "Home",
    "bad_request",
    "csrf_failure",
    "developers",
    "dismiss_checklist",
    "forbidden",
    "keys_page",
    "live_settings_page",
    "not_found",
    "proxy_check",
    "server_error",
    "system",
]
