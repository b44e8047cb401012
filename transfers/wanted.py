"""What people ask to have moved: files of a drive or a CloudDrive2 server, a link, a file of the library, an upload.

Looked up as theirs, or not found.
"""

from __future__ import annotations

import posixpath
from collections import Counter
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from django.utils.translation import gettext_lazy as _

from core import http
from core.errors import Invalid, NotFound
from core.outbound import Blocked, OutboundError, TimedOut, parse_url
from core.outbound.gate import checked_addresses
from core.outbound.resolve import system_resolver
from netdisk.baidu.types import FileMeta
from netdisk.drives import client_for, find_drive, parse_id
from netdisk.errors import translated

from .clouddrive2.client import CloudDrive
from .clouddrive2.entries import Entry
from .clouddrive2.paths import clean, split
from .clouds import servers
from .clouds.errors import translated as cloud_translated
from .models import LibraryFile, Transfer, Upload

MAX_URL = 4000
DNS_SECONDS = 3.0
FEW = 4  # files of one folder that are looked up one by one


@dataclass(frozen=True)
class Wanted:
    """One file to move. `kind` and `source` as in `Transfer`."""

    kind: str
    source: dict[str, Any]
    name: str
    size: int | None = None
    account_id: Any = None
    md5: str = ""
    server_id: Any = None
    key: str | None = None  # makes this file a transfer only once


def from_netdisk(user: Any, fs_ids: list[int], *, drive_id: Any = None) -> list[Wanted]:
    """Ask the drive about the files; folders and missing ones are refused by name."""
    drive = find_drive(user, drive_id=drive_id)
    with translated():
        found = client_for(drive).file_metas(fs_ids)
    if found.missing:
        raise NotFound(
            _("Some of the files are not on the drive: %s") % ", ".join(map(str, found.missing[:5])),
            code="netdisk.not_found",
        )
    folders = [meta.name for meta in found.found if meta.is_dir]
    if folders:
        raise Invalid(
            _("This is a folder: %s") % ", ".join(folders[:3]),
            hint=_("Send it with “Send a folder” under Transfers, or open it and tick its files."),
        )
    return [_netdisk_file(meta, drive.pk) for meta in found.found]


def _netdisk_file(meta: FileMeta, account_id: Any) -> Wanted:
    single_part = meta.size <= 4 * 1024 * 1024  # larger ones have no md5 of their content (wire/baidu-netdisk.md §3.7)
    md5 = (meta.content_md5 or "") if single_part else ""
    return Wanted("netdisk", {"fs_id": meta.fs_id, "path": meta.path}, meta.name, meta.size, account_id, md5)


def _find_by_path(user: Any, path: str, drive_id: Any) -> int:
    """The number of the file at a path: Baidu's details go by number only, so its folder is listed."""
    parent, _slash, name = path.rstrip("/").rpartition("/")
    client = client_for(find_drive(user, drive_id=drive_id))
    with translated():
        for entry in client.iter_dir(parent or "/"):
            if entry.name == name:
                return entry.fs_id
    raise NotFound(code="netdisk.not_found")


def from_cloud(user: Any, paths: list[str], *, server_id: Any = None) -> list[Wanted]:
    """Files of a CloudDrive2 server; folders and missing ones are refused by name."""
    server = servers.find(user, server_id)
    found = []
    with cloud_translated():
        entries = _cloud_entries(servers.client_for(server), [clean(path) for path in paths])
    for path, entry in entries.items():
        if entry is None:
            raise NotFound(_("This is not on the server: %s") % path, code="clouddrive_not_found")
        if entry.is_dir:
            raise Invalid(
                _("This is a folder: %s") % entry.name,
                hint=_("Send it with “Send a folder” under Transfers, or open it and tick its files."),
            )
        found.append(_cloud_file(entry, server.pk))
    return found


def _cloud_entries(client: CloudDrive, paths: list[str]) -> dict[str, Entry | None]:
    """What is at each path; a folder of which many are wanted is listed once."""
    found: dict[str, Entry | None] = dict.fromkeys(paths)
    for folder, count in Counter(split(path)[0] for path in found).items():
        if count >= FEW:
            found |= {entry.path: entry for entry in client.list_dir(folder) if entry.path in found}
    return {path: entry or client.find(path) for path, entry in found.items()}


