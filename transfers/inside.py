"""A copy inside one service: no byte passes through here (G3). Its name is chosen and written down first, so that a crash after
the order, but before its answer was kept, finds the copy instead of making another. What replaces a file is copied again.

Each function returns None where the service can't do it; then the bytes take the ordinary way.
"""

from __future__ import annotations

import posixpath
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from netdisk.baidu.client import BaiduClient
from netdisk.baidu.errors import BaiduError
from netdisk.baidu.files import Relocation
from netdisk.baidu.types import Entry
from netdisk.errors import NetdiskError, translated

from .clouddrive2.client import CloudDrive
from .clouddrive2.errors import CloudDriveError, Kind
from .clouddrive2.paths import join, split
from .engine import Control
from .models import Transfer

WAY = "inside"
NAMES = 1000
LOOK_EVERY = 1.0  # seconds
SETTLE = 30.0  # how long a copy that the service has taken may be invisible
Keep = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class Copied:
    """The copy. `md5` only where both sides tell one and they agree."""

    path: str
    size: int
    file_id: int = 0
    md5: str = ""
    skipped: bool = False


def free_name(name: str, taken: Callable[[str], bool]) -> str:
    """`name`, or `name (1).ext`, … : the first that is free."""
    stem, ending = posixpath.splitext(name)
    candidates = (name, *(f"{stem} ({number}){ending}" for number in range(1, NAMES)))
    return next(candidate for candidate in candidates if not taken(candidate))


def on_netdisk(client: BaiduClient, row: Transfer, keep: Keep) -> Copied | None:
    """A file of a drive to another folder of the same drive."""
    with translated():
        meta = next(iter(client.file_metas([row.source["fs_id"]]).found), None)
        if meta is None:
            raise NetdiskError("netdisk.not_found")
        place, conflict = row.destination, row.destination["conflict"]
        folder, wanted = posixpath.split(place["path"])
        there = _folder(client, folder)
        chosen = row.checkpoint.get("inside", "")
        replaces = conflict == "overwrite"
        if chosen and not replaces and (made := there.get(chosen)) and made.size == meta.size:
            return _copied(made, meta.content_md5)
        before = there.get(wanted)
        if before is not None and conflict == "fail":
            raise NetdiskError("netdisk.exists")
        if before is not None and conflict == "skip" and before.size == meta.size and not before.is_dir:
            return Copied(before.path, before.size, before.fs_id, skipped=True)
        name = chosen or (wanted if replaces else free_name(wanted, there.__contains__))
        keep({"inside": name})
        client.copy([Relocation(meta.path, folder, name)], ondup="overwrite" if replaces else "fail")
        made = _folder(client, folder).get(name)
    return _copied(made, meta.content_md5) if made else None


def _folder(client: BaiduClient, folder: str) -> dict[str, Entry]:
    try:
        return {entry.name: entry for entry in client.iter_dir(folder)}
    except BaiduError as error:
        if error.platform_code != "netdisk.not_found":
            raise
    client.mkdir(folder)
    return {}


def _copied(made: Entry, md5: str | None) -> Copied:
    return Copied(made.path, made.size, made.fs_id, md5 or "" if md5 == made.content_md5 else "")


def on_clouddrive(drive: CloudDrive, row: Transfer, keep: Keep, control: Control) -> Copied | None:
    """A file of a server to another folder of the same server, between its clouds too. A copy keeps its name there."""
    source, place = row.source["path"], row.destination
    folder, wanted = split(place["path"])
    origin = drive.find(source)
    if origin is None or wanted != origin.name or split(source)[0] == folder:
        return None
    began = bool(row.checkpoint.get("inside"))
    before = drive.find(place["path"])
    if before is not None and not began:
        if place["conflict"] == "fail":
            raise CloudDriveError("The name is taken.", code="clouddrive_exists")
        if place["conflict"] == "skip" and before.size == origin.size:
            return Copied(before.path, before.size, skipped=True)
        if place["conflict"] != "overwrite":
            return None
    ours = began and place["conflict"] != "overwrite" and before is not None and before.size == origin.size
    if not ours:
        drive.mkdir(folder)
        keep({"inside": wanted})
        try:
            drive.copy([source], folder, conflict="overwrite" if place["conflict"] == "overwrite" else "skip")
        except CloudDriveError as error:
            if error.kind in (Kind.UNIMPLEMENTED, Kind.PERMISSION):
                return None
            raise
    return _seen(drive, source, join(folder, wanted), origin.size, control)


def _seen(drive: CloudDrive, source: str, path: str, size: int, control: Control) -> Copied:
    """Waits until the copy is there in full; between clouds it goes on as a task of the server."""
    folder, _name = split(path)
    since = time.monotonic()
    while True:
        control.check()
        task = next((each for each in drive.copies() if (each.sourcePath, each.destPath) == (source, folder)), None)
        if task is not None and (task.status == task.Failed or task.failedFiles):
            said = task.errors[0].message if task.errors else ""
            raise CloudDriveError(f"CloudDrive2 could not copy the file. {said}", code="clouddrive_copy_failed")
        found = next((each for each in drive.list_dir(folder, force=True) if each.path == path), None)
        under_way = task is not None and task.status != task.Completed  # what is there may be what is to be replaced
        since = time.monotonic() if under_way else since
        if found is not None and found.size == size and not under_way:
            return Copied(found.path, found.size)
        if time.monotonic() - since > SETTLE:
            raise CloudDriveError("The copy did not appear.", code="clouddrive_not_stored", kind=Kind.TRANSIENT)
        drive.caller.wait(LOOK_EVERY)
