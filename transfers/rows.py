"""A transfer as the lists show it: what, from where to where, how far, its state, its problem, what one can do."""

from __future__ import annotations

import posixpath
from collections.abc import Collection
from typing import Any
from urllib.parse import urlencode

from django.template.defaultfilters import date, filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.errors import Text
from core.models import JobState
from core.pages import duration
from netdisk.models import DriveAccount

from . import inside, services
from .models import CloudServer, Transfer

LIVE = "transfer.changed transfer.done transfer.failed"
STATES: dict[str, tuple[str, Text]] = {
    JobState.QUEUED: ("waiting", gettext_lazy("Queued")),
    JobState.RUNNING: ("moving", gettext_lazy("Moving")),
    JobState.WAITING: ("waiting", gettext_lazy("Waiting")),
    JobState.PAUSED: ("plain", gettext_lazy("Paused")),
    JobState.DONE: ("done", gettext_lazy("Done")),
    JobState.FAILED: ("needs-you", gettext_lazy("Failed")),
    JobState.CANCELLED: ("plain", gettext_lazy("Cancelled")),
}
WANTED: dict[str, Text] = {"pause": gettext_lazy("Pausing"), "cancel": gettext_lazy("Cancelling")}
VERIFIED: dict[str, Text] = {
    Transfer.Verified.HASH: gettext_lazy("Checksum verified"),
    Transfer.Verified.LENGTH: gettext_lazy("Length checked"),
}
NEEDS_DRIVE = {"netdisk.reauthorize", "netdisk.token_expired", "netdisk.no_drive"}


def row(transfer: Transfer, *, openable: bool = True) -> dict[str, Any]:
    """For components/row.html. `openable`: what has arrived in the library is still there."""
    tone, word = STATES[transfer.state]
    running = transfer.state == JobState.RUNNING
    return {
        "object": transfer.object_name,
        "refresh_url": reverse("transfers:row", args=[transfer.pk]),
        "live": LIVE,
        "name": transfer.name,
        "url": reverse("transfers:detail", args=[transfer.pk]),
        **route(transfer),
        **amounts(transfer),
        "done": transfer.done_bytes,
        "total": transfer.size,
        "state": transfer.state,
        "state_label": WANTED.get(transfer.wanted, word) if running else word,
        "tone": tone,
        "speed": transfer.speed if running else None,
        "eta": eta(transfer) if running else None,
        "extra": extra(transfer),
        "note": note(transfer),
        "actions": actions(transfer, openable=openable),
    }


def route(transfer: Transfer) -> dict[str, Any]:
    """From where to where. A link's own address may hold secrets, so only its host is shown."""
    from_place, from_path = _origin(transfer)
    if transfer.destination_kind == Transfer.Destination.NETDISK:
        place, path = _drive(transfer.target), posixpath.dirname(transfer.destination.get("path", ""))
    elif transfer.destination_kind == Transfer.Destination.CLOUDDRIVE:
        place, path = _server(transfer.to_server), posixpath.dirname(transfer.destination.get("path", ""))
    else:
        place, path = _("Library"), transfer.folder
    return {
        "from_place": from_place,
        "from_path": from_path,
        "to_place": place,
        "to_path": path if path != "/" else "",
    }


def _origin(transfer: Transfer) -> tuple[str, str]:
    source = transfer.source
    if transfer.source_kind == Transfer.Source.NETDISK:
        return _drive(transfer.account), posixpath.dirname(source.get("path", ""))
    if transfer.source_kind == Transfer.Source.CLOUDDRIVE:
        return _server(transfer.from_server), posixpath.dirname(source.get("path", ""))
    if transfer.source_kind == Transfer.Source.LIBRARY:
        return _("Library"), source.get("folder", "/") if source.get("folder") != "/" else ""
    if transfer.source_kind == Transfer.Source.UPLOAD:
        return _("Upload"), ""
    return _("Link"), source.get("host", "")


def _drive(drive: DriveAccount | None) -> str:
    return drive.name if drive else _("Drive (disconnected)")


def _server(server: CloudServer | None) -> str:
    return server.name if server else _("Server (removed)")


def amounts(transfer: Transfer) -> dict[str, str]:
    """Fixed texts above the bar of what no longer moves; moving ones are worded by progress.js."""
    if transfer.state != JobState.DONE:
        return {}
    return {"amount": filesizeformat(transfer.size or 0), "amount_end": str(outcome(transfer))}


def outcome(transfer: Transfer) -> Text:
    """How sure we are of what has arrived, or why nothing had to be moved."""
    if transfer.destination.get("skipped"):
        return _("Was there already")
    if transfer.destination.get("rapid"):
        return _("Rapid upload")
    if transfer.destination.get("way") == inside.WAY:
        return _("Copied inside the drive")
    return VERIFIED.get(transfer.verified, "")


