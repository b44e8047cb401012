"""Changing files and folders: make, delete, move, rename, copy, and the tasks behind large ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any

from django.utils.translation import gettext_lazy as _
from pydantic import BeforeValidator, Field

from core.operations import Arguments, Call, Danger, operation
from netdisk.baidu.files import Ondup, Relocation
from netdisk.errors import NetdiskError, translated

from .answers import client_of, row
from .arguments import MOST_ITEMS, Flag, FsId, ItemPath, Name, NewPath, OnDrive, Path, Whole, items, number, paths
from .manage import Change, carry_out, task_rows
from .waiting import ENDED

Waits = Annotated[int, Field(ge=0, le=2), BeforeValidator(number)]


class MakeFolder(OnDrive):
    path: NewPath
    rtype: Flag = Field(0, description="1: take another name when this one is taken.")


class FileManager(OnDrive):
    mode: Waits = Field(
        0, alias="async", description="0 waits for the result; 1 lets Baidu decide; 2 only starts a background task."
    )


class Delete(FileManager):
    filelist: Annotated[list[ItemPath], BeforeValidator(paths)] = Field(min_length=1, max_length=MOST_ITEMS)


class Place(Arguments):
    path: ItemPath
    dest: Path
    newname: Name | None = None
    ondup: Ondup | None = None


class Relocate(FileManager):
    filelist: Annotated[list[Place], BeforeValidator(items)] = Field(min_length=1, max_length=MOST_ITEMS)
    ondup: Ondup = Field("fail", description="What happens when the name is taken; an item's own goes first.")


class NewName(Arguments):
    path: ItemPath
    newname: Name
    id: Whole | None = None


class Rename(FileManager):
    filelist: Annotated[list[NewName], BeforeValidator(items)] = Field(min_length=1, max_length=MOST_ITEMS)
    ondup: Ondup = "fail"


class TaskStatusArguments(OnDrive):
    taskid: FsId


@operation(
    "netdisk.mkdir",
    scope="netdisk:write",
    title=_("Make a folder"),
    danger=Danger.WRITE,
    service=True,
    upstream="POST /rest/2.0/xpan/file?method=create",
)
def mkdir(call: Call, args: MakeFolder) -> dict[str, Any]:
    """A new folder; an existing one is an error unless `rtype` is 1."""
    with translated():
        made = client_of(call, args).mkdir(args.path, rename=bool(args.rtype))
    return row(made)


@operation(
    "netdisk.delete",
    scope="netdisk:write",
    title=_("Delete files and folders"),
    danger=Danger.DESTROY,
    service=True,
    upstream="POST /rest/2.0/xpan/file?method=filemanager&opera=delete",
)
def delete(call: Call, args: Delete) -> dict[str, Any]:
    """Into the recycle bin of the drive. Each item has its own result; more than 999 are split."""
    client = client_of(call, args)
    return carry_out(call, client, args.filelist, args.filelist, Change(client.delete, args.mode))


@operation(
    "netdisk.move",
    scope="netdisk:write",
    title=_("Move files and folders"),
    danger=Danger.WRITE,
    service=True,
    upstream="POST /rest/2.0/xpan/file?method=filemanager&opera=move",
)
def move(call: Call, args: Relocate) -> dict[str, Any]:
    """Into other folders, under new names if given. Each item has its own result; more than 999 are split."""
    client = client_of(call, args)
    return _relocate(call, args, client, client.move)


@operation(
    "netdisk.copy",
    scope="netdisk:write",
    title=_("Copy files and folders"),
    danger=Danger.WRITE,
    service=True,
    upstream="POST /rest/2.0/xpan/file?method=filemanager&opera=copy",
)
def copy(call: Call, args: Relocate) -> dict[str, Any]:
    """Into other folders, under new names if given. Each item has its own result; more than 999 are split."""
    client = client_of(call, args)
    return _relocate(call, args, client, client.copy)


def _relocate(call: Call, args: Relocate, client: Any, send: Callable[..., Any]) -> dict[str, Any]:
    moves = [Relocation(item.path, item.dest, item.newname, item.ondup) for item in args.filelist]
    change = Change(lambda part, mode: send(part, ondup=args.ondup, mode=mode), args.mode, places=True)
    return carry_out(call, client, moves, [item.path for item in moves], change)


@operation(
    "netdisk.rename",
    scope="netdisk:write",
    title=_("Rename files and folders"),
    danger=Danger.WRITE,
    service=True,
    upstream="POST /rest/2.0/xpan/file?method=filemanager&opera=rename",
)
def rename(call: Call, args: Rename) -> dict[str, Any]:
    """New names in the same folders. Each item has its own result; more than 999 are split."""
    client = client_of(call, args)
    names = [(item.path, item.newname) for item in args.filelist]

    def send(part: Sequence[tuple[str, str]], mode: Any) -> Any:
        return client.rename(part, ondup=args.ondup, mode=mode)

    return carry_out(call, client, names, [path for path, _name in names], Change(send, args.mode))


@operation(
    "netdisk.task_status",
    scope="netdisk:read",
    title=_("How a background task is doing"),
    service=True,
    upstream="GET /share/taskquery",
)
def task_status(call: Call, args: TaskStatusArguments) -> dict[str, Any]:
    """The state of a task that delete, move, rename or copy has started."""
    try:
        with translated():
            status = client_of(call, args).task_query(args.taskid)
    except NetdiskError as error:
        if error.code != "netdisk.bad_request":
            raise
        raise NetdiskError(
            "netdisk.not_found",
            message=_("There is no such task of this drive."),
            hint=_("Baidu forgets tasks some time after their end."),
        ) from error
    info = task_rows(status)
    return {
        "taskid": args.taskid,
        "status": status.status.value,
        "ended": status.status in ENDED,
        "progress": status.progress,
        "total": status.total,
        "failed": sum(bool(entry["errno"]) for entry in info),
        "info": info,
    }
