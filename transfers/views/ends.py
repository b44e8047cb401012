"""Both ends of a new transfer: the places that there are, and what a folder of one holds, for choosing by browsing."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import AppError, NotFound, Text
from core.file_kinds import kind_of
from netdisk.drives import parse_id
from netdisk.models import DriveAccount
from netdisk.rows import pick as drive_pick
from netdisk.views.asking import ask
from transfers import names, services
from transfers.clouddrive2.entries import Entry
from transfers.clouds.errors import translated
from transfers.clouds.views.asking import patient
from transfers.clouds.views.dialogs import said
from transfers.clouds.views.rows import natural
from transfers.clouds.views.selection import place as server_path
from transfers.models import CloudServer, LibraryFile

LINKS, LIBRARY, NETDISK, CLOUD = "links", "library", "netdisk", "clouddrive"
SOURCES: tuple[tuple[str, Text, str], ...] = (
    (LINKS, gettext_lazy("Links"), "link"),
    (LIBRARY, gettext_lazy("Library"), "library"),
    (NETDISK, gettext_lazy("Baidu drive"), "drive"),
    (CLOUD, gettext_lazy("CloudDrive2"), "cloud"),
)
MOST_FOLDERS, MOST_FILES = 500, 300  # of one folder that are shown
DRIVE_ROWS = 1000  # of a drive's folder, one call


@dataclass(frozen=True)
class Place:
    """One of the user's places; `row` is the drive or the server, None for the library."""

    kind: str
    pk: str
    name: str
    row: DriveAccount | CloudServer | None = None

    @property
    def start(self) -> str:
        """Where browsing and typing begin."""
        return names.default_folder() if self.kind == NETDISK else "/"


@dataclass(frozen=True)
class File:
    """A file that can be ticked; `value` is how a form names it."""

    value: str
    name: str
    size: int

    @property
    def kind(self) -> str:
        return kind_of(self.name)


@dataclass
class Listing:
    """One folder: `folders` are (path, name). `cut` counts what is there but not shown; `trouble` says why nothing is."""

    path: str
    folders: list[tuple[str, str]] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    cut: int = 0
    trouble: str = ""

    @property
    def steps(self) -> list[dict[str, str]]:
        parts = [part for part in self.path.split("/") if part]
        return [{"label": part, "path": "/" + "/".join(parts[: number + 1])} for number, part in enumerate(parts)]


def places(user: Any, kind: str) -> list[Place]:
    """The user's places of a kind."""
    if kind == NETDISK:
        return [Place(NETDISK, str(row.pk), row.name, row) for row in DriveAccount.objects.visible_to(user).usable()]
    if kind == CLOUD:
        return [Place(CLOUD, str(row.pk), row.name, row) for row in CloudServer.objects.visible_to(user)]
    return [Place(LIBRARY, "", _("Library"))] if kind == LIBRARY else []


def target(user: Any, pk: str) -> Place | None:
    """The place that files go to: the library for the empty id, None for what is not the user's."""
    found = places(user, LIBRARY if not pk else NETDISK) + (places(user, CLOUD) if pk else [])
    return next((place for place in found if place.pk == pk), None)


def listing(user: Any, place: Place, path: str, *, files: bool) -> Listing:
    """What a folder of a place holds; trouble is part of it, the form around it stays."""
    try:
        if isinstance(place.row, DriveAccount):
            found = _of_drive(user, place.row, path, files=files)
        elif isinstance(place.row, CloudServer):
            found = _of_server(place.row, path)
        else:
            found = _of_library(user, path)
    except AppError as error:
        return Listing(path if path.startswith("/") and len(path) < names.LONGEST_PATH else "/", trouble=said(error))
    found.folders.sort(key=lambda folder: natural(folder[1]))
    found.files = sorted(found.files, key=lambda file: natural(file.name)) if files else []
    found.cut += max(0, len(found.folders) - MOST_FOLDERS) + max(0, len(found.files) - MOST_FILES)
    found.folders, found.files = found.folders[:MOST_FOLDERS], found.files[:MOST_FILES]
    return found


def taken(user: Any, place: Place, folder: str) -> set[str] | None:
    """The names in a folder that files go to, None when there are too many to tell; `AppError` 404 when there is none."""
    if isinstance(place.row, DriveAccount):
        found = ask(user, place.row, "netdisk.list_files", dir=folder, limit=DRIVE_ROWS)
        return None if found["has_more"] else {row["server_filename"] for row in found["list"]}
    if isinstance(place.row, CloudServer):
        with translated():
            return {entry.name for entry in patient(place.row).list_dir(folder)}
    return set(LibraryFile.objects.visible_to(user).filter(folder=folder).values_list("name", flat=True))


def _of_drive(user: Any, drive: DriveAccount, path: str, *, files: bool) -> Listing:
    found = ask(user, drive, "netdisk.list_files", dir=path, folder=int(not files), limit=DRIVE_ROWS)
    rows = found["list"]
    return Listing(
        path,
        [(row["path"], row["server_filename"]) for row in rows if row["isdir"]],
        [
            File(drive_pick(row["fs_id"], row["path"], is_dir=False), row["server_filename"], row["size"])
            for row in rows
            if not row["isdir"]
        ],
        cut=int(found["has_more"]),
    )


def _of_server(server: CloudServer, path: str) -> Listing:
    path = server_path(path)
    with translated():
        entries: Iterable[Entry] = list(patient(server).list_dir(path))
    return Listing(
        path,
        [(entry.path, entry.name) for entry in entries if entry.is_dir],
        [File(entry.path, entry.name, entry.size) for entry in entries if not entry.is_dir],
    )


def _of_library(user: Any, path: str) -> Listing:
    """Folders of the library are what its files say they lie in."""
    path = services.clean_folder(path)
    mine = LibraryFile.objects.visible_to(user)
    prefix = "/" if path == "/" else f"{path}/"
    below = mine.filter(folder__startswith=prefix).exclude(folder=path).order_by().values_list("folder", flat=True)
    folders = {folder[len(prefix) :].partition("/")[0] for folder in below.distinct()}
    rows = mine.filter(folder=path).values_list("pk", "name", "size")[: MOST_FILES + 1]
    return Listing(
        path,
        [(posixpath.join(path, name), name) for name in folders if name],
        [File(str(pk), name, size) for pk, name, size in rows],
    )


def named(user: Any, kind: str, values: Iterable[str]) -> list[File]:
    """Ticked files that are not in sight, as well as they can be named without asking anybody."""
    if kind != LIBRARY:
        return [File(value, posixpath.basename(value.rstrip("/")) or value, 0) for value in values]
    known = {str(row.pk): row for row in LibraryFile.objects.visible_to(user).filter(pk__in=_ids(values))}
    return [File(value, known[value].name, known[value].size) for value in values if value in known]


def folder_beside(kind: str, values: list[str]) -> str:
    """The folder of the first ticked file, where more can be ticked; the top where that is not known."""
    path = values[0].partition(":")[2] if kind == NETDISK and values else values[0] if values else ""
    return posixpath.dirname(path.rstrip("/")) if path.startswith("/") else "/"


def _ids(values: Iterable[str]) -> list[Any]:
    found = []
    for value in values:
        with suppress(NotFound):
            found.append(parse_id(value))
    return found
