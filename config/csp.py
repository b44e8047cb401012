"""The content security policy per address: strict, loosened only where a library's pages can't do without."""

from __future__ import annotations

from typing import Any

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware, PolicyParts
from django.http import HttpRequest
from django.http.response import HttpResponseBase

INLINE_STYLES = {"style-src": [SELF, UNSAFE_INLINE]}
LOOSENED: dict[str, dict[str, list[str]]] = {
    "/admin/": {**INLINE_STYLES, "script-src": [SELF, UNSAFE_EVAL]},  # the theme runs Alpine expressions
    "/docs": INLINE_STYLES,  # Swagger UI sets style attributes
    "/redoc": {**INLINE_STYLES, "worker-src": [SELF, "blob:"]},  # its search index lives in a worker
}


def loosened(path: str) -> dict[str, list[str]] | None:
    """The additions for a path: a key that ends with a slash counts for everything below it."""
    for key, additions in LOOSENED.items():
        if path == key or (key.endswith("/") and path.startswith(key)):
            return additions
    return None


class PathPolicy(CSPMiddleware):
    def get_policy_parts(self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False) -> Any:
        parts: PolicyParts = super().get_policy_parts(request, response, report_only)
        parts.update = parts.update or loosened(request.path)
        return parts
