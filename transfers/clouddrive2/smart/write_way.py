"""Direct write over native gRPC or gRPC-Web, and WebDAV (wire/clouddrive2.md §3.3, §5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..dav import DavUploads
from ..errors import CloudDriveError, Kind
from ..paths import split
from ..tuning import MIB
from ..write import OpenFile
from .failures import LOST, NoWay
from .way import Way

SMALL = 16 * MIB
"""Files up to this size are uploaded before others: somebody waits for them."""


class DirectWay(Way):
    """A handle lives in the server's memory: after a break one goes on with it, after its restart one begins anew."""

    name = "direct"

    def __init__(self, size: int, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self._size = size

    def prepare(self) -> None:
        self.refuse_ignored()

    def send(self) -> str:
        resume = self._open_file()
        if resume is None and self._closed_before():
            return ""
        if resume is None:
            self.progress.sent = self.progress.done = 0
        self.drive.write(
            self.path,
            self._size,
            self.reader.read,
            stop=self.halt,
            on_sent=self._sent,
            on_done=self._done,
            at_once=self._size <= SMALL or None,
            resume=resume,
            keep=self.keep,
        )
        return ""

    def _open_file(self) -> OpenFile | None:
        """The handle of an earlier try. Numbers are given anew after a restart, so the name has to fit as well."""
        if not self.progress.handle:
            return None
        resume = OpenFile(self.progress.handle, self.progress.done)
        try:
            handles = self.drive.open_handles()
        except CloudDriveError as error:
            if error.kind in (Kind.PERMISSION, Kind.UNIMPLEMENTED):
                return resume  # the first write will tell
            raise
        name = split(self.path)[1]
        known = any(each.fileHandle == resume.handle and split(each.filePath)[1] == name for each in handles)
        return resume if known else None

    def _closed_before(self) -> bool:
        """Whether all was written and the handle was closed without our hearing of it."""
        if not self.progress.handle or self.progress.done < self._size:
            return False
        found = self.drive.find(self.path)
        return found is not None and found.size == self._size

    def _sent(self, offset: int) -> None:
        self.progress.sent = offset

    def _done(self, now: OpenFile) -> None:
        if now.handle != self.progress.handle:
            self.progress.named(handle=now.handle)
        self.progress.done = now.done
        self.progress.sent = max(self.progress.sent, now.done)

    def keep(self, error: BaseException) -> bool:
        return getattr(error, "code", "") != LOST and super().keep(error)

    def discard(self) -> None:
        if self.progress.handle:
            self.drive.drop_file(self.path, self.progress.handle)


class WebWay(DirectWay):
    name = "web"


class DavWay(Way):
    """One request for the whole file: nothing counts before it is over, and nothing can be resumed."""

    name = "webdav"
    deletes_first = False

    def __init__(self, dav: DavUploads | None, size: int, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self._dav, self._size = dav, size

    @property
    def accepted(self) -> bool:
        return False

    def prepare(self) -> None:
        if self._dav is None:
            raise NoWay("No WebDAV user is known for this server.", code="clouddrive_no_dav")
        self.refuse_ignored()
        self._dav.check()
        self._dav.mkdir(split(self.path)[0])

    def send(self) -> str:
        assert self._dav is not None
        self.progress.sent = self.progress.done = 0
        self._dav.write(self.path, self._size, self.reader.read, stop=self.halt, on_sent=self._sent)
        return ""

    def _sent(self, offset: int) -> None:
        self.progress.sent = offset

    def hashes(self) -> Mapping[str, str]:
        return self.reader.hashes()
