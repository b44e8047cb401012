"""A copy through a mount on this machine (wire/clouddrive2.md §3.2)."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .. import mounted
from ..errors import CloudDriveError, Kind
from ..mounted import Place
from ..paths import Root
from .failures import NoWay
from .ranged import LocalRanged
from .way import Way

PROVED_SECONDS = 300.0
_proved: dict[tuple[object, ...], float] = {}
_lock = threading.Lock()


class LocalMounts:
    """Folders of this machine below which mounts of CloudDrive2 are trusted; none trusts no mount.

    `own_device`: a mount has to be a file system of its own, else it is taken for an empty folder.
    """

    def __init__(self, bases: Sequence[str] = (), *, own_device: bool = True) -> None:
        self.bases, self.own_device = tuple(bases), own_device

    def real(self, mount: str) -> str:
        """The mount as a path without links; raises `NoWay` when it is not trusted or not mounted here."""
        path = os.path.realpath(mount)
        if not any(_plainly_below(mount, path, base) for base in self.bases):
            raise NoWay(f"{mount} is not in a folder that this site trusts.", code="clouddrive_mount_untrusted")
        try:
            device, above = Path(path).stat().st_dev, Path(path).parent.stat().st_dev
        except OSError as error:
            why = os.strerror(error.errno or 0)
            raise NoWay(f"{mount} cannot be reached here: {why}.", code="clouddrive_mount_unusable") from None
        if self.own_device and device == above:
            raise NoWay(f"Nothing is mounted at {mount} on this machine.", code="clouddrive_mount_unusable")
        return path


def _plainly_below(mount: str, path: str, base: str) -> bool:
    """Whether a mount is `base` or below it, with no link on the way down from there."""
    inside = os.path.relpath(os.path.normpath(mount), os.path.normpath(base))
    if not Path(mount).is_absolute() or inside == ".." or inside.startswith("../"):
        return False
    return path == os.path.normpath(f"{os.path.realpath(base)}/{inside}")


class MountWay(Way):
    name = "mount"

    def __init__(self, mounts: LocalMounts, size: int, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self._mounts, self._size = mounts, size
        self._place: Place | None = None

    def prepare(self) -> None:
        if not self._mounts.bases:
            raise NoWay("No folder of this machine is trusted for mounts.", code="clouddrive_no_mount")
        self.refuse_ignored()
        root = self._root()
        found = mounted.places(self.drive.mounts(), root.on_server(self.path))
        trouble: CloudDriveError = NoWay("The server has mounted no drive for this path.", code="clouddrive_no_mount")
        for place in found:
            try:
                self._place = self._proved(place, root)
                return
            except CloudDriveError as error:
                if error.kind is Kind.TRANSIENT:
                    raise
                trouble = NoWay(error.sentence, code=error.code)
        raise trouble

    def _root(self) -> Root:
        """Mounts are named as the server sees them; accounts have no root of their own."""
        try:
            return Root(self.drive.token_info().rootDir or "/")
        except CloudDriveError as error:
            if error.kind is Kind.TRANSIENT:
                raise
            return Root()

    def _proved(self, place: Place, root: Root) -> Place:
        """A probe makes a folder in the cloud, so it is not done for every file."""
        real = self._mounts.real(place.mount)
        stamp = Path(real).stat()
        key = (self.drive.origin, real, place.source, stamp.st_dev, stamp.st_ino)
        place = Place(real, place.source, place.names)
        with _lock:
            fresh = time.monotonic() - _proved.get(key, -PROVED_SECONDS) < PROVED_SECONDS
        if not fresh:
            mounted.verify(self.drive, place, root)
            with _lock:
                _proved[key] = time.monotonic()
        return place

    def wants(self, offered: set[str]) -> set[str]:
        """The kernel copies local files; reading them a second time would cost more than the copy."""
        return set() if isinstance(self.reader, LocalRanged) else offered

    def send(self) -> str:
        place, start = self._there(), 0
        if self.begun:
            start = min(mounted.present(place), self.progress.done)
        self.progress.sent = self.progress.done = start
        file = self.reader.handle if isinstance(self.reader, LocalRanged) else None
        mounted.copy(
            place,
            self._size,
            self.reader.read,
            file=file,
            stop=self.halt,
            on_sent=self._sent,
            start=start,
            keep=self.keep,
        )
        return ""

    def _sent(self, offset: int) -> None:
        if isinstance(self.reader, LocalRanged):
            self.reader.check()
            self.reader.pay(offset - self.progress.done)
        self.progress.sent = self.progress.done = offset

    def _there(self) -> Place:
        if self._place is None:
            self.prepare()
        assert self._place is not None
        return self._place

    def discard(self) -> None:
        """Only what was begun by this way: there may be a file that was to be replaced."""
        if self.begun or self.progress.done:
            mounted.remove(self._there())
