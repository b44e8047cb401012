"""The file manager's work: split, waited for, and told item by item (wire/baidu-netdisk.md §2.8)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from core.errors import AppError
from core.operations import Call
from netdisk.baidu.client import BaiduClient
from netdisk.baidu.codes import Family, lookup
from netdisk.baidu.files import SOME_FAILED, Mode
from netdisk.baidu.types import FileOperation, TaskStatus
from netdisk.errors import NetdiskError, translated

from .waiting import ENDED, task_end, when_free

MOST_AT_ONCE = 999
AT_ONCE = 100  # more than this goes to Baidu's background even when the caller waits
MOST_FOLDERS = 20
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Change:
    """`send(items, mode)` asks Baidu; `waits` is the caller's `async`; `places` says that items have a destination."""

    send: Callable[..., FileOperation]
    waits: int
    places: bool = False

    def mode(self, count: int) -> Mode:
        if self.waits == 0:
            return Mode.SYNC if count <= AT_ONCE else Mode.ADAPTIVE
        return Mode(self.waits)


def carry_out(
    call: Call, client: BaiduClient, items: Sequence[Any], paths: Sequence[str], change: Change
) -> dict[str, Any]:
    """The result of all items, in groups of 999. A failure after the first group is told for the items it hit.

    Raises `NetdiskError` when nothing at all worked.
    """
    info: Rows = []
    taskid = 0
    for first in range(0, len(items), MOST_AT_ONCE):
        part, names = items[first : first + MOST_AT_ONCE], paths[first : first + MOST_AT_ONCE]
        last = first + len(part) == len(items)
        try:
            rows, taskid = _group(call, client, part, change, wait=change.waits == 0 or not last)
        except AppError as error:
            if not first:
                raise
            info += [_row(path, error=error) for path in paths[first:]]
            break
        info += _explained(client, part, rows) if change.places else rows
        if taskid and not last:
            info += [_row(path, error=NetdiskError("netdisk.busy")) for path in paths[first + len(names) :]]
            break
        call.progress(first + len(part), len(items))
    return _answer(info, taskid, len(items))


def _group(call: Call, client: BaiduClient, part: Sequence[Any], change: Change, *, wait: bool) -> tuple[Rows, int]:
    """The rows of one group, and the number of the task that still works on it (0: none)."""

    def send() -> FileOperation:
        with translated():
            done = change.send(part, mode=change.mode(len(part)))
        if done.failed and all(item.platform_code == "netdisk.busy" for item in done.items):
            raise NetdiskError("netdisk.busy", permanent=False)
        return done

    done = when_free(send)
    if done.taskid and wait:
        try:
            status = task_end(call, client, done.taskid)
        except AppError:
            return [], done.taskid  # it works on, whether we can look or not
        return task_rows(status), 0 if status.status in ENDED else done.taskid
    return [_row(item.path, item.errno) for item in done.items], done.taskid


def task_rows(status: TaskStatus) -> Rows:
    """The items of a background task as those of any other."""
    return [_row(item.source, item.error_code, to=item.target) for item in status.items]


def _row(path: str, errno: int = 0, *, to: str = "", error: AppError | None = None) -> dict[str, Any]:
    found: dict[str, Any] = {"path": path, "errno": errno}
    if to:
        found["to"] = to
    if errno:
        line = lookup(errno, Family.FILEMANAGER)
        error = NetdiskError(line.platform_code, upstream_code=errno)
    if error is not None:
        number = getattr(error, "upstream_code", 0)
        found |= {"errno": errno or (number if isinstance(number, int) and number else SOME_FAILED), **_words(error)}
    return found


def _words(error: AppError) -> dict[str, str]:
    return {"code": error.code, "detail": str(error.message), "hint": str(error.hint)}


def _explained(client: BaiduClient, part: Sequence[Any], rows: Rows) -> Rows:
    """Baidu says "not there" of the file and of the folder it should go to: look which one it is."""
    lost = {row["path"] for row in rows if row.get("code") == "netdisk.not_found"}
    folders = {item.destination for item in part if item.path in lost}
    missing = {folder for folder in sorted(folders)[:MOST_FOLDERS] if _is_missing(client, folder)}
    homeless = {item.path for item in part if item.path in lost and item.destination in missing}
    words = _words(NetdiskError("netdisk.parent_missing"))
    return [{**row, **words} if row["path"] in homeless and row.get("code") else row for row in rows]


def _is_missing(client: BaiduClient, folder: str) -> bool:
    try:
        with translated():
            client.list_dir(folder, limit=1)
    except AppError as error:
        return error.code == "netdisk.not_found"
    return False


def _answer(info: Rows, taskid: int, total: int) -> dict[str, Any]:
    failed = [row for row in info if row["errno"]]
    if failed and len(failed) == len(info) and not taskid:
        codes = {row["code"] for row in failed}
        error = NetdiskError(
            codes.pop() if len(codes) == 1 else "netdisk.partial_failure", upstream_code=failed[0]["errno"]
        )
        error.fields = {row["path"] or str(number): [row["detail"]] for number, row in enumerate(failed)}
        raise error
    state = "running" if taskid else "done"
    return {"taskid": taskid, "state": state, "total": total, "failed": len(failed), "info": info}
