"""What takes the space of a drive, as a picture and as tables, from its newest scan; and what changed since the one before."""

from __future__ import annotations

import posixpath
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from core.errors import Text
from core.models import JobState
from core.pages import Address, is_htmx, page_of
from netdisk.models import DriveAccount
from netdisk.rows import moment
from netdisk.scans import services
from netdisk.scans.changes import Change, Changes
from netdisk.scans.models import Scan
from netdisk.scans.packing import unpack
from netdisk.scans.treemap import squarify
from netdisk.scans.usage import Folder, Summary, kinds_of

from .drives import open_drive
from .places import folder_url, sections

KINDS: dict[str, Text] = {
    "image": gettext_lazy("Pictures"),
    "video": gettext_lazy("Videos"),
    "audio": gettext_lazy("Music"),
    "document": gettext_lazy("Documents"),
    "archive": gettext_lazy("Archives"),
    "code": gettext_lazy("Code"),
    "torrent": gettext_lazy("Torrents"),
    "file": gettext_lazy("Other files"),
}
CHANGES: dict[str, tuple[str, Text]] = {
    "added": ("done", gettext_lazy("Added")),
    "removed": ("needs-you", gettext_lazy("Removed")),
    "changed": ("moving", gettext_lazy("Changed")),
    "moved": ("waiting", gettext_lazy("Moved")),
    "renamed": ("waiting", gettext_lazy("Renamed")),
}
FOLDERS_SHOWN, FILES_SHOWN, BOXES, CHANGES_SHOWN = 100, 10, 60, 50
PICTURES = {"wide": (1160, 380), "narrow": (340, 340)}
LETTER, LINE, EDGE = 13.0, 18.0, 8.0  # of the labels, in units of the picture


@dataclass(frozen=True)
class Part:
    """One share of a folder: a folder in it, or the files that lie in it directly."""

    name: str
    url: str
    folder: Folder
    is_dir: bool = True

    @property
    def kind(self) -> str:
        """What most of its bytes are."""
        kinds = kinds_of(self.folder)
        return kinds[0][0] if kinds else "file"


@login_required
@require_GET
def space(request: HttpRequest, pk: str) -> HttpResponse:
    drive = open_drive(request.user, pk)
    path = _path(request.GET.get("path", ""))
    scans = services.kept(drive)
    scan = services.latest(scans, path)
    context = {
        "drive": drive,
        "tabs": sections(drive, "space"),
        "crumbs": crumbs(drive, path),
        "title": posixpath.basename(path) or _("Space of %s") % drive.name,
        "path": path,
        "scan": scan,
        "walk": walk(scans),
        "quota": _quota(drive),
        "here": request.get_full_path(),
    }
    if scan is not None:
        summary = services.summary_of(scan)
        folder = summary.folders.get(path)
        context |= {"missing": folder is None, "changes": changes(request, scan, path)}
        context |= _folder(drive, path, folder, summary) if folder else {}
    return render(request, "netdisk/_space.html" if is_htmx(request) else "netdisk/space.html", context)


@login_required
@require_POST
def scan_again(request: HttpRequest, pk: str) -> HttpResponse:
    """Walk the whole drive; a walk that is under way is joined."""
    drive = open_drive(request.user, pk)
    services.start(drive, "/", request.user)
    return redirect(space_url(drive, _path(request.POST.get("path", ""))))


def _path(text: str) -> str:
    return "/" + "/".join(part for part in text[:1000].split("/") if part)


def space_url(drive: DriveAccount, path: str) -> str:
    return reverse("netdisk:space", args=[drive.pk]) + Address({"path": path if path != "/" else ""}).url()


def crumbs(drive: DriveAccount, path: str) -> list[dict[str, str]]:
    """From the list of drives down to a folder, every step its share of the space."""
    found = [
        {"label": _("Drives"), "url": reverse("netdisk:drives")},
        {"label": drive.name, "url": space_url(drive, "/")},
    ]
    walked = ""
    for part in filter(None, path.split("/")):
        walked += f"/{part}"
        found.append({"label": part, "url": space_url(drive, walked)})
    return found


def _quota(drive: DriveAccount) -> dict[str, Any] | None:
    if not drive.total or drive.used is None:
        return None
    return {"total": drive.total, "used": drive.used, "free": max(0, drive.total - drive.used)}


def walk(scans: list[Scan]) -> dict[str, Any] | None:
    """The newest walk, if it is under way or has failed: how far it is, or why it ended."""
    newest = next((scan for scan in scans if scan.state != JobState.DONE), None)
    if newest is None or (newest.ended and scans[0].pk != newest.pk):
        return None
    waiting = newest.state == JobState.WAITING
    return {"scan": newest, "moving": not newest.ended, "waiting": waiting, "why": services.why(newest)}