def _cloud_file(entry: Entry, server_id: Any) -> Wanted:
    md5 = entry.hashes.get("md5", "")
    return Wanted("clouddrive", {"path": entry.path}, entry.name, entry.size, md5=md5, server_id=server_id)


def wanted_files(user: Any, source: dict[str, Any]) -> list[Wanted]:
    """What a request names: `url`, `library`, `upload`, `cloud_path` of a CloudDrive2 `server`, or files of a drive by
    `fs_id`, `fs_ids` or `path`."""
    if "cloud_path" in source:
        return from_cloud(user, [source["cloud_path"]], server_id=source.get("server"))
    if "url" in source:
        return from_url(source["url"], source.get("name", ""))
    if "library" in source:
        return [from_library(user, source["library"])]
    if "upload" in source:
        return [from_upload(user, source["upload"])]
    drive_id = source.get("drive")
    if "path" in source:
        return from_netdisk(user, [_find_by_path(user, source["path"], drive_id)], drive_id=drive_id)
    return from_netdisk(user, source.get("fs_ids") or [source["fs_id"]], drive_id=drive_id)


def from_url(url: str, name: str = "") -> list[Wanted]:
    """A link to one file; the address is parsed by the gate's own parser and checked again when it is called."""
    if len(url) > MAX_URL:
        raise Invalid(fields={"url": [_("The address is too long.")]})
    try:
        target = parse_url(url)
    except OutboundError as error:
        raise Invalid(
            _("This address can't be used."),
            code="address_refused",
            fields={"url": [_("Write an http or https address.")]},
        ) from error
    suggested = unquote(posixpath.basename(urlsplit(target.url).path)) or str(_("download"))
    return [Wanted("url", {"url": url, "host": target.host, "named": bool(name)}, clean_name(name or suggested))]


def check_addresses(files: list[Wanted]) -> None:
    """Ask the gate now, before anything is stored (H30); it is asked again at each call.

    That a name does not resolve just now is left to the transfer, and when DNS is slow the rest is, too.
    """
    links = [parse_url(wanted.source["url"]) for wanted in files if wanted.kind == Transfer.Source.URL]
    for target in {link.key: link for link in links}.values():
        try:
            checked_addresses(target, http.policy(), resolver=system_resolver, timeout=DNS_SECONDS)
        except Blocked as error:
            raise http.as_app_error(error) from error
        except TimedOut:
            return
        except OutboundError:
            continue


def from_library(user: Any, pk: Any) -> Wanted:
    """A file of the user's own library, by id or by its path there (`/folder/name`, the newest of that name)."""
    mine = LibraryFile.objects.visible_to(user)
    if str(pk).startswith("/"):
        folder, _slash, name = str(pk).rpartition("/")
        row = mine.filter(folder=folder or "/", name=name).first()
    else:
        row = mine.filter(pk=parse_id(pk)).first()
    if row is None:
        raise NotFound(_("There is no such file in your library."))
    return Wanted(Transfer.Source.LIBRARY, {"file": str(row.pk), "folder": row.folder}, row.name, row.size)


def from_upload(user: Any, pk: Any) -> Wanted:
    """What a browser or a program has sent completely, before it became anything else."""
    row = Upload.objects.visible_to(user).filter(pk=parse_id(pk)).first()
    if row is None or not row.staged_path().exists():
        raise NotFound(_("There is no such upload."))
    if row.offset < row.size:
        raise Invalid(_("The upload is not complete yet."), hint=_("Send the rest of it first."))
    return Wanted(Transfer.Source.UPLOAD, {"upload": str(row.pk)}, row.name, row.size)


def clean_name(name: str) -> str:
    """A shown name: one line, no path, bounded. It is never used as a path on disk."""
    text = "".join(" " if ord(char) < 32 or ord(char) == 127 else char for char in name).replace("/", "／").strip()
    return text[:255] or str(_("download"))


def clean_folder(folder: str) -> str:
    parts = [part for part in folder.split("/") if part]
    if any(part in {".", ".."} for part in parts) or any(ord(char) < 32 for char in folder) or len(folder) > 500:
        raise Invalid(fields={"destination": [_("Write a folder such as /films.")]})
    return "/" + "/".join(parts)
