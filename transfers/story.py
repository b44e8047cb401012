"""What a transfer's own page tells: figures, parts, timeline, and how the content was checked."""

from __future__ import annotations

from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from core.models import JobState
from core.pages import duration

from . import inside, messages
from .clouds import story as clouds
from .messages import CONFLICT_CHOICES
from .models import Transfer, TransferStep
from .rows import attempts, route

STEPS_SHOWN = 200
MAP_WIDTH = 1000
MOST_BLOCKS = 512
CONFLICTS = dict(CONFLICT_CHOICES)
TONES = {
    "started": "moving",
    "resumed": "moving",
    "continued": "moving",
    "retried": "moving",
    "waiting": "waiting",
    "retry": "waiting",
    "lost_worker": "waiting",
    "verified": "done",
    "rapid": "done",
    "skipped": "done",
    "inside": "done",
    "done": "done",
    "failed": "needs-you",
}


def facts(transfer: Transfer) -> list[dict[str, Any]]:
    """Label and value of what is known; empty ones are left out."""
    way = route(transfer)
    took = (
        (transfer.finished_at - transfer.started_at).total_seconds()
        if transfer.finished_at and transfer.started_at
        else 0
    )
    pairs: list[dict[str, Any]] = [
        {"label": _("From"), "value": f"{way['from_place']} {transfer.source.get('path') or way['from_path']}"},
        {"label": _("To"), "value": f"{way['to_place']} {transfer.destination.get('path') or transfer.folder}"},
        {
            "label": _("When the name is taken"),
            "value": str(CONFLICTS.get(transfer.destination.get("conflict", ""), "")),
        },
        {"label": _("Size"), "value": _size(transfer.size) if transfer.size is not None else _("not known yet")},
        {"label": _("Attempts"), "value": attempts(transfer.attempts) if transfer.attempts else ""},
        {"label": _("Worker"), "value": transfer.worker, "mono": True},
        {"label": _("Added"), "at": transfer.created_at},
        {"label": _("Started"), "at": transfer.started_at},
        {"label": _("Ended"), "at": transfer.finished_at},
        {"label": _("Took"), "value": duration(took) if took else ""},
        {"label": _("Id"), "value": str(transfer.pk), "mono": True, "copyable": True},
    ]
    return [pair for pair in pairs if pair.get("value") or pair.get("at")]


def _size(size: int) -> str:
    return _("%(short)s (%(exact)s bytes)") % {"short": filesizeformat(size), "exact": f"{size:,}"}


def check(transfer: Transfer) -> dict[str, Any]:
    """How sure we are of the content: tone, sentence, and the hash of what is stored."""
    if transfer.destination_kind == Transfer.Destination.NETDISK:
        return _check_at_drive(transfer)
    if transfer.destination_kind == Transfer.Destination.CLOUDDRIVE:
        return clouds.check(transfer)
    if transfer.state != JobState.DONE:
        return {
            "tone": "plain",
            "text": _("The content is checked when the last byte has arrived, before the file enters the library."),
        }
    how = (transfer.checkpoint.get("verdict") or {}).get("how", "")
    if transfer.verified == Transfer.Verified.HASH:
        text = _("The content is the source’s: its %s matches.") % (how.upper() or _("checksum"))
        return {"tone": "done", "text": text, "sha256": transfer.sha256}
    text = _("The length is right. The source gives no checksum to compare with, so more can’t be said.")
    return {"tone": "plain", "text": text, "sha256": transfer.sha256}


def _check_at_drive(transfer: Transfer) -> dict[str, Any]:
    if transfer.state != JobState.DONE:
        return {
            "tone": "plain",
            "text": _("The drive answers each part with its md5, which has to be that of what was sent."),
        }
    if transfer.destination.get("skipped"):
        return {"tone": "plain", "text": _("The drive had a file of this name and size already; nothing was sent.")}
    if transfer.destination.get("way") == inside.WAY:
        return {"tone": "plain", "text": _("The drive copied the file itself; it shows it with the right size.")}
    if transfer.destination.get("rapid"):
        return {"tone": "done", "text": _("The drive knew this content by its md5, so nothing had to be sent.")}
    if transfer.verified == Transfer.Verified.HASH:
        return {"tone": "done", "text": _("The drive confirmed every part by its md5: it has what is here.")}
    text = _(
        "The drive confirmed every part by its md5. The source gives no checksum to compare with, so more can’t be said."
    )
    return {"tone": "plain", "text": text}


def blocks(transfer: Transfer) -> list[dict[str, Any]]:
    """The parts as blocks on a line of `MAP_WIDTH` units: x, width, done width. Empty while the size is unknown."""
    parts = list(transfer.parts.all()[:MOST_BLOCKS]) if transfer.size else []
    size = transfer.size or 1
    found = []
    for part in parts:
        stop = size if part.stop is None else part.stop
        x, width = part.start * MAP_WIDTH / size, (stop - part.start) * MAP_WIDTH / size
        done = part.done * MAP_WIDTH / size
        found.append(
            {
                "x": f"{x:.1f}",
                "width": f"{max(1.0, width - 2):.1f}",
                "done": f"{min(done, width - 2) if done else 0:.1f}",
            }
        )
    return found


def timeline(transfer: Transfer) -> list[dict[str, Any]]:
    """What happened, the newest first."""
    steps = transfer.steps.order_by("-created_at", "-pk")[:STEPS_SHOWN]
    return [
        {
            "title": messages.step(step.code),
            "detail": _detail(step, sent=transfer.destination_kind != Transfer.Destination.LIBRARY),
            "at": step.created_at,
            "tone": TONES.get(step.code, "plain"),
        }
        for step in steps
    ]


def _detail(step: TransferStep, *, sent: bool) -> str:
    """`sent`: the bytes go to a drive, so they are safe there and not here."""
    data = step.data
    sentences = []
    if step.code in {"waiting", "failed", "retry"} and data.get("code"):
        sentences.append(messages.why(data["code"], str(data.get("text", ""))))
    if step.code == "resumed":
        kept = (
            _("%s are on the drive already and are not sent again.")
            if sent
            else _("%s were already safe on disk and are not fetched again.")
        )
        sentences.append(kept % filesizeformat(data.get("bytes", 0)))
    if step.code in {"paused", "handed_back", "lost_worker"} and data.get("bytes"):
        kept = _("%s are on the drive.") if sent else _("%s are safe on disk.")
        sentences.append(kept % filesizeformat(data["bytes"]))
    if step.code == "verified":
        sentences.append(_checked(str(data.get("how", ""))))
    if step.code == "retry" and data.get("part") is not None:
        sentences.append(_("Part %d.") % (int(data["part"]) + 1))
    if step.code in {"started", "resumed"}:
        sentences.append(_("Attempt %d.") % max(1, step.attempt))
    return " ".join(sentences)


def _checked(how: str) -> str:
    if how in {"", "length", "none"}:
        return _("By its length; the source gives no checksum.")
    return _("By its %s.") % how.upper()
