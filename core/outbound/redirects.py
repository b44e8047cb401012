"""Redirects, hop by hop: what counts as one, and what may travel to another origin (rows F55, H32)."""

from __future__ import annotations

from collections.abc import Mapping

from .errors import Blocked
from .urls import Target, resolve_location

_STATUSES = frozenset({301, 302, 303, 307, 308})
_KEEP_METHOD = frozenset({307, 308})
# fmt: off
_HARMLESS_HEADERS = frozenset((
    "accept", "accept-encoding", "accept-language", "if-match", "if-modified-since", "if-none-match",
    "if-range", "if-unmodified-since", "range", "user-agent",
))
# fmt: on


def redirect_target(base: Target, status: int, location: str | None) -> Target | None:
    """Where the answer sends us, or `None` if it is no redirect; raises `Blocked` for a malformed address."""
    if status not in _STATUSES or location is None:
        return None
    try:
        location = location.encode("latin-1").decode("utf-8")  # headers arrive as Latin-1, servers write UTF-8
    except UnicodeError:
        raise Blocked from None
    return resolve_location(base, location)


def next_method(status: int, method: str) -> str:
    """307 and 308 keep the method, the others turn everything but HEAD into GET (RFC 9110 §15.4)."""
    if status in _KEEP_METHOD or method in ("GET", "HEAD"):
        return method
    return "GET"


def headers_for(base: Target, following: Target, headers: Mapping[str, str]) -> dict[str, str]:
    """The headers of the next hop. Another origin gets only those that cannot hold a credential."""
    if base.same_origin(following):
        return dict(headers)
    return {name: value for name, value in headers.items() if name.lower() in _HARMLESS_HEADERS}
