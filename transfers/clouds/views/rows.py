"""A server's files as pages show them. Names and paths come from outside: they are data, never markup or addresses."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import Any

from django.template.defaultfilters import date, filesizeformat
from django.utils.timezone import localtime

from core.file_kinds import kind_of
from netdisk.rows import moment
from transfers.clouddrive2.entries import Entry
from transfers.models import CloudServer

from .places import file_url, folder_url
from .selection import pick

DIGITS = re.compile(r"(\d+)")
COMPARED = 300  # characters of a name that its place in the list depends on


def row_id(path: str) -> str:
    """What a row is called in its page."""
    return hashlib.sha256(path.encode(errors="surrogatepass")).hexdigest()[:16]


def file_row(server: CloudServer, entry: Entry, *, searched: bool = False) -> dict[str, Any]:
    """One row of a listing: what it is, where it leads, and `pick`, by which forms name it."""
    changed = moment(entry.modified)
    parts = [] if entry.is_dir else [filesizeformat(entry.size)]
    parts += [date(localtime(changed), "Y-m-d")] if changed else []
    folder = entry.path.rpartition("/")[0] or "/"
    about_url = file_url(server, entry.path)
    return {
        "row_id": row_id(entry.path),
        "name": entry.name,
        "path": entry.path,
        "kind": "cloud" if is_cloud(entry) else kind_of(entry.name, is_dir=entry.is_dir),
        "is_dir": entry.is_dir,
        "url": folder_url(server, entry.path) if entry.is_dir else about_url,
        "about_url": about_url,
        "size": entry.size,
        "changed": changed,
        "sub": " · ".join(parts),
        "folder": folder if searched else "",
        "folder_url": folder_url(server, folder) if searched else "",
        "read_only": entry.read_only,
        "pick": pick(entry.path, is_dir=entry.is_dir),
    }


def is_cloud(entry: Entry) -> bool:
    """Whether this is the top folder of a cloud."""
    return entry.is_dir and entry.message.isCloudRoot


def in_order(entries: Iterable[Entry], order: str, *, desc: bool) -> list[Entry]:
    """Folders first; then by name as people count (2 before 10), by size or by time. Folders have no size: by name."""
    by_name = sorted(entries, key=lambda entry: natural(entry.name), reverse=desc and order == "name")
    if order == "size":
        by_name.sort(key=lambda entry: 0 if entry.is_dir else entry.size, reverse=desc)
    elif order == "time":
        by_name.sort(key=lambda entry: entry.modified, reverse=desc)
    return sorted(by_name, key=lambda entry: not entry.is_dir)


def natural(name: str) -> list[Any]:
    parts = DIGITS.split(name[:COMPARED].casefold())
    return [int(part) if number % 2 else part for number, part in enumerate(parts)]
