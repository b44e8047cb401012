"""Folders at either end: how each kind of place is walked, and how a folder of it is read and made."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from django.utils.translation import gettext_lazy as _

from core.errors import Invalid
from netdisk.baidu.client import BaiduClient
from netdisk.baidu.errors import BaiduError
from netdisk.drives import client_for as drive_client
from netdisk.drives import find_drive
from netdisk.errors import NetdiskError
from netdisk.errors import translated as netdisk_translated
from netdisk.models import DriveAccount
from transfers import names
from transfers.clouddrive2.entries import Entry as CloudEntry
from transfers.clouddrive2.errors import CloudDriveError, Kind
from transfers.clouddrive2.paths import clean, join
from transfers.clouds import servers
from transfers.clouds.errors import translated as cloud_translated
from transfers.models import CloudServer, LibraryFile, Transfer
from transfers.wanted import Wanted, clean_folder

LIBRARY, NETDISK, CLOUDDRIVE = "library", "netdisk", "clouddrive"


@dataclass(frozen=True)
class Found:
    """Something below the folder that is walked; `folder` is relative, `wanted` is None for a folder itself."""

    folder: str
    wanted: Wanted | None = None


class Folder(Protocol):
    """A folder of one place. Errors are `AppError`."""

    kind: str
    path: str

    def walk(self) -> Iterator[Found]:
        """Everything below, folders before what they hold."""

    def names(self, relative: str) -> set[str]:
        """What a folder below holds already; nothing when it is not there."""

    def make(self, relative: str) -> None: ...

    def problem(self, name: str) -> str:
        """Why a name can't be stored here, '' when it can."""

    def place(self, relative: str) -> dict[str, Any]:
        """The options by which the services send a file into a folder below."""

    def stands_in(self, other: Folder) -> bool:
        """Whether this is that folder, or below it: then a copy would never end."""


def folder_of(user: Any, place: dict[str, Any]) -> Folder:
    """The folder that a request names: `kind`, `path`, and `drive` or `server`."""
    kind, path = place["kind"], place.get("path") or "/"
    if kind == NETDISK:
        return NetdiskFolder(find_drive(user, drive_id=place.get("drive")), path)
    if kind == CLOUDDRIVE:
        return CloudFolder(servers.find(user, place.get("server")), path)
    return LibraryFolder(user, path)


class LibraryFolder:
    kind = LIBRARY

    def __init__(self, user: Any, path: str) -> None:
        self._user, self.path = user, clean_folder(path)

    def walk(self) -> Iterator[Found]:
        top = self.path.rstrip("/")
        mine = LibraryFile.objects.visible_to(self._user).order_by("folder", "name", "pk")
        if top:
            mine = mine.filter(folder=self.path) | mine.filter(folder__startswith=f"{top}/")
        for row in mine.iterator(chunk_size=2000):
            source = {"file": str(row.pk), "folder": row.folder}
            wanted = Wanted(Transfer.Source.LIBRARY, source, row.name, row.size)
            yield Found(row.folder.removeprefix(top).strip("/"), wanted)

    def names(self, relative: str) -> set[str]:
        return set()  # the library keeps all, also of the same name

    def make(self, relative: str) -> None:
        """Folders of the library are where its files are."""

    def problem(self, name: str) -> str:
        return ""

    def place(self, relative: str) -> dict[str, Any]:
        return {"folder": clean_folder(f"{self.path}/{relative}")}

    def stands_in(self, other: Folder) -> bool:
        return False


class NetdiskFolder:
    kind = NETDISK

    def __init__(self, drive: DriveAccount, path: str) -> None:
        self.drive, self.path = drive, _clean(path)

    @property
    def _client(self) -> BaiduClient:
        return drive_client(self.drive)

    def walk(self) -> Iterator[Found]:
        top = self.path.rstrip("/")
        with netdisk_translated():
            for entry in self._client.iter_all(self.path):
                relative = posixpath.dirname(entry.path.removeprefix(top)).strip("/")
                if entry.is_dir:
                    yield Found(f"{relative}/{entry.name}".strip("/"))
                    continue
                source = {"fs_id": entry.fs_id, "path": entry.path}
                yield Found(relative, Wanted(Transfer.Source.NETDISK, source, entry.name, entry.size, self.drive.pk))

    def names(self, relative: str) -> set[str]:
        try:
            with netdisk_translated():
                return {entry.name for entry in self._client.iter_dir(self._below(relative))}
        except NetdiskError as error:
            if error.code == "netdisk.not_found":
                return set()
            raise

    def make(self, relative: str) -> None:
        with netdisk_translated():
            try:
                self._client.mkdir(self._below(relative))
            except BaiduError as error:
                if error.code != "netdisk.exists":
                    raise

    def problem(self, name: str) -> str:
        return names.problem_of(name)

    def place(self, relative: str) -> dict[str, Any]:
        return {"path": self._below(relative), "drive_id": self.drive.pk}

    def stands_in(self, other: Folder) -> bool:
        return isinstance(other, NetdiskFolder) and other.drive.pk == self.drive.pk and _within(self.path, other.path)

    def _below(self, relative: str) -> str:
        return _clean(f"{self.path}/{relative}")


class CloudFolder:
    kind = CLOUDDRIVE

    def __init__(self, server: CloudServer, path: str) -> None:
        self.server = server
        with cloud_translated():
            self.path = clean(path)

    def walk(self) -> Iterator[Found]:
        """Folder by folder, as CloudDrive2 lists no trees."""
        left, client = [""], servers.client_for(self.server)
        while left:
            relative = left.pop()
            with cloud_translated():
                entries = sorted(client.list_dir(self._below(relative)), key=lambda entry: entry.name)
            for entry in entries:
                if entry.is_dir:
                    inner = f"{relative}/{entry.name}".strip("/")
                    left.append(inner)
                    yield Found(inner)
                else:
                    yield Found(relative, self._wanted(entry))

    def _wanted(self, entry: CloudEntry) -> Wanted:
        md5 = entry.hashes.get("md5", "")
        source = {"path": entry.path}
        return Wanted(Transfer.Source.CLOUDDRIVE, source, entry.name, entry.size, md5=md5, server_id=self.server.pk)

    def names(self, relative: str) -> set[str]:
        try:
            return {entry.name for entry in servers.client_for(self.server).list_dir(self._below(relative))}
        except CloudDriveError as error:
            if error.kind is Kind.NOT_FOUND:
                return set()
            with cloud_translated():
                raise

    def make(self, relative: str) -> None:
        with cloud_translated():
            servers.client_for(self.server).mkdir(self._below(relative))

    def problem(self, name: str) -> str:
        return ""

    def place(self, relative: str) -> dict[str, Any]:
        return {"path": self._below(relative), "server_id": self.server.pk}

    def stands_in(self, other: Folder) -> bool:
        return isinstance(other, CloudFolder) and other.server.pk == self.server.pk and _within(self.path, other.path)

    def _below(self, relative: str) -> str:
        return join(self.path, relative) if relative else self.path


def _clean(path: str) -> str:
    parts = [part for part in path.split("/") if part]
    if any(part in {".", ".."} for part in parts) or "\0" in path:
        raise Invalid(fields={"path": [_("Write a folder such as /films.")]})
    return "/" + "/".join(parts)


def _within(inner: str, outer: str) -> bool:
    return inner == outer or inner.startswith(outer.rstrip("/") + "/")