def eta(transfer: Transfer) -> int | None:
    left = (transfer.size or 0) - transfer.done_bytes
    return round(left / transfer.speed) if transfer.speed and left > 0 else None


def extra(transfer: Transfer) -> list[str]:
    """Short texts at the end of the row; none while speed and time left are shown there."""
    if transfer.state == JobState.DONE and transfer.started_at and transfer.finished_at:
        return [_("took %s") % duration((transfer.finished_at - transfer.started_at).total_seconds())]
    if transfer.state == JobState.WAITING and transfer.available_at > timezone.now():
        return [_("goes on at %s") % date(timezone.localtime(transfer.available_at), "H:i")]
    if transfer.state == JobState.FAILED:
        return [attempts(transfer.attempts)]
    if transfer.state == JobState.QUEUED and transfer.priority:
        return [_("first in line") if transfer.priority > 0 else _("last in line")]
    return []


def attempts(count: int) -> str:
    return ngettext("%d attempt", "%d attempts", count) % count


def note(transfer: Transfer) -> dict[str, Any] | None:
    """The problem in one sentence, with the one thing to do about it."""
    text = services.problem(transfer)
    if not text:
        return None
    if transfer.error_code in NEEDS_DRIVE:
        return {"tone": "needs-you", "text": text, "label": _("Connect again"), "url": reverse("netdisk:new")}
    if transfer.state == JobState.FAILED:
        return {"tone": "needs-you", "text": text, "label": _("Retry"), "post_url": act_url(transfer, "retry")}
    return {
        "tone": "waiting",
        "text": text,
        "label": _("Details"),
        "url": reverse("transfers:detail", args=[transfer.pk]),
    }


def act_url(transfer: Transfer, action: str) -> str:
    return reverse("transfers:act", args=[transfer.pk, action])


def actions(transfer: Transfer, *, openable: bool = True) -> list[dict[str, Any]]:
    """What one can do now, at most two, the dangerous one last."""
    can: dict[str, dict[str, Any]] = {
        "pause": {"icon": "pause", "label": _("Pause")},
        "resume": {"icon": "play", "label": _("Continue")},
        "retry": {"icon": "retry", "label": _("Retry")},
        "cancel": {
            "icon": "x",
            "label": _("Cancel"),
            "confirm": _cancel_question(transfer),
            "danger": True,
        },
        "remove": {"icon": "x", "label": _("Remove from the list")},
    }
    shown = [{"url": act_url(transfer, name), "post": True, "name": name, **can[name]} for name in available(transfer)]
    if transfer.state == JobState.DONE and (place := _place(transfer, openable=openable)):
        shown.insert(0, place)
    return shown


def _cancel_question(transfer: Transfer) -> str:
    if transfer.destination_kind != Transfer.Destination.LIBRARY:
        return _("“%s” stops, and what the drive has of it is given up.") % transfer.name
    return _("“%s” stops, and what has arrived of it is deleted.") % transfer.name


def _place(transfer: Transfer, *, openable: bool) -> dict[str, Any] | None:
    """The way to what has arrived."""
    if transfer.destination_kind == Transfer.Destination.NETDISK:
        if transfer.target is None or transfer.target.user_id != transfer.user_id:
            return None
        folder = urlencode({"path": posixpath.dirname(transfer.destination["path"])})
        url = reverse("netdisk:files", args=[transfer.target.pk])
        return {"icon": "open", "label": _("Show on the drive"), "url": f"{url}?{folder}"}
    if transfer.destination_kind == Transfer.Destination.CLOUDDRIVE:
        if transfer.to_server is None:
            return None
        folder = urlencode({"path": posixpath.dirname(transfer.destination["path"])})
        url = reverse("transfers:cloud-files", args=[transfer.to_server.pk])
        return {"icon": "open", "label": _("Show on the server"), "url": f"{url}?{folder}"}
    if not openable:
        return None
    return {"icon": "open", "label": _("Open the file"), "url": reverse("transfers:preview", args=[transfer.pk])}


def available(transfer: Transfer) -> Collection[str]:
    """The actions that the state allows."""
    if transfer.state == JobState.RUNNING and transfer.wanted:
        return ("cancel",) if transfer.wanted == "pause" else ()
    return {
        JobState.QUEUED: ("pause", "cancel"),
        JobState.RUNNING: ("pause", "cancel"),
        JobState.WAITING: ("retry", "cancel"),
        JobState.PAUSED: ("resume", "cancel"),
        JobState.DONE: ("remove",),
        JobState.FAILED: ("retry", "remove"),
        JobState.CANCELLED: ("retry", "remove"),
    }[JobState(transfer.state)]
