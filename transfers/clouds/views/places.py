"""Where things are on a server: the addresses of folders and files, and the path to them."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from core.pages import Address
from transfers.models import CloudServer


def folder_url(server: CloudServer, path: str, **more: Any) -> str:
    """The page of a folder."""
    return (
        reverse("transfers:cloud-files", args=[server.pk])
        + Address({"path": path if path != "/" else "", **more}).url()
    )


def file_url(server: CloudServer, path: str) -> str:
    """The page of a file or folder with everything that is known of it."""
    return reverse("transfers:cloud-file", args=[server.pk]) + Address({"path": path}).url()


def servers_url() -> str:
    """Where servers are connected."""
    return reverse("transfers:servers")


def crumbs(server: CloudServer, path: str) -> list[dict[str, str]]:
    """From the list of servers down to a folder; `path` where something can be dropped."""
    found = [
        {"label": _("Servers"), "url": servers_url()},
        {"label": server.name, "url": folder_url(server, "/"), "path": "/"},
    ]
    walked = ""
    for part in filter(None, path.split("/")):
        walked += f"/{part}"
        found.append({"label": part, "url": folder_url(server, walked), "path": walked})
    return found
