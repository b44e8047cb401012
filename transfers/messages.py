"""Why a transfer waits, failed or tried again, in words: what happened, what we did, what you can do."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.errors import Text
from netdisk.errors import SENTENCES

from .clouds.errors import SENTENCES as CLOUD_SENTENCES

UPSTREAM = {**SENTENCES, **CLOUD_SENTENCES}
WHY: dict[str, Text] = {
    "disk_full": _("The disk is full. The transfer keeps what it has and goes on by itself when there is room again."),
    "disk_failed": _("The server's disk refused to write. An administrator has to look at it; then retry."),
    "netdisk.rate_limited": _("The drive asked to slow down. The transfer goes on by itself."),
    "netdisk.busy": _("The drive is busy with an earlier task. The transfer goes on by itself."),
    "netdisk.blacklisted": _(
        "Baidu blocks downloads of this account for some hours. The transfer tries again later; more tries make it longer."
    ),
    "netdisk.download_limited": _("Baidu limits downloads of this account just now. The transfer tries again later."),
    "netdisk.reauthorize": _(
        "The drive needs a new authorisation. Connect it again, then retry; what is downloaded is kept."
    ),
    "netdisk.token_expired": _(
        "The drive needs a new authorisation. Connect it again, then retry; what is downloaded is kept."
    ),
    "netdisk.not_found": _("The file is no longer on the drive. Nothing was stored."),
    "netdisk.no_drive": _("The drive was disconnected. Connect it again, then retry."),
    "netdisk.no_space": _("The drive is full. What it has got is kept; free some space on it, then retry."),
    "netdisk.exists": _("The drive has a file of this name already, and you asked to leave it. Nothing was sent."),
    "netdisk.path_refused": _(
        "Baidu refuses this path. Choose a plain name, and a folder that the site's app may write to; an administrator can "
        "name that folder in BAIDU_APP_FOLDER."
    ),
    "upload_session_lost": _("The drive forgot the upload several times. Retry; it begins again."),
    "upload_incomplete": _("The drive did not put the parts together, even after all were sent again. Retry later."),
    "upload_block_size": _("The drive takes smaller parts than its membership allows. Connect it again, then retry."),
    "part_damaged": _("A part arrived damaged several times. What arrived well is kept; retry later."),
    "clouddrive.no_server": _("The CloudDrive2 server was removed. Connect it again, then start a new transfer."),
    "clouddrive_auth": _(
        "CloudDrive2 refused the sign-in. Enter the token or password again under Servers, then retry."
    ),
    "clouddrive_permission": _(
        "The token lacks a right on CloudDrive2. Its page under Servers names it; give it there, then retry."
    ),
    "clouddrive_plan": _("The plan of the CloudDrive2 account does not allow this."),
    "clouddrive_exists": _("The server has a file of this name already, and you asked to leave it. Nothing was sent."),
    "clouddrive_chunk_refused": _("CloudDrive2 did not take a piece. The transfer tries again by itself."),
    "clouddrive_short_write": _("CloudDrive2 took less than was sent. The transfer tries again by itself."),
    "clouddrive_source_short": _("The source gave less than it announced. The transfer tries again by itself."),
    "clouddrive_too_large": _(
        "The server takes smaller pieces only, and the smallest is too large. Look at the proxies on the way."
    ),
    "clouddrive_silent": _("The server asked for nothing for too long. The transfer tries again by itself."),
    "clouddrive_channel_taken": _(
        "Another program uses this site's channel on the server. The transfer tries again by itself."
    ),
    "clouddrive_read_only": _("This cloud can only be read. Choose another folder."),
    "clouddrive_no_way": _(
        "None of the ways to this server works; the list says why for each. Change one, then retry."
    ),
    "clouddrive_unavailable": _("CloudDrive2 does not answer just now. The transfer tries again by itself."),
    "clouddrive_timeout": _("CloudDrive2 did not answer in time. The transfer tries again by itself."),
    "clouddrive_stalled": _("The upload stands still on the CloudDrive2 server. The transfer tries again by itself."),
    "clouddrive_upload_failed": _(
        "CloudDrive2 had all bytes, but its cloud did not take the file. Look at the cloud's own messages, then retry."
    ),
    "clouddrive_wrong_size": _("The cloud has the file with another size than was sent. Retry; it is sent anew."),
    "clouddrive_hash_differs": _("The cloud has another content than was sent. Retry; it is sent anew."),
    "clouddrive_not_stored": _("The file was sent, but the cloud does not show it. Look there, then retry."),
    "clouddrive_session_lost": _("CloudDrive2 was restarted and forgot the upload. The transfer begins it again."),
    "clouddrive_copy_failed": _(
        "CloudDrive2 could not copy the file between its clouds. Retry, or choose another place."
    ),
    "clouddrive_upload_cancelled": _(
        "The upload was cancelled on the CloudDrive2 server itself. Retry to send it anew."
    ),
    "stalled": _("The bytes stopped moving. The transfer tries again by itself."),
    "source_gone": _("The file to be sent is no longer here. Nothing more can be sent."),
    "spool_limit": _(
        "The link does not say how long its file is, and it is longer than this server keeps. Nothing was sent."
    ),
    "refused": _("The source refused the download. Check the link or the file, then retry."),
    "unavailable": _("The source does not answer just now. The transfer tries again by itself."),
    "gave_up": _(
        "The source failed too many times in a row. What is downloaded is kept; retry when the source is well again."
    ),
    "hash_mismatch": _("The content arrived damaged more than once. Nothing was stored; retry later."),
    "source_changed": _("The file changed at the source; the transfer began again from zero."),
    "size_differs": _("The file at the source has another size than announced. Start a new transfer."),
    "address_refused": _(
        "This address can't be used. Only public addresses are called; an administrator can allow others."
    ),
    "dns_failed": _("The name of the source was not found (DNS). Check the link, then retry."),
    "connect_failed": _("No connection to the source. The transfer tries again by itself."),
    "timed_out": _("The source did not answer in time. The transfer tries again by itself."),
    "too_many_redirects": _("The link redirects in circles. Check the link."),
    "crashed": _("The worker stopped while running this, several times. It is parked; retry it by hand."),
    "internal": _("Something went wrong on our side. Retry; if it stays, send the request id to the administrator."),
}
CONFLICT_CHOICES: list[tuple[str, Text]] = [
    ("rename", _("Keep both, the new one renamed")),
    ("overwrite", _("Replace it")),
    ("skip", _("Skip if the size is the same")),
    ("fail", _("Stop and say so")),
]
STEPS: dict[str, Text] = {
    "created": pgettext_lazy("step", "Added"),
    "started": pgettext_lazy("step", "Started"),
    "resumed": _("Goes on from its checkpoint"),
    "handed_back": _("Handed back at a checkpoint because the server stops"),
    "spooled": _("Kept here first, because the link does not say how long its file is"),
    "rapid": _("The drive knew the content already: nothing had to be sent"),
    "skipped": _("The drive has this file already: nothing was sent"),
    "inside": _("Copied inside the drive: no byte passed through here"),
    "lost_worker": _("The worker disappeared; another one takes over"),
    "paused": _("Paused"),
    "continued": _("Continued"),
    "waiting": _("Waiting"),
    "retry": _("Tried again"),
    "retried": _("Retried by hand"),
    "verified": pgettext_lazy("step", "Checked"),
    "done": _("Finished"),
    "failed": _("Failed"),
    "cancelled": _("Cancelled"),
}


def why(code: str, text: str = "") -> str:
    """The sentence of an error code, with what Baidu's and CloudDrive2's own mean; the stored text where the code is
    unknown, and where it holds the words of a server."""
    if code not in WHY and code in UPSTREAM and not (text and code == "clouddrive_refused"):
        _status, sentence, hint = UPSTREAM[code]
        return f"{sentence} {hint}"
    return str(WHY.get(code) or text or (WHY["internal"] if code else ""))


def step(code: str) -> str:
    return str(STEPS.get(code, code))


def as_data(error: Any) -> dict[str, Any]:
    return {
        key: value
        for key, value in (
            ("retry_after", getattr(error, "retry_after", None)),
            ("upstream_code", getattr(error, "upstream_code", None)),
        )
        if value
    }
