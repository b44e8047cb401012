"""Where things are: the addresses of folders, the path to them, and the sections of a drive."""

from __future__ import annotations

import posixpath
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import Text
from core.pages import Address
from netdisk.models import DriveAccount

SECTIONS: tuple[tuple[str, Text, str, list[str]], ...] = (
    ("files", gettext_lazy("Files"), "netdisk:files", []),
    ("pictures", gettext_lazy("Pictures"), "netdisk:kind", ["pictures"]),
    ("videos", gettext_lazy("Videos"), "netdisk:kind", ["videos"]),
    ("documents", gettext_lazy("Documents"), "netdisk:kind", ["documents"]),
    ("space", gettext_lazy("Space"), "netdisk:space", []),
    ("recycle", gettext_lazy("Recycle bin"), "netdisk:recycle", []),
)


def folder_url(drive: DriveAccount, path: str, **more: Any) -> str:
    """The page of a folder."""
    return reverse("netdisk:files", args=[drive.pk]) + Address({"path": path if path != "/" else "", **more}).url()


def parent_of(path: str) -> str:
    return posixpath.dirname(path.rstrip("/")) or "/"


def crumbs(drive: DriveAccount, path: str) -> list[dict[str, str]]:
    """From the list of drives down to a folder; `path` where something can be dropped."""
    found = [
        {"label": _("Drives"), "url": reverse("netdisk:drives")},
        {"label": drive.name, "url": folder_url(drive, "/"), "path": "/"},
    ]
    walked = ""
    for part in filter(None, path.split("/")):
        walked += f"/{part}"
        found.append({"label": part, "url": folder_url(drive, walked), "path": walked})
    return found


def sections(drive: DriveAccount, current: str) -> list[dict[str, Any]]:
    """The tabs of a drive."""
    return [
        {"label": label, "url": reverse(view, args=[drive.pk, *more]), "current": name == current}
        for name, label, view, more in SECTIONS
    ]
