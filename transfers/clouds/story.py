"""What a transfer to CloudDrive2 tells on its own page: the way it took, why not the others, and how it was checked."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import Text
from core.models import JobState
from transfers import inside
from transfers.models import Transfer

from .errors import SENTENCES

WAYS: dict[str, Text] = {
    inside.WAY: gettext_lazy("Copied by the server itself"),
    "mount": gettext_lazy("Copy into the local mount"),
    "remote": gettext_lazy("Remote upload over gRPC: the server asks for what it needs"),
    "direct": gettext_lazy("Direct write over gRPC"),
    "web": gettext_lazy("Direct write over gRPC-Web (HTTP/1.1)"),
    "webdav": gettext_lazy("WebDAV"),
}
REASONS: dict[str, Text] = {
    "clouddrive_no_mount": gettext_lazy("No mount that this site may use shows this folder."),
    "clouddrive_mount_untrusted": gettext_lazy("The mount is not in a folder that this site trusts."),
    "clouddrive_mount_unusable": gettext_lazy("The mount can’t be used from this site’s machine."),
    "clouddrive_mount_failed": gettext_lazy("Writing to the mount failed."),
    "clouddrive_no_channel": gettext_lazy("The channel for remote uploads is not open here."),
    "clouddrive_no_http2": gettext_lazy("gRPC does not get through to the server; a proxy may stand in between."),
    "clouddrive_no_web": gettext_lazy("gRPC-Web is not set up here."),
    "clouddrive_no_dav": gettext_lazy("No WebDAV user is stored here."),
    "clouddrive_ignored_name": gettext_lazy("CloudDrive2 is set never to upload files with this ending."),
    "clouddrive_silent": gettext_lazy("CloudDrive2 began the upload, but asked for nothing."),
    "clouddrive_channel_taken": gettext_lazy("Another program keeps taking over the channel for uploads."),
    "clouddrive_too_large": gettext_lazy("The messages were too large for the server."),
    "clouddrive_skipped": gettext_lazy("The server skipped the upload without having the file."),
}


def ways(transfer: Transfer) -> dict[str, Any]:
    """`taken`: the way in words, '' before there is one; `tried`: those before it, each with the reason."""
    if transfer.destination_kind != Transfer.Destination.CLOUDDRIVE:
        return {}
    told = transfer.destination if "way" in transfer.destination else transfer.checkpoint
    tried = [{"label": WAYS.get(each["way"], each["way"]), "why": _why(each)} for each in told.get("tried", ())]
    way = told.get("way", "")
    return {"taken": WAYS.get(way, way), "tried": tried}


def _why(tried: dict[str, str]) -> Text:
    """What is stored is English; the code has a sentence in the reader's language. What the server said stays as it is."""
    code, said = tried["code"], tried["why"]
    if code == "clouddrive_refused":
        return _("CloudDrive2 refused: %s") % said
    return REASONS.get(code) or (SENTENCES[code][1] if code in SENTENCES else said)


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
