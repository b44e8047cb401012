"""The doors of `/ws`: subprotocol, ticket, first frame, browser session. A long-lived token in the address
is refused (H07).
"""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest
from django.http.request import split_domain_port, validate_host

from core.errors import Unauthenticated
from core.sockets import Identity, SocketRefused, authenticators

from . import tickets
from .credentials import by_access_token
from .services.sessions import SESSION_ID

Scope = dict[str, Any]
Query = dict[str, list[str]]
SECRET_PREFIX = "bearer."  # noqa: S105
NEVER_IN_ADDRESS = frozenset({"token", "access_token", "jwt", "authorization", "bearer", "first_frame"})


def register() -> None:
    authenticators.extend([refuse_secrets_in_address, by_subprotocol, by_first_frame, by_ticket, by_browser_session])


def refuse_secrets_in_address(scope: Scope, query: Query) -> Identity | None:
    names = parse_qs(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
    if NEVER_IN_ADDRESS & {name.lower() for name in names}:
        raise SocketRefused
    return None


def by_subprotocol(scope: Scope, query: Query) -> Identity | None:
    offered = [name for name in scope.get("subprotocols", []) if name.startswith(SECRET_PREFIX)]
    return _by_token(offered[0].removeprefix(SECRET_PREFIX), scope) if offered else None


def by_first_frame(scope: Scope, query: Query) -> Identity | None:
    return _by_token(query["first_frame"][0], scope) if "first_frame" in query else None


def by_ticket(scope: Scope, query: Query) -> Identity | None:
    if "ticket" not in query:
        return None
    found = tickets.redeem(query["ticket"][0])
    if found is None:
        raise SocketRefused
    return Identity(found[0], found[1], _answer(scope))


def by_browser_session(scope: Scope, query: Query) -> Identity | None:
    """The cookie of the dashboard. It is sent by the browser on its own, so the page must be ours (H08)."""
    headers = {name.lower(): value.decode("latin-1") for name, value in scope.get("headers", [])}
    key = _cookie(headers.get(b"cookie", ""))
    if not key:
        return None
    if not _is_own_origin(headers.get(b"origin", ""), headers.get(b"host", "")):
        raise SocketRefused("origin")
    request = HttpRequest()
    request.session = SessionStore(key)
    user = get_user(request)
    if not user.is_authenticated or user.pk is None:
        return None
    return Identity(user.pk, request.session.get(SESSION_ID, ""), _answer(scope))


def _by_token(raw: str, scope: Scope) -> Identity:
    try:
        user, credential = by_access_token(raw)
    except Unauthenticated as error:
        raise SocketRefused from error
    return Identity(user.pk, credential.session, _answer(scope))


def _answer(scope: Scope) -> str | None:
    """The subprotocol to choose: one that is no secret if offered; browsers need one of theirs back in any
    case.
    """
    offered: list[str] = list(scope.get("subprotocols", []))
    public = [name for name in offered if not name.startswith(SECRET_PREFIX)]
    return next(iter(public or offered), None)


def _cookie(header: str) -> str:
    try:
        morsel = SimpleCookie(header).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return ""
    return morsel.value if morsel else ""


def _is_own_origin(origin: str, host: str) -> bool:
    if origin in settings.CORS_ALLOWED_ORIGINS or origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.netloc.lower() != host.lower():
        return False
    return validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS)
