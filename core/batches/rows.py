"""A batch and its items as pages show them."""

from __future__ import annotations

import json
from typing import Any

from django.template.defaultfilters import date
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core import audit, operations
from core.errors import NotFound, Text
from core.models import Batch, BatchItem, JobState
from core.pages import duration

from .services import State

LIVE = "batch.changed"
STATES: dict[str, tuple[str, Text]] = {
    JobState.QUEUED: ("waiting", gettext_lazy("Queued")),
    JobState.RUNNING: ("moving", gettext_lazy("Running")),
    JobState.WAITING: ("waiting", gettext_lazy("Waiting")),
    JobState.DONE: ("done", gettext_lazy("Done")),
    JobState.FAILED: ("needs-you", gettext_lazy("Not all done")),
    JobState.CANCELLED: ("plain", gettext_lazy("Cancelled")),
}
ITEM_TONES: dict[str, str] = {
    State.QUEUED: "plain",
    State.RUNNING: "moving",
    State.DONE: "done",
    State.FAILED: "needs-you",
    State.UNKNOWN: "waiting",
    State.SKIPPED: "plain",
}
SHORT = 160


def row(batch: Batch) -> dict[str, Any]:
    """For components/row.html."""
    tone, word = STATES[batch.state]
    return {
        "object": batch.object_name,
        "refresh_url": reverse("batches:row", args=[batch.pk]),
        "live": LIVE,
        "name": title(batch),
        "url": reverse("batches:detail", args=[batch.pk]),
        "from_place": date(timezone.localtime(batch.created_at), "Y-m-d H:i"),
        "from_path": _("on the shared account") if batch.service else "",
        "done": batch.finished,
        "total": batch.total,
        "unit": "items",
        "state": batch.state,
        "state_label": _("Cancelling") if batch.wanted and batch.state == JobState.RUNNING else word,
        "tone": tone,
        "extra": extra(batch),
        "note": note(batch),
        "actions": actions(batch),
    }


def title(batch: Batch) -> str:
    return batch.name or ngettext("%d operation", "%d operations", batch.total) % batch.total


def extra(batch: Batch) -> list[str]:
    """Short texts at the end of the row."""
    if batch.state == JobState.WAITING and batch.available_at > timezone.now():
        return [_("goes on at %s") % date(timezone.localtime(batch.available_at), "H:i:s")]
    if batch.ended and batch.started_at and batch.finished_at:
        return [_("took %s") % duration((batch.finished_at - batch.started_at).total_seconds())]
    return [""]


def note(batch: Batch) -> dict[str, Any] | None:
    """The problem in one sentence, with the one thing to do about it."""
    here = reverse("batches:detail", args=[batch.pk])
    if batch.state == JobState.WAITING:
        return {"tone": "waiting", "text": batch.error, "label": _("Go on now"), "post_url": act_url(batch, "retry")}
    if not batch.ended or not (batch.failed or batch.unknown or batch.error):
        return None
    parts = [translation.gettext(batch.error)] if batch.error else []
    if batch.failed:
        parts.append(ngettext("%d item failed.", "%d items failed.", batch.failed) % batch.failed)
    if batch.unknown:
        text = ngettext(
            "Of %d item nobody knows whether it happened.",
            "Of %d items nobody knows whether they happened.",
            batch.unknown,
        )
        parts.append(text % batch.unknown)
    if batch.skipped:
        parts.append(ngettext("%d item was not run.", "%d items were not run.", batch.skipped) % batch.skipped)
    query = "?state=failed" if batch.failed else "?state=unknown" if batch.unknown else ""
    return {"tone": "needs-you", "text": " ".join(parts), "label": _("Look at them"), "url": here + query}


def act_url(batch: Batch, action: str) -> str:
    return reverse("batches:act", args=[batch.pk, action])


def actions(batch: Batch) -> list[dict[str, Any]]:
    """What one can do now."""
    shown: list[dict[str, Any]] = []
    if batch.ended and (batch.failed or batch.skipped):
        shown.append({"icon": "retry", "label": _("Run what is missing"), "name": "retry"})
    if not batch.ended and not batch.wanted:
        cancel = {"icon": "x", "label": _("Cancel the batch"), "name": "cancel", "danger": True}
        cancel["confirm"] = _("What has not begun is not run. What is done stays done.")
        shown.append(cancel)
    return [{**action, "post": True, "url": act_url(batch, str(action["name"]))} for action in shown]


def item_row(batch: Batch, item: BatchItem) -> dict[str, Any]:
    """One line of the table of items."""
    return {
        "n": item.position + 1,
        "title": _operation_title(item.op),
        "op": item.op,
        "args": _compact(audit.masked(item.args)) if item.args else "",
        "state": item.get_state_display(),
        "tone": ITEM_TONES[item.state],
        "attempts": item.attempts,
        "error": item.error,
        "result": _compact(item.result) if item.result is not None else "",
        "at": item.finished_at or item.started_at,
        "again_url": act_url(batch, "again") if batch.ended and item.state in (State.FAILED, State.UNKNOWN) else "",
        "confirm": _("It may have happened already. Run it again all the same?") if item.state == State.UNKNOWN else "",
        "position": item.position,
    }


def _operation_title(op: str) -> Text:
    try:
        return operations.find(op).title
    except NotFound:
        return op


def _compact(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= SHORT else text[:SHORT] + "…"
