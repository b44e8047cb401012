"""Files and folders of a CloudDrive2 server (wire/clouddrive2.md §3.1)."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import islice
from typing import Annotated, Any, Literal, cast

from django.utils.translation import gettext_lazy as _
from pydantic import AfterValidator, BeforeValidator, Field

from core.operations import Call, Danger, check_cancelled, operation
from netdisk.operations.arguments import Flag, Name, number
from transfers.clouddrive2.client import CloudDrive
from transfers.clouddrive2.entries import Entry
from transfers.clouddrive2.errors import CloudDriveError, Kind
from transfers.clouddrive2.paths import join, split

from .clouds import (
    READ,
    WRITE,
    CloudItem,
    CloudPath,
    NewItem,
    OfItems,
    OnServer,
    Paged,
    asking,
    found_at,
    page,
    row,
    time_of,
)

Row = dict[str, Any]
STRIDE = 1000  # rows between two looks whether the caller still waits
KEYS: dict[str, Callable[[Row], Any]] = {
    "name": lambda each: (each["name"].casefold(), each["name"]),
    "time": lambda each: (each["modified"] or "", each["name"]),
    "size": lambda each: (each["size"], each["name"]),
}
CAN = {
    "search": "canSearch",
    "content_search": "canContentSearch",
    "offline_download": "canOfflineDownload",
    "delete_permanently": "canDeletePermanently",
    "mount": "canMount",
}


def _words(text: str) -> str:
    if not text.strip() or "\x00" in text:
        raise ValueError("write what to look for")
    return text


class CloudList(Paged):
    path: CloudPath = "/"
    order: Literal["name", "time", "size"] = "name"
    desc: Flag = 0
    refresh: Flag = Field(0, description="1: the server asks the cloud itself, which costs one of its few calls.")


class CloudAt(OnServer):
    path: CloudPath


class CloudSearch(Paged):
    query: Annotated[str, Field(min_length=1, max_length=255), AfterValidator(_words)]
    path: CloudPath = "/"
    fuzzy: Flag = 0
    contents: Flag = Field(0, description="1: also what is in the files, where the cloud can.")
    limit: Annotated[int, Field(ge=1, le=1000), BeforeValidator(number)] = 100


class CloudMkdir(OnServer):
    path: NewItem


class CloudRename(OnServer):
    path: CloudItem
    name: Name


class CloudPlace(OfItems):
    dest: CloudPath = Field(description="The folder they go to; it has to be there.")
    conflict: Literal["rename", "overwrite", "skip"] = Field("rename", description="When the name is taken there.")
    merge: Flag = Field(0, description="1: folders of the same name become one.")


class CloudDelete(OfItems):
    permanently: Flag = Field(0, description="1: past the recycle bin, where the cloud can.")


@operation("clouds.cloud_list", scope=READ, title=_("List a folder of CloudDrive2"), upstream="GetSubFiles")
def cloud_list(call: Call, args: CloudList) -> Row:
    """Rows of a folder, folders first, in the order asked for; `/` lists the clouds. `total` counts all of them."""
    count = 0

    def counted(entries: Iterator[Entry]) -> Iterator[Row]:
        nonlocal count
        for entry in entries:
            count += 1
            if count % STRIDE == 0:
                check_cancelled()
                call.progress(count)
            yield row(entry)

    with asking(call, args) as client:
        rows = _sorted(counted(client.list_dir(args.path, force=bool(args.refresh))), args)
    shown = rows[args.offset :]
    following = args.offset + len(shown)
    more = following < count
    return {"list": shown, "total": count, "has_more": more, "next_offset": following if more else None}


def _sorted(rows: Iterator[Row], args: CloudList) -> list[Row]:
    """The first rows up to the page's end: a folder of a million files is never held as a whole."""
    most, key = args.offset + args.limit, KEYS[args.order]
    if args.desc:
        return heapq.nlargest(most, rows, key=lambda each: (each["is_dir"], key(each)))
    return heapq.nsmallest(most, rows, key=lambda each: (not each["is_dir"], key(each)))


@operation("clouds.cloud_find", scope=READ, title=_("Look up a path on CloudDrive2"), upstream="FindFileByPath")
def cloud_find(call: Call, args: CloudAt) -> Row:
    """The one file or folder at a path."""
    with asking(call, args) as client:
        return row(found_at(client, args.path))


