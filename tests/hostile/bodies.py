"""A body that each writing door takes, so that a test can change one thing in it."""

from __future__ import annotations

from typing import Any

from tests.conftest import PASSWORD

from .callers import Caller
from .openapi import Door

NEW_PASSWORD = "a quite different phrase 7"
PAIR = {"access_token": "9.aaaa", "refresh_token": "9.bbbb", "expires_in": 1000}


def body_for(door: Door, caller: Caller, username: str = "newcomer") -> dict[str, Any]:
    """A good body for a door that takes one; `caller` is who will send it."""
    bodies: dict[str, dict[str, Any]] = {
        "auth/login": {"username": username, "password": PASSWORD},
        "auth/logout": {},
        "auth/me": {"first_name": "Changed"},
        "auth/password": {"current_password": PASSWORD, "new_password": NEW_PASSWORD},
        "auth/password-reset": {"email": "nobody@example.org"},
        "auth/password-reset/confirm": {"uid": "MQ", "token": "x-y", "new_password": NEW_PASSWORD},
        "auth/refresh": {"refresh_token": caller.refresh},
        "auth/register": {"username": username, "password": PASSWORD},
        "broadcast": {"message": "hello"},
        "drives/device": {"service": False},
        "servers": {"host": "192.0.2.7", "secret": "x"},
        "servers/{id}": {"name": "Changed"},
        "transfers": {"source": {"url": "https://example.org/a.bin"}},
        "transfers/folders": {"source": {"kind": "library"}, "destination": {"kind": "netdisk", "path": "/x"}},
        "transfers/{id}": {"priority": 3},
        "users": {"username": username, "password": PASSWORD},
        "users/{id}": {"first_name": "Changed"},
        "users/{id}/reset-password": {"new_password": NEW_PASSWORD},
        "mcp/public/exec": {"op": "quota"},
        "mcp/user/exec": {"op": "quota"},
        "oauth/service/token/upsert": PAIR,
        "oauth/user/token/upsert": PAIR,
    }
    name = door.path.removeprefix("/").removeprefix("api/v1/").removeprefix("api/admin/")
    return {} if name.startswith(("netdisk/", "clouds/")) else bodies[name]  # operations have tests of their own
