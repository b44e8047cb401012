"""Audit lines and events in words. Operations bring their own title; the rest is named here."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.errors import Text
from core.models import AuditEntry, Event
from core.operations import Danger, all_operations
from netdisk.models import DriveAccount
from transfers.models import CloudServer, LibraryFile, Transfer

ACTIONS: dict[str, Text] = {
    "accounts.login": _("Signed in"),
    "accounts.logout": _("Signed out"),
    "accounts.register": _("Made the account"),
    "accounts.setup": _("Set the site up"),
    "accounts.refresh": _("A used refresh token came back"),
    "accounts.password_check": _("Typed the password again"),
    "accounts.password_change": _("Changed the password"),
    "accounts.session_revoke": _("Ended a session"),
    "accounts.session_revoke_others": _("Ended all other sessions"),
    "accounts.update_profile": _("Changed the profile"),
    "accounts.create_user": _("Added a person"),
    "accounts.update_user": _("Changed a person"),
    "accounts.delete_user": _("Deleted a person"),
    "accounts.reset_link": _("Sent a reset link"),
    "accounts.broadcast": _("Wrote to everyone"),
    "accounts.export": _("Exported everything stored about the account"),
    "activity.export": _("Exported the activity list"),
    "netdisk.connect": _("Connected a drive"),
    "netdisk.disconnect": _("Disconnected a drive"),
    "transfers.create": _("Added a transfer"),
    "transfers.upload": _("Sent a file to a drive"),
    "transfers.folder": _("Ordered to send a folder"),
    "transfers.pause": _("Paused a transfer"),
    "transfers.resume": _("Continued a transfer"),
    "transfers.cancel": _("Cancelled a transfer"),
    "transfers.retry": _("Retried a transfer"),
    "transfers.remove": _("Took a transfer off the list"),
    "transfers.server_add": _("Connected a CloudDrive2 server"),
    "transfers.server_change": _("Changed a CloudDrive2 server"),
    "transfers.server_remove": _("Disconnected a CloudDrive2 server"),
    "library.delete": _("Deleted a library file"),
    "system.setting": _("Changed a site setting"),
    "system.keys_saved": _("Proved a copy of the master key"),
}
EVENTS: dict[str, tuple[Text, str, str]] = {
    "transfer.created": (_("Transfer added"), "plus", "plain"),
    "transfer.done": (_("Transfer finished and checked"), "check-circle", "done"),
    "transfer.failed": (_("Transfer failed"), "error", "needs-you"),
    "folder.queued": (_("All files of the folder are queued"), "folder", "plain"),
    "folder.failed": (_("The folder could not be sent"), "error", "needs-you"),
    "drive.needs_you": (_("The drive needs a new authorisation"), "warning", "needs-you"),
    "server.connected": (_("CloudDrive2 server connected"), "connect", "plain"),
    "server.removed": (_("CloudDrive2 server disconnected"), "info", "plain"),
    "session.reused": (_("A stolen or copied sign-in was ended"), "shield", "needs-you"),
    "alert": (_("Needs an administrator"), "warning", "needs-you"),
    "broadcast": (_("Message from the administrators"), "info", "plain"),
}
SURFACES: dict[str, Text] = {
    "page": _("Dashboard"),
    "rest": "API",
    "admin": _("Admin"),
    "script": _("Command line"),
    "environment": _("At the first start"),
    "mcp": "MCP",
    "agent": _("Agent"),
    "chat": _("Chat"),
}
OBJECT = re.compile(r"(transfer|drive|file|cloud):([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\Z")
ICONS = {
    "accounts": "user",
    "netdisk": "drive",
    "clouds": "server",
    "transfers": "transfers",
    "library": "library",
    "system": "settings",
    "activity": "save",
}


@dataclass(frozen=True)
class Named:
    """An object as people know it; no url when it is gone or has no page."""

    name: str
    url: str = ""


@dataclass(frozen=True)
class Line:
    """One thing that happened."""

    at: datetime
    title: Text
    icon: str
    tone: str
    about: Named | None
    entry: AuditEntry | None = None

    @property
    def failed(self) -> bool:
        return self.entry is not None and self.entry.result != "ok"

    @property
    def surface(self) -> Text:
        return SURFACES.get(self.entry.surface, self.entry.surface) if self.entry else ""

    @property
    def noted(self) -> str:
        """The summary as people can read it; JSON, because that is what it is."""
        return json.dumps(self.entry.summary, ensure_ascii=False) if self.entry and self.entry.summary else ""


def reads() -> list[str]:
    """Actions that only look: left out where changes are asked for."""
    return [entry.name for entry in all_operations() if entry.danger == Danger.READ]


@cache
def titles() -> dict[str, Text]:
    """Every known action in words."""
    return {**{entry.name: entry.title for entry in all_operations()}, **ACTIONS}


def title(action: str) -> Text:
    return titles().get(action, action)


def audit_lines(entries: Iterable[AuditEntry]) -> list[Line]:
    rows = list(entries)
    known = named(row.target for row in rows)
    return [_audit_line(row, known.get(row.target)) for row in rows]


def _audit_line(row: AuditEntry, about: Named | None) -> Line:
    well = row.result == "ok"
    icon = ICONS.get(row.action.partition(".")[0], "activity")
    return Line(
        row.created_at,
        title(row.action),
        icon,
        "plain" if well else "needs-you",
        about or _plain_target(row),
        row,
    )


def _plain_target(row: AuditEntry) -> Named | None:
    """A target that is a name already (a person, a setting), or the name noted at the time of what is gone."""
    name = row.summary.get("name") if isinstance(row.summary, dict) else None
    text = name or (row.target if row.target and not _is_id(row.target) else "")
    return Named(str(text)) if text else None


def _is_id(target: str) -> bool:
    return ":" in target or (len(target) > 30 and target.count("-") >= 4) or len(target) > 60


def event_lines(events: Iterable[Event]) -> list[Line]:
    rows = [row for row in events if row.type in EVENTS]
    known = named(row.object for row in rows)
    return [_event_line(row, known.get(row.object)) for row in rows]


def _event_line(row: Event, about: Named | None) -> Line:
    words, icon, tone = EVENTS[row.type]
    noted = row.data.get("name") or row.data.get("message")
    return Line(row.created_at, words, icon, tone, about or (Named(str(noted)) if noted else None))


def named(targets: Iterable[str]) -> dict[str, Named]:
    """`transfer:<id>`, `drive:<id>`, `file:<id>` and `cloud:<id>` with today's names: one query per kind."""
    ids: dict[str, list[str]] = {"transfer": [], "drive": [], "file": [], "cloud": []}
    for target in set(targets):
        found = OBJECT.match(target)
        if found:
            ids[found[1]].append(found[2])
    return {
        **_named(Transfer, "transfer", ids, lambda pk: reverse("transfers:detail", args=[pk])),
        **_named(DriveAccount, "drive", ids, lambda pk: reverse("netdisk:files", args=[pk])),
        **_named(LibraryFile, "file", ids, lambda pk: reverse("transfers:preview", args=[pk])),
        **_named(CloudServer, "cloud", ids, lambda pk: reverse("transfers:server", args=[pk])),
    }


def _named(model: Any, kind: str, ids: dict[str, list[str]], url: Callable[[Any], str]) -> dict[str, Named]:
    rows = model.objects.filter(pk__in=ids[kind]).values_list("pk", "name")
    return {f"{kind}:{pk}": Named(name, url(pk)) for pk, name in rows}


def recent(user: Any, count: int) -> list[Line]:
    """The newest changes and events of a user, mixed by time. Five or six queries, whatever there is."""
    entries = AuditEntry.objects.filter(user=user).exclude(action__in=reads()).order_by("-created_at")[:count]
    events = Event.objects.filter(user=user, type__in=list(EVENTS)).order_by("-seq")[:count]
    lines = [*audit_lines(entries), *event_lines(events)]
    return sorted(lines, key=lambda line: line.at, reverse=True)[:count]