@operation("clouds.cloud_search", scope=READ, title=_("Search on CloudDrive2"), upstream="GetSearchResults")
def cloud_search(call: Call, args: CloudSearch) -> Row:
    """Files and folders below a path whose names match, in the server's order."""
    with asking(call, args) as client:
        fuzzy, contents = bool(args.fuzzy), bool(args.contents)
        hits = cast(Any, client.search(args.path, args.query, fuzzy=fuzzy, contents=contents))
        with closing(hits):
            rows = [row(entry) for entry in islice(hits, args.offset, args.offset + args.limit + 1)]
    return page(rows, args.offset, args.limit)


@operation(
    "clouds.cloud_mkdir",
    scope=WRITE,
    title=_("Make a folder on CloudDrive2"),
    danger=Danger.WRITE,
    upstream="CreateFolder",
    idempotent=True,
)
def cloud_mkdir(call: Call, args: CloudMkdir) -> Row:
    """The folder, made with those above it where they are missing; one that is there already is as good."""
    with asking(call, args) as client:
        return row(client.mkdir(args.path))


@operation(
    "clouds.cloud_rename",
    scope=WRITE,
    title=_("Rename on CloudDrive2"),
    danger=Danger.WRITE,
    upstream="RenameFile",
)
def cloud_rename(call: Call, args: CloudRename) -> Row:
    """A new name in the same folder."""
    with asking(call, args) as client:
        client.rename(args.path, args.name)
    return {"path": join(split(args.path)[0], args.name)}


@operation(
    "clouds.cloud_move",
    scope=WRITE,
    title=_("Move on CloudDrive2"),
    danger=Danger.WRITE,
    upstream="MoveFile",
)
def cloud_move(call: Call, args: CloudPlace) -> Row:
    """Into another folder. Between clouds it goes on as a task: see `cloud_copy_tasks`. `paths`: new places, if known."""
    with asking(call, args) as client:
        moved = client.move(args.paths, args.dest, conflict=args.conflict, merge=bool(args.merge))
    return {"paths": moved}


@operation(
    "clouds.cloud_copy",
    scope=WRITE,
    title=_("Copy on CloudDrive2"),
    danger=Danger.WRITE,
    upstream="CopyFile",
)
def cloud_copy(call: Call, args: CloudPlace) -> Row:
    """Into another folder. Folders, and copies between clouds, go on as tasks: see `cloud_copy_tasks`."""
    with asking(call, args) as client:
        copied = client.copy(args.paths, args.dest, conflict=args.conflict, merge=bool(args.merge))
    return {"paths": copied}


@operation(
    "clouds.cloud_delete",
    scope=WRITE,
    title=_("Delete on CloudDrive2"),
    danger=Danger.DESTROY,
    upstream="DeleteFiles, DeleteFilesPermanently",
)
def cloud_delete(call: Call, args: CloudDelete) -> Row:
    """Into the cloud's recycle bin, or past it with `permanently`."""
    with asking(call, args) as client:
        client.delete(args.paths, permanently=bool(args.permanently))
    return {"deleted": len(args.paths), "permanently": bool(args.permanently)}


@operation("clouds.cloud_space", scope=READ, title=_("Room on a cloud of CloudDrive2"), upstream="GetSpaceInfo")
def cloud_space(call: Call, args: CloudAt) -> Row:
    """Bytes in all, used and free, of the cloud that a path lies in."""
    with asking(call, args) as client:
        space = client.space(args.path)
    return {"total": space.totalSpace, "used": space.usedSpace, "free": space.freeSpace}


@operation(
    "clouds.cloud_details",
    scope=READ,
    title=_("Details of a file on CloudDrive2"),
    upstream="FindFileByPath, GetFileDetailProperties",
)
def cloud_details(call: Call, args: CloudAt) -> Row:
    """Everything known of a file or folder. `below`: what a folder holds in all, None where the cloud can't count it."""
    with asking(call, args) as client:
        entry = found_at(client, args.path)
        below = _below(client, args.path) if entry.is_dir else None
    message = entry.message
    return {
        **row(entry),
        "id": entry.id,
        "created": time_of(message.createTime.seconds),
        "accessed": time_of(message.accessTime.seconds),
        "account": entry.account,
        "encrypted": message.fileEncryptionType != message.FileEncryptionType.Value("None"),
        "can": [name for name, flag in CAN.items() if getattr(message, flag)],
        "below": below,
    }


def _below(client: CloudDrive, path: str) -> Row | None:
    try:
        found = client.properties(path)
    except CloudDriveError as error:
        if error.kind is not Kind.UNIMPLEMENTED:
            raise
        return None
    return {"files": found.totalFileCount, "folders": found.totalFolderCount, "bytes": found.totalSize}
