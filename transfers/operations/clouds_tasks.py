"""What a CloudDrive2 server is busy with: uploads into its clouds, copies between them (wire/clouddrive2.md §3.5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Annotated, Any

from django.utils.translation import gettext_lazy as _
from pydantic import BeforeValidator, Field

from core.operations import Call, Danger, operation
from netdisk.operations.arguments import paths
from protos import clouddrive_pb2 as pb
from transfers.clouddrive2.errors import redact
from transfers.clouddrive2.tasks import UploadTask

from .clouds import LONGEST, READ, WRITE, OnServer, Paged, asking, page, time_of

Row = dict[str, Any]
MOST_KEYS = 1000
MOST_ERRORS = 20
STATES = {
    "WaitforPreprocessing": "waiting",
    "Preprocessing": "preparing",
    "Inqueue": "queued",
    "Transfer": "running",
    "Pause": "paused",
    "Finish": "done",
    "Skipped": "skipped",
    "Cancelled": "cancelled",
    "Ignored": "ignored",
    "Error": "error",
    "FatalError": "failed",
}
OPERATORS = {0: "mount", 1: "copy", 2: "backup", 3: "remote_upload"}

Key = Annotated[str, Field(min_length=1, max_length=2 * LONGEST)]
Keys = Annotated[list[Key], BeforeValidator(paths), Field(min_length=1, max_length=MOST_KEYS)]


class CloudUploads(Paged):
    name: str = Field("", max_length=255, description="Only files with this in their name.")


class OfTasks(OnServer):
    keys: Keys

    def target(self) -> str:
        return ", ".join(self.keys)


class OfCopy(OnServer):
    source: str = Field(min_length=1, max_length=LONGEST, description="As the list of tasks tells it.")
    dest: str = Field(min_length=1, max_length=LONGEST, description="As the list of tasks tells it.")

    def target(self) -> str:
        return self.source


@operation("clouds.cloud_uploads", scope=READ, title=_("Uploads of CloudDrive2"), upstream="GetUploadFileList")
def cloud_uploads(call: Call, args: CloudUploads) -> Row:
    """Files on their way from the server into its clouds, with `key` for pausing, going on and cancelling."""
    with asking(call, args) as client:
        rows = [_upload(task) for task in islice(client.uploads(args.name), args.offset, args.offset + args.limit + 1)]
    return page(rows, args.offset, args.limit)


def _upload(task: UploadTask) -> Row:
    return {
        "key": task.key,
        "path": task.path,
        "size": task.size,
        "sent": task.sent,
        "state": STATES.get(task.state, task.state.lower()),
        "ended": task.ended,
        "error": redact(task.error),
        "by": OPERATORS.get(task.operator, "unknown"),
    }


@operation(
    "clouds.cloud_uploads_pause",
    scope=WRITE,
    title=_("Pause uploads of CloudDrive2"),
    danger=Danger.WRITE,
    upstream="PauseUploadFiles",
    idempotent=True,
)
def cloud_uploads_pause(call: Call, args: OfTasks) -> Row:
    """Lets uploads rest, by the `key`s of `cloud_uploads`."""
    with asking(call, args) as client:
        client.pause_uploads(args.keys)
    return {"keys": args.keys}


@operation(
    "clouds.cloud_uploads_resume",
    scope=WRITE,
    title=_("Continue uploads of CloudDrive2"),
    danger=Danger.WRITE,
    upstream="ResumeUploadFiles",
    idempotent=True,
)
def cloud_uploads_resume(call: Call, args: OfTasks) -> Row:
    """Lets paused uploads go on, by the `key`s of `cloud_uploads`."""
    with asking(call, args) as client:
        client.resume_uploads(args.keys)
    return {"keys": args.keys}


@operation(
    "clouds.cloud_uploads_cancel",
    scope=WRITE,
    title=_("Cancel uploads of CloudDrive2"),
    danger=Danger.DESTROY,
    upstream="CancelUploadFiles",
    idempotent=True,
)
def cloud_uploads_cancel(call: Call, args: OfTasks) -> Row:
    """Ends uploads, by the `key`s of `cloud_uploads`: what was accepted but not stored yet is lost."""
    with asking(call, args) as client:
        client.cancel_uploads(args.keys)
    return {"keys": args.keys}


@operation(
    "clouds.cloud_copy_tasks",
    scope=READ,
    title=_("Copies of CloudDrive2"),
    upstream="GetCopyTasks, GetMergeTasks",
)
def cloud_copy_tasks(call: Call, args: Paged) -> Row:
    """Copies, moves and merges that go on in the background, as the server lists them."""
    with asking(call, args) as client:
        rows = [*map(_copy, client.copies()), *map(_merge, client.merges())]
    return page(rows[args.offset :], args.offset, args.limit)


def _copy(task: pb.CopyTask) -> Row:
    return {
        "kind": "move" if task.taskMode == pb.CopyTask.Move else "copy",
        "key": f"{task.sourcePath}:{task.destPath}",
        "source": task.sourcePath,
        "dest": task.destPath,
        "state": _name(pb.CopyTask.TaskStatus, task.status),
        "paused": task.paused,
        "folders": task.totalFolders,
        "files": task.totalFiles,
        "files_done": task.uploadedFiles + task.skippedFiles,
        "files_failed": task.failedFiles,
        "bytes": task.totalBytes,
        "bytes_done": task.uploadedBytes,
        "errors": [redact(each.message) for each in task.errors[:MOST_ERRORS]],
        "started": time_of(task.startTime.seconds),
        "ended": time_of(task.endTime.seconds),
    }


def _merge(task: pb.MergeTask) -> Row:
    return {
        "kind": "merge",
        "key": f"{task.sourcePath}:{task.destPath}",
        "source": task.sourcePath,
        "dest": task.destPath,
        "state": _name(pb.MergeTask.TaskStatus, task.status),
        "folders_done": task.mergedFolders,
        "files_done": task.mergedFiles,
        "errors": [redact(task.errorMessage)] if task.errorMessage else [],
        "started": time_of(task.startTime.seconds),
        "ended": time_of(task.endTime.seconds),
    }


def _name(kind: Any, number: int) -> str:
    """The word for a state; a newer server may have more of them."""
    return str(kind.Name(number)).lower() if number in kind.values() else "unknown"


def _changed(call: Call, args: OfTasks, change: Callable[[Any, Iterable[str]], int]) -> Row:
    with asking(call, args) as client:
        return {"changed": change(client, args.keys)}


@operation(
    "clouds.cloud_copy_pause",
    scope=WRITE,
    title=_("Pause copies of CloudDrive2"),
    danger=Danger.WRITE,
    upstream="PauseCopyTasks",
    idempotent=True,
)
def cloud_copy_pause(call: Call, args: OfTasks) -> Row:
    """Lets copies rest, by the `key`s of `cloud_copy_tasks`; how many there were."""
    return _changed(call, args, lambda client, keys: client.pause_copies(keys))


@operation(
    "clouds.cloud_copy_resume",
    scope=WRITE,
    title=_("Continue copies of CloudDrive2"),
    danger=Danger.WRITE,
    upstream="PauseCopyTasks",
    idempotent=True,
)
def cloud_copy_resume(call: Call, args: OfTasks) -> Row:
    """Lets paused copies go on, by the `key`s of `cloud_copy_tasks`; how many there were."""
    return _changed(call, args, lambda client, keys: client.pause_copies(keys, pause=False))


@operation(
    "clouds.cloud_copy_remove",
    scope=WRITE,
    title=_("End copies of CloudDrive2"),
    danger=Danger.WRITE,
    upstream="RemoveCopyTasks",
    idempotent=True,
)
def cloud_copy_remove(call: Call, args: OfTasks) -> Row:
    """Ends and forgets copies, by the `key`s of `cloud_copy_tasks`; what is copied already stays. How many there were."""
    return _changed(call, args, lambda client, keys: client.remove_copies(keys))


@operation(
    "clouds.cloud_copy_restart",
    scope=WRITE,
    title=_("Start a failed copy of CloudDrive2 again"),
    danger=Danger.WRITE,
    upstream="RestartCopyTask",
)
def cloud_copy_restart(call: Call, args: OfCopy) -> Row:
    """A copy that failed begins again."""
    with asking(call, args) as client:
        client.restart_copy(args.source, args.dest)
    return {"source": args.source, "dest": args.dest}
