"""Offline downloads: Baidu's own where the app still has its old interface, else ours (wire/baidu-netdisk.md §2.13)."""

from __future__ import annotations

import posixpath
import re
from typing import Annotated, Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from pydantic import AliasChoices, BeforeValidator, Field

from core.errors import NotFound
from core.models import JobState
from core.operations import Call, Danger, operation
from netdisk.baidu.legacy import OfflineState, OfflineTask
from netdisk.errors import NetdiskError, not_supported, translated
from netdisk.operations.answers import client_of
from netdisk.operations.arguments import OnDrive, Path, items
from netdisk.operations.refusals import CLOSED
from transfers import services
from transfers.models import Transfer

from .sending import Sending, Wait, answer, queue

REASON = _("Baidu downloads nothing for this app, and this site itself follows http and https links only.")
INSTEAD = _("Add it in Baidu's own app; what it downloads shows up in the drive.")
SUPPORTED = _("by Baidu with an app that still has its old PCS interface; http and https by this site otherwise")
NUMBER = re.compile(r"[0-9]{1,18}\Z")
OURS = re.compile(r"https?://", re.IGNORECASE)
ENDED_BADLY = {state for state in OfflineState if state > OfflineState.RUNNING} - {OfflineState.CANCELLED}
STATES = {JobState.DONE: "done", JobState.FAILED: "failed", JobState.CANCELLED: "cancelled"}

TaskId = Annotated[str, Field(min_length=1, max_length=36), BeforeValidator(str)]


class OfflineAdd(Sending):
    source_url: str = Field(
        min_length=1, max_length=services.MAX_URL, validation_alias=AliasChoices("source_url", "url")
    )
    save_path: Path = Field("/", description="A folder, or the whole path if its last name has an ending.")
    wait: Wait = 0


class OfflineStatus(OnDrive):
    task_ids: Annotated[list[TaskId], BeforeValidator(items)] = Field(
        min_length=1, max_length=100, validation_alias=AliasChoices("task_ids", "task_id")
    )


class OfflineCancel(OnDrive):
    task_id: TaskId


@operation(
    "transfers.offline_add",
    scope="transfers:write",
    title=_("Download to the drive"),
    danger=Danger.WRITE,
    service=True,
    upstream="POST /rest/2.0/pcs/services/cloud_dl?method=add_task",
    supported=SUPPORTED,
)
def offline_add(call: Call, args: OfflineAdd) -> dict[str, Any]:
    """Baidu fetches the address by itself; where it does not do so for this app, this site does, and says so."""
    try:
        with translated():
            task = client_of(call, args).offline_add(args.source_url, args.save_path)
        return {"via": "baidu", "task_id": str(task)}
    except NetdiskError as error:
        if error.code not in CLOSED:
            raise
        if not OURS.match(args.source_url):
            raise not_supported(REASON, INSTEAD) from error
    folder, name = posixpath.split(args.save_path)
    if "." not in name:
        folder, name = args.save_path, ""
    row = queue(call, args, services.from_url(args.source_url, name)[0], folder, name)
    note = _now("Baidu downloads nothing for this app, so this site fetches the file and sends it to the drive.")
    return {"via": "yungang", "note": note, "task_id": str(row.pk), **answer(call, row, args.wait)}


@operation(
    "transfers.offline_status",
    scope="transfers:read",
    title=_("How downloads to the drive are doing"),
    service=True,
    upstream="POST /rest/2.0/pcs/services/cloud_dl?method=query_task",
    supported=SUPPORTED,
)
def offline_status(call: Call, args: OfflineStatus) -> dict[str, Any]:
    """By the `task_id`s that `offline_add` answered; unknown ones are told as `unknown`."""
    theirs = [int(task) for task in args.task_ids if NUMBER.match(task)]
    known: dict[int, OfflineTask] = {}
    if theirs:
        with translated():
            known = client_of(call, args).offline_query(theirs)
    return {"list": [_told(call, task, known) for task in args.task_ids]}


def _told(call: Call, task_id: str, known: dict[int, OfflineTask]) -> dict[str, Any]:
    if not NUMBER.match(task_id):
        return _ours(call, task_id)
    task = known.get(int(task_id))
    if task is None or task.is_unknown or task.state is None:
        return {"task_id": task_id, "via": "baidu", "state": "unknown"}
    state = "failed" if task.state in ENDED_BADLY else task.state.name.lower()
    reason = {"reason": task.state.name.lower()} if state == "failed" else {}
    amounts = {"size": task.size, "finished_size": task.finished_size}
    return {"task_id": task_id, "via": "baidu", "state": state, "save_path": task.save_path, **amounts, **reason}


def _ours(call: Call, task_id: str) -> dict[str, Any]:
    try:
        row = _find(call, task_id)
    except NotFound:
        return {"task_id": task_id, "via": "yungang", "state": "unknown"}
    told: dict[str, Any] = {
        "task_id": task_id,
        "via": "yungang",
        "state": STATES.get(JobState(row.state), "running"),
        "save_path": row.destination["path"],
        "size": row.size,
        "finished_size": row.done_bytes,
    }
    return told | ({"reason": row.error_code, "detail": services.problem(row)} if row.error_code else {})


def _find(call: Call, task_id: str) -> Transfer:
    """A transfer of the caller's that goes to a drive."""
    row = services.find(call.user, task_id)
    if row.destination_kind != Transfer.Destination.NETDISK:
        raise NotFound
    return row


@operation(
    "transfers.offline_cancel",
    scope="transfers:write",
    title=_("Stop a download to the drive"),
    danger=Danger.WRITE,
    service=True,
    upstream="POST /rest/2.0/pcs/services/cloud_dl?method=cancel_task",
    supported=SUPPORTED,
)
def offline_cancel(call: Call, args: OfflineCancel) -> dict[str, Any]:
    """Whoever fetches it stops."""
    if NUMBER.match(args.task_id):
        with translated():
            client_of(call, args).offline_cancel(int(args.task_id))
        return {"task_id": args.task_id, "via": "baidu", "state": "cancelled"}
    row = services.cancel(call.user, _find(call, args.task_id))
    return _ours(call, str(row.pk))
