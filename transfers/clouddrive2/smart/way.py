"""What every way works with, and what it has to offer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress

from transfers.engine.control import Control
from transfers.engine.errors import GaveUp, Restart, Stopped, TransferError

from ..client import CloudDrive
from ..errors import CloudDriveError
from ..paths import split
from .failures import NoWay
from .ranged import Ranged

RESUMABLE = ("pause", "shutdown", "lease_lost")


class Halt:
    """The reins of one piece of work: those of the whole upload, or the end of this work alone."""

    def __init__(self, control: Control) -> None:
        self._control = control
        self._over = threading.Event()
        self._listeners: list[Callable[[], None]] = []

    def check(self) -> None:
        self._control.check()
        if self._over.is_set():
            raise Stopped("shutdown")

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        self._listeners.append(listener)
        unsubscribe = self._control.subscribe(listener)
        if self._over.is_set():
            listener()

        def leave() -> None:
            unsubscribe()
            self._listeners.remove(listener)

        return leave

    def stopping(self) -> bool:
        return self._over.is_set() or self._control.stop_reason is not None

    def end(self) -> None:
        self._over.set()
        for listener in list(self._listeners):
            with suppress(Exception):
                listener()


class Progress:
    """Written by the thread that works, read by the one that reports. `news` is set when the server has named something.

    `sent` bytes have gone, the first `done` are confirmed, `in_cloud` have arrived in the cloud, `hashed` were hashed.
    """

    def __init__(self, sent: int = 0, upload_id: str = "", handle: int = 0) -> None:
        self.news = threading.Event()
        self.sent = self.done = sent
        self.upload_id, self.handle = upload_id, handle
        self.in_cloud = self.hashed = 0

    def named(self, *, upload_id: str = "", handle: int = 0) -> None:
        """The server has begun the upload; what was known of an earlier one no longer holds."""
        self.upload_id, self.handle = upload_id, handle
        self.sent = self.done = 0
        self.news.set()


class Way:
    """One way to send one file. `prepare` and `send` run on a thread of their own; both raise `CloudDriveError`.

    `begun`: an earlier run took this way and may have left something to go on with.
    """

    name = ""
    deletes_first = True
    """Whether a file that is to be replaced has to go first."""

    def __init__(
        self, drive: CloudDrive, path: str, reader: Ranged, progress: Progress, halt: Halt, *, begun: bool
    ) -> None:
        self.drive, self.path, self.reader = drive, path, reader
        self.progress, self.halt, self.begun = progress, halt, begun

    @property
    def accepted(self) -> bool:
        """Whether the server has accepted bytes."""
        return self.progress.done > 0

    @property
    def rapid(self) -> bool:
        return False

    def wants(self, offered: set[str]) -> set[str]:
        """Which of the hashes that are of use the reader has to compute on the way."""
        return offered

    def prepare(self) -> None:
        """Raises what is in the way, before anything is changed."""

    def send(self) -> str:
        """Sends the file, or the rest of it; the server's word for how it ended, if it has one."""
        raise AssertionError("a way says how it sends")

    def hashes(self) -> Mapping[str, str]:
        """Of what was sent, as far as they are known now."""
        return self.reader.hashes()

    def discard(self) -> None:
        """Takes back what is at the server, as far as that goes."""

    def keep(self, error: BaseException) -> bool:
        """Whether what has arrived is of use after this failure."""
        if isinstance(error, Stopped):
            return error.reason in RESUMABLE
        cause = error.cause if isinstance(error, GaveUp) else error
        return (
            isinstance(cause, CloudDriveError | TransferError)
            and not cause.permanent
            and not isinstance(cause, Restart)
        )

    def refuse_ignored(self) -> None:
        """Names of some endings are accepted and then never uploaded (wire/clouddrive2.md §3.2)."""
        try:
            endings = self.drive.settings().uploadIgnoredExtensions.values
        except CloudDriveError:
            return
        ending = split(self.path)[1].rpartition(".")[2].lower()
        if ending and ending in {each.lower().lstrip(".") for each in endings}:
            sentence = f"CloudDrive2 is set never to upload files that end in .{ending}."
            raise NoWay(sentence, code="clouddrive_ignored_name")