def _folder(drive: DriveAccount, path: str, folder: Folder, summary: Summary) -> dict[str, Any]:
    children = [
        Part(posixpath.basename(child), space_url(drive, child), found) for child, found in summary.children(path)
    ]
    if folder.own_files:
        own = Folder(size=folder.own_size, files=folder.own_files, kinds=_own_kinds(folder, children))
        children.append(Part(_("Files in this folder"), folder_url(drive, path, order="size", desc=1), own, False))
    children.sort(key=lambda part: -part.folder.size)
    whole = max(1, folder.size)
    return {
        "folder": folder,
        "parts": [{"part": part, "share": _share(part.folder.size, whole)} for part in children[:FOLDERS_SHOWN]],
        "more_parts": max(0, len(children) - FOLDERS_SHOWN),
        "pictures": [{"name": name, **picture(children, *size)} for name, size in PICTURES.items()],
        "kinds": [
            {"kind": kind, "label": KINDS[kind], "files": files, "size": size, "share": _share(size, whole)}
            for kind, files, size in kinds_of(folder)
        ],
        "largest": [_file(drive, each) for each in summary.largest_below(path)[:FILES_SHOWN]],
    }


def _own_kinds(folder: Folder, children: list[Part]) -> dict[str, list[int]]:
    """The kinds of the files that lie in the folder directly: all, less those of the folders in it."""
    left = {kind: list(pair) for kind, pair in folder.kinds.items()}
    for part in children:
        for kind, (files, size) in part.folder.kinds.items():
            left[kind][0] -= files
            left[kind][1] -= size
    return {kind: pair for kind, pair in left.items() if pair[0] > 0}


def _share(size: int, whole: int) -> dict[str, Any]:
    """Percent for a bar, and in words."""
    percent = size * 100 / whole
    text = "<1" if 0 < percent < 1 else f"{percent:.0f}"
    return {"percent": round(percent), "text": text}


def _file(drive: DriveAccount, each: tuple[int, str, int]) -> dict[str, Any]:
    size, path, fs_id = each
    folder = posixpath.dirname(path)
    return {
        "name": posixpath.basename(path),
        "size": size,
        "url": reverse("netdisk:file", args=[drive.pk, fs_id]) if fs_id else "",
        "folder": folder,
        "folder_url": folder_url(drive, folder or "/"),
    }


def picture(parts: list[Part], width: int, height: int) -> dict[str, Any]:
    """The boxes of the picture with what fits into each."""
    shown = [part for part in parts[:BOXES] if part.folder.size > 0]
    boxes = squarify([part.folder.size for part in shown], width, height)
    return {
        "width": width,
        "height": height,
        "boxes": [
            {
                "part": part,
                "x": f"{box.x + 1:.1f}",
                "y": f"{box.y + 1:.1f}",
                "width": f"{max(0.5, box.width - 2):.1f}",
                "height": f"{max(0.5, box.height - 2):.1f}",
                "text_x": f"{box.x + EDGE:.1f}",
                "text_y": f"{box.y + LINE + 2:.1f}",
                "size_y": f"{box.y + 2 * LINE + 1:.1f}",
                "label": fitting(part.name, box.width - 2 * EDGE) if box.height > LINE + EDGE else "",
                "size": fitting(filesizeformat(part.folder.size), box.width - 2 * EDGE, whole=True)
                if box.height > 2 * LINE + EDGE
                else "",
            }
            for part, box in zip(shown, boxes, strict=True)
        ],
    }


def fitting(text: str, width: float, *, whole: bool = False) -> str:
    """As much of a text as fits into a width, by a rough measure of its letters; nothing when that says nothing."""
    used = 0.0
    for number, letter in enumerate(text):
        used += LETTER * (1.0 if unicodedata.east_asian_width(letter) in "WF" else 0.58)
        if used > width:
            return "" if whole or number < 3 else text[: number - 1] + "…"
    return text


def changes(request: HttpRequest, scan: Scan, path: str) -> dict[str, Any] | None:
    """What differs from the scan before, by page; None when there was none."""
    kept = Scan.objects.filter(pk=scan.pk).values_list("changes", flat=True).first()
    if not kept:
        return None
    known = unpack(kept)
    found = Changes.unpacked(known).below(path)
    page = page_of(request, found.rows, CHANGES_SHOWN)
    return {
        "since": datetime.fromisoformat(known["since"]["taken_at"]),
        "counts": [
            {"tone": tone, "label": label, "n": found.counts[kind]}
            for kind, (tone, label) in CHANGES.items()
            if found.counts[kind]
        ],
        "page_obj": page,
        "query": Address({"path": path if path != "/" else ""}).query,
        "rows": [_change(row) for row in page.object_list],
    }


def _change(row: Change) -> dict[str, Any]:
    tone, label = CHANGES[row.kind]
    return {"row": row, "tone": tone, "label": label, "at": moment(row.mtime)}
