"""The bytes of uploads on disk: room reserved beforehand, appended under a lock, counted only when they are durable (F03, F45)."""

from __future__ import annotations

import fcntl
import hashlib
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from django.db.models.functions import Now
from django.utils import timezone

from core import metrics
from core.faults import fault
from transfers.engine.errors import DiskFailed, DiskFull
from transfers.engine.files import PartFile
from transfers.models import Transfer, Upload

from .errors import Busy, DiskBroken, Gone, NoSpace, TooLarge, WrongChecksum, WrongOffset
from .wire import Checksum

BLOCK = 1024 * 1024
SYNC_BYTES, SYNC_SECONDS = 32 * BLOCK, 2.0
MOST_DIGESTS = 1_000


@contextmanager
def disk() -> Iterator[None]:
    """What the disk refuses, as errors that people see."""
    try:
        yield
    except DiskFull as error:
        raise NoSpace from error
    except (DiskFailed, OSError) as error:
        raise DiskBroken from error


def reserve(row: Upload) -> PartFile:
    """The empty staged file of a new upload, with all its room taken: `NoSpace` now rather than in the middle."""
    path = row.staged_path()
    with disk():
        path.parent.mkdir(parents=True, exist_ok=True)
        return PartFile.create(path, row.size, fault)


class Digests:
    """SHA-256 of what has arrived so far, so that a file sent in several requests is hashed only once; bounded, of this process."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Any, tuple[int, Any]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, pk: Any, offset: int) -> Any:
        """The digest of the first `offset` bytes, or None when it is not known here."""
        with self._lock:
            known, digest = self._kept.pop(pk, (0, None))
        if offset == 0:
            return hashlib.sha256()
        return digest if known == offset else None

    def keep(self, pk: Any, offset: int, digest: Any) -> None:
        with self._lock:
            self._kept[pk] = offset, digest
            if len(self._kept) > MOST_DIGESTS:
                self._kept.popitem(last=False)


digests = Digests()


def _lock(path: Path) -> int:
    """The lock of an upload, across threads and processes; the kernel frees it when a process is killed."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError as error:
        raise Gone from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(handle)
        raise Busy(retry_after=1) from error
    return handle


def _reload(row: Upload) -> None:
    try:
        row.refresh_from_db()
    except Upload.DoesNotExist as error:
        raise Gone from error


class Append:
    """One request's bytes on their way to the end of an upload, of which this holds the lock.

    `write` block by block, then `end`; `close` in any case. What is durable is counted every few seconds, unless a checksum
    has to decide about all of it.
    """

    def __init__(self, row: Upload, offset: int, length: int | None, checksum: Checksum | None) -> None:
        """Raises `Busy`, `Gone`, `WrongOffset`, `TooLarge`. `length` is what the request announces, if it does."""
        self.row, self._checksum = row, checksum
        self._busy = threading.RLock()  # a thread that writes can't be cancelled: whoever ends this waits for it
        self._file: PartFile | None = None
        try:
            self._lock = _lock(row.staged_path())
        except Gone:
            _reload(row)
            if row.offset == row.size:  # another request completed it a moment ago
                raise WrongOffset from None
            raise
        try:
            _reload(row)
            if offset != row.offset or row.finished_at:
                raise WrongOffset
            if offset + (length or 0) > row.size:
                raise TooLarge
            self._file = PartFile.reopen(row.staged_path(), row.size, fault)
            if self._file is None:
                raise Gone
        except BaseException:
            self.close()
            raise
        self._position = offset
        self._synced_at = time.monotonic()
        hashed = row.destination_kind == Transfer.Destination.LIBRARY
        self._digest = digests.take(row.pk, offset) if hashed else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def write(self, block: bytearray | bytes) -> None:
        """Append a block; `TooLarge` when it goes beyond the announced size."""
        with self._busy:
            self._write(block)

    def _write(self, block: bytearray | bytes) -> None:
        assert self._file is not None
        if self._position + len(block) > self.row.size:
            raise TooLarge
        with disk():
            self._file.write(self._position, memoryview(block))
        self._position += len(block)
        if self._digest is not None:
            self._digest.update(block)
        if self._checksum is not None:
            self._checksum.update(block)
        elif self._position - self.row.offset >= SYNC_BYTES or time.monotonic() - self._synced_at >= SYNC_SECONDS:
            self._count()

    def end(self) -> str:
        """Count what is left; the SHA-256 of the whole file when it is complete and known, else an empty text."""
        with self._busy:
            return self._end()

    def _end(self) -> str:
        if self._checksum is not None and not self._checksum.matches():
            raise WrongChecksum
        self._count()
        if self.row.offset == self.row.size:
            return self._digest.hexdigest() if self._digest is not None else ""
        if self._digest is not None:
            digests.keep(self.row.pk, self.row.offset, self._digest)
        return ""

    def keep(self) -> None:
        """Count what came, as far as nobody else has to decide about it: the request is not coming to its end."""
        with self._busy:
            if self._lock >= 0 and self._checksum is None:
                self._count()

    def _count(self) -> None:
        """Sync, then let the row say so: it never claims more than the file has."""
        assert self._file is not None
        with disk():
            self._file.sync()
        fault("upload_before_count")
        mine = Upload.objects.filter(pk=self.row.pk, offset=self.row.offset, finished_at=None)
        if not mine.update(offset=self._position, touched_at=Now()):
            raise Gone  # cancelled meanwhile
        metrics.TRANSFERRED.labels("upload").inc(self._position - self.row.offset)
        self.row.offset, self.row.touched_at = self._position, timezone.now()
        self._synced_at = time.monotonic()

    def close(self) -> None:
        """Let go of file and lock; harmless when done before."""
        with self._busy:
            if self._file is not None:
                self._file.close()
            if self._lock >= 0:
                os.close(self._lock)
                self._lock = -1
