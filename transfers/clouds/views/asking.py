"""Asking a CloudDrive2 server on behalf of a page: with little patience, and words for what went wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.core.cache import cache
from django.utils.translation import gettext as _

from core.errors import AppError
from transfers.clouddrive2.caller import Caller
from transfers.clouddrive2.client import CloudDrive
from transfers.clouds import servers
from transfers.models import CloudServer

from .places import servers_url

LOOKING_SECONDS = 10.0  # a page that comes late with a reason is better than one that hangs
LISTING_SECONDS = 20.0  # well within the 30 s that the browser waits
FORCE_SECONDS = 5  # between two forced looks at one folder: each costs the cloud a call (wire/clouddrive2.md §3.1)
CONNECTION = {"clouddrive_auth", "clouddrive_dns", "clouddrive_tls", "clouddrive_malformed"}


def open_server(user: Any, pk: str) -> CloudServer:
    """The user's server, or not found."""
    return servers.find(user, pk)


def patient(server: CloudServer) -> CloudDrive:
    """The server's client on its connection, but with the patience of a page: calls are tried once and soon given up."""
    client = servers.client_for(server)
    caller = client.caller
    tuning = replace(caller.tuning, metadata_seconds=LOOKING_SECONDS, listing_seconds=LISTING_SECONDS, attempts=1)
    return CloudDrive(Caller(caller.transport, caller.tokens, tuning, caller.wait), client.origin)


def may_force(server: CloudServer, path: str) -> bool:
    """Whether the cloud itself may be asked again already; for the next seconds it may not."""
    folder = hashlib.sha256(path.encode()).hexdigest()
    return cache.add(f"clouds:forced:{server.pk}:{folder}", 1, FORCE_SECONDS)


def forget(client: CloudDrive, folders: Iterable[str]) -> None:
    """After a change: listings that the server keeps of these folders are old."""
    for folder in dict.fromkeys(folders):
        client.forget_listing(folder)


def banner(error: AppError, *, again: str, top: str = "") -> dict[str, Any]:
    """What went wrong with a whole page, and the next step: change the server, go to `top`, or try `again`."""
    said = getattr(error, "said", "")
    shown = {
        "text": error.message,
        "detail": f"{error.hint} ({said})" if said and error.code == "clouddrive_refused" else error.hint,
        "tone": "error" if error.permanent else "waiting",
    }
    if error.code in CONNECTION:
        return {**shown, "action_label": _("Open servers"), "action_url": servers_url()}
    if error.permanent and top:
        return {**shown, "action_label": _("Back to the top folder"), "action_url": top}
    return {**shown, "action_label": _("Try again"), "action_url": again}
