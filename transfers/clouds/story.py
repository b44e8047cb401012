"""What a transfer to CloudDrive2 tells on its own page: the way it took, why not the others, and how it was checked."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import Text
from core.models import JobState
from transfers import inside
from transfers.models import Transfer

WAYS: dict[str, Text] = {
    inside.WAY: gettext_lazy("Copied by the server itself"),
    "mount": gettext_lazy("Copy into the local mount"),
    "remote": gettext_lazy("Remote upload over gRPC: the server asks for what it needs"),
    "direct": gettext_lazy("Direct write over gRPC"),
    "web": gettext_lazy("Direct write over gRPC-Web (HTTP/1.1)"),
    "webdav": gettext_lazy("WebDAV"),
}


def ways(transfer: Transfer) -> dict[str, Any]:
    """`taken`: the way in words, '' before there is one; `tried`: those before it, each with the reason."""
    if transfer.destination_kind != Transfer.Destination.CLOUDDRIVE:
        return {}
    told = transfer.destination if "way" in transfer.destination else transfer.checkpoint
    tried = [{"label": WAYS.get(each["way"], each["way"]), "why": each["why"]} for each in told.get("tried", ())]
    way = told.get("way", "")
    return {"taken": WAYS.get(way, way), "tried": tried}


def check(transfer: Transfer) -> dict[str, Any]:
    """How sure we are that the cloud has it: tone and sentence."""
    place = transfer.destination
    if transfer.state != JobState.DONE:
        sent = transfer.checkpoint.get("phase") == "sent"
        text = (
            _("The server has all bytes; now its cloud has to store them.")
            if sent
            else _(
                "First all bytes go to the server, then its cloud stores them. Only what the cloud shows counts as stored."
            )
        )
        return {"tone": "plain", "text": text}
    if place.get("skipped"):
        return {"tone": "plain", "text": _("The drive had a file of this name and size already; nothing was sent.")}
    if place.get("rapid"):
        return {"tone": "done", "text": _("The cloud knew this content by its hash, so it was not sent.")}
    if transfer.verified == Transfer.Verified.HASH:
        return {
            "tone": "done",
            "text": _("Stored: the cloud shows the file with the size and the hash of what was sent."),
        }
    if place.get("way") == inside.WAY:
        return {"tone": "plain", "text": _("The server copied the file; the cloud shows it with the right size.")}
    text = _("Stored: the cloud shows the file with the right size. It tells no hash, so more can’t be said.")
    return {"tone": "plain", "text": text}
