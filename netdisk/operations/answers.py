"""What drive operations have in common: whose drive it is, and how files look in answers."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from typing import Any

from core.operations import Call
from netdisk.baidu.client import BaiduClient
from netdisk.baidu.listing import Page
from netdisk.baidu.types import Entry, FileMeta
from netdisk.drives import client_for, find_drive
from netdisk.errors import NetdiskError
from netdisk.models import DriveAccount

from .arguments import MAX_LIMIT, OfFile, OnDrive


def drive_of(call: Call, args: OnDrive) -> DriveAccount:
    """The caller's drive, or the site's shared one."""
    return find_drive(call.user, mode="public" if call.service else "user", drive_id=args.drive)


def client_of(call: Call, args: OnDrive) -> BaiduClient:
    return client_for(drive_of(call, args))


def row(entry: Entry) -> dict[str, Any]:
    """An entry with Baidu's own field names, so that clients of the seed find what they know."""
    found: dict[str, Any] = {
        "fs_id": entry.fs_id,
        "path": entry.path,
        "server_filename": entry.name,
        "filename": entry.name,
        "size": entry.size,
        "isdir": int(entry.is_dir),
        "category": entry.category,
        "server_ctime": entry.server_ctime,
        "server_mtime": entry.server_mtime,
        "local_ctime": entry.local_ctime,
        "local_mtime": entry.local_mtime,
    }
    if entry.md5:
        found |= {"md5": entry.md5, "content_md5": entry.content_md5}
    if entry.thumbs:
        found["thumbs"] = dict(entry.thumbs)
    return found


def meta_row(meta: FileMeta) -> dict[str, Any]:
    """An entry with the details that were asked for."""
    extra = {
        "dlink": meta.dlink,
        "duration": meta.duration,
        "width": meta.width,
        "height": meta.height,
        "orientation": meta.orientation,
        "date_taken": meta.date_taken,
        "media_info": meta.media_info and meta.media_info.model_dump(),
    }
    return row(meta) | {name: value for name, value in extra.items() if value}


def gather(call: Call, fetch: Callable[[int, int], Page], start: int, limit: int) -> Page:
    """`limit` rows from `start`, asked for in pages of at most 1,000: `fetch(start, limit)` gives one."""
    entries: list[Entry] = []
    while True:
        page = fetch(start, min(limit - len(entries), MAX_LIMIT))
        entries += page.entries
        start = start + len(page.entries) if page.cursor is None else page.cursor
        if not page.has_more or not page.entries or len(entries) >= limit or call.cancelled():
            return Page(entries, page.has_more, start)
        call.progress(len(entries), limit)


def find_file(client: BaiduClient, args: OfFile, **wanted: bool) -> FileMeta:
    """The one file that is meant, with the details in `wanted`; raises `netdisk.not_found`."""
    number = args.fsid or _number_at(client, args.path or "/")
    found = client.file_metas([number], **wanted).found
    if not found:
        raise NetdiskError("netdisk.not_found")
    return found[0]


def _number_at(client: BaiduClient, path: str) -> int:
    """Baidu's details go by number only, so the folder of the path is listed."""
    for entry in client.iter_dir(posixpath.dirname(path)):
        if entry.path == path:
            return entry.fs_id
    raise NetdiskError("netdisk.not_found")
