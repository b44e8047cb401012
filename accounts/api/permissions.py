from __future__ import annotations

import hmac
from typing import Any

from django.conf import settings
from rest_framework.permissions import BasePermission

from core import ratelimit
from core.ratelimit import Limit
from core.request import current, network_prefix

WRONG_SECRETS = Limit(10, 300)


class IsStaff(BasePermission):
    def has_permission(self, request: Any, view: Any) -> bool:
        return bool(request.user and request.user.is_authenticated and request.user.is_staff)


class IsStaffOrScript(IsStaff):
    """Staff, or a script with ADMIN_SECRET in `X-Admin-Secret` (A15); off while that setting is empty."""

    def has_permission(self, request: Any, view: Any) -> bool:
        given = request.headers.get("X-Admin-Secret")
        return has_admin_secret(given) if given else super().has_permission(request, view)


def has_admin_secret(given: str) -> bool:
    """Compared in constant time (H12); wrong ones are limited per network."""
    key = f"admin-secret:{network_prefix(current().address)}"
    ratelimit.check(key, WRONG_SECRETS)
    if not settings.ADMIN_SECRET or not hmac.compare_digest(given.encode(), settings.ADMIN_SECRET.encode()):
        return False
    ratelimit.refund(key, WRONG_SECRETS)
    return True
