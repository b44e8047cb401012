"""A drive's files as pages show them. Names and paths come from outside: they are data, never markup or addresses."""

from __future__ import annotations

import json
import posixpath
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.template.defaultfilters import date, filesizeformat
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from core.file_kinds import kind_of
from core.pages import Address, duration

from .models import DriveAccount

LAST_MOMENT = 253_402_300_799  # 9999-12-31, the last that datetime knows
EXCERPT = 160


def moment(seconds: int) -> datetime | None:
    """A Unix time; None for 0 and for what no calendar holds."""
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds <= LAST_MOMENT else None


def thumbnail_url(drive: DriveAccount, entry: dict[str, Any], size: str = "small") -> str:
    """Where we serve the file's picture; empty when there is none to be expected."""
    if not entry.get("thumbs") or not entry["fs_id"]:
        return ""
    return reverse("netdisk:thumb", args=[drive.pk, entry["fs_id"]]) + f"?size={size}&v={entry['server_mtime']}"


def file_row(drive: DriveAccount, entry: dict[str, Any], *, searched: bool = False) -> dict[str, Any]:
    """One row of a listing: what it is, where it leads, and `pick`, by which forms name it."""
    is_dir = bool(entry["isdir"])
    changed = moment(entry["server_mtime"])
    parts = [filesizeformat(entry["size"])] if not is_dir else []
    parts += [date(localtime(changed), "Y-m-d")] if changed else []
    folder = posixpath.dirname(entry["path"])
    about_url = reverse("netdisk:file", args=[drive.pk, entry["fs_id"]]) if entry["fs_id"] else ""
    return {
        "fs_id": entry["fs_id"],
        "name": entry["server_filename"],
        "path": entry["path"],
        "kind": kind_of(entry["server_filename"], is_dir=is_dir),
        "is_dir": is_dir,
        "url": _folder_url(drive, entry["path"]) if is_dir else about_url,
        "about_url": about_url,
        "thumbnail_url": thumbnail_url(drive, entry, "medium"),
        "small_url": thumbnail_url(drive, entry),
        "size": entry["size"],
        "changed": changed,
        "sub": " · ".join(parts),
        "folder": folder if searched else "",
        "folder_url": _folder_url(drive, folder) if searched else "",
        "excerpt": (entry.get("content") or entry.get("ocr") or "")[:EXCERPT],
        "pick": pick(entry["fs_id"], entry["path"], is_dir=is_dir),
    }


def pick(fs_id: int, path: str, *, is_dir: bool) -> str:
    """How a form names a file or folder: calls want the number or the path, so it carries both; folders end in a slash."""
    return f"{fs_id}:{path}/" if is_dir else f"{fs_id}:{path}"


def _folder_url(drive: DriveAccount, path: str) -> str:
    return reverse("netdisk:files", args=[drive.pk]) + Address({"path": path if path != "/" else ""}).url()


def details(drive: DriveAccount, meta: dict[str, Any]) -> dict[str, Any]:
    """Everything the details page says about one file."""
    path, name = meta["path"], meta["server_filename"]
    folder = posixpath.dirname(path)
    return {
        "fs_id": meta["fs_id"],
        "name": name,
        "path": path,
        "kind": kind_of(name, is_dir=bool(meta["isdir"])),
        "is_dir": bool(meta["isdir"]),
        "size": meta["size"],
        "picture": thumbnail_url(drive, meta, "large"),
        "folder_url": _folder_url(drive, folder),
        "pairs": _pairs(meta, folder),
        "curl": curl(drive, meta["fs_id"]),
    }


def _pairs(meta: dict[str, Any], folder: str) -> list[dict[str, Any]]:
    size = _("%(short)s (%(exact)s bytes)") % {"short": filesizeformat(meta["size"]), "exact": f"{meta['size']:,}"}
    pairs: list[dict[str, Any]] = [
        {"label": _("Folder"), "value": folder},
        {"label": _("Size"), "value": size if meta["size"] >= 1024 else filesizeformat(meta["size"])},
        {"label": _("Changed"), "at": moment(meta["server_mtime"])},
        {"label": _("Added to the drive"), "at": moment(meta["server_ctime"])},
        {"label": _("Taken"), "at": moment(meta.get("date_taken") or 0)},
        *_media(meta),
        {"label": _("MD5 of the content"), "value": meta.get("content_md5"), "mono": True, "copyable": True},
        {"label": _("Number"), "value": meta["fs_id"], "mono": True, "copyable": True},
    ]
    return [pair for pair in pairs if pair.get("value") or pair.get("at")]


def _media(meta: dict[str, Any]) -> list[dict[str, Any]]:
    media = meta.get("media_info") or {}
    width, height = meta.get("width") or media.get("width"), meta.get("height") or media.get("height")
    seconds = meta.get("duration") or (media.get("duration_ms") or 0) / 1000
    rate = media.get("frame_rate")
    return [
        {"label": _("Picture"), "value": f"{width} × {height}" if width and height else ""},
        {"label": _("Length"), "value": duration(seconds) if seconds else ""},
        {"label": _("Frames per second"), "value": f"{rate:g}" if rate else ""},
    ]


def curl(drive: DriveAccount, fs_id: int) -> str:
    """The same download through the API; holds numbers only, so nothing in it needs quoting."""
    body = json.dumps({"source": {"drive": str(drive.pk), "fs_id": fs_id}})
    return (
        f"curl -X POST {settings.PUBLIC_URL}/api/v1/transfers \\\n"
        f'  -H "Authorization: Bearer $TOKEN" \\\n'
        f"  -H 'Content-Type: application/json' \\\n"
        f"  -d '{body}'"
    )
