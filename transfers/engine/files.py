"""The local file: reserved before the first byte, durable at checkpoints, published only when whole."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from .errors import DiskFailed, DiskFull

Fault = Callable[[str], None]
NO_SPACE = {errno.ENOSPC, errno.EDQUOT}
NO_RESERVATION = {errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS}


def no_fault(name: str) -> None:
    """The kill points of a production run: none."""


@contextlib.contextmanager
def disk_errors(needed: int = 0) -> Iterator[None]:
    """Errors of the file system as ours: `DiskFull`, else `DiskFailed` with the real reason."""
    try:
        yield
    except OSError as error:
        if error.errno in NO_SPACE:
            raise DiskFull(needed) from error
        raise DiskFailed(f"{error.strerror} ({errno.errorcode.get(error.errno or 0, 'unknown')})") from error


def sync_directory(path: Path) -> None:
    """Makes names created in, or renamed into, a directory survive a power cut."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class PartFile:
    """`<name>.part`, a sink. Writes go straight to their place, from any thread."""

    def __init__(self, path: Path, handle: int, fault: Fault = no_fault) -> None:
        self.path = path
        self._handle = handle
        self._fault = fault

    @classmethod
    def create(cls, path: Path, size: int | None, fault: Fault = no_fault) -> PartFile:
        """A new inode with `size` bytes reserved; a file left under this name is taken away.

        Raises `DiskFull`, `DiskFailed`.
        """
        with disk_errors(size or 0):
            path.unlink(missing_ok=True)
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
            file = cls(path, os.open(path, flags, 0o600), fault)
            try:
                file._reserve(size or 0)
                sync_directory(path.parent)
            except BaseException:
                file.discard()
                raise
        fault("after_create")
        return file

    @classmethod
    def reopen(cls, path: Path, size: int | None, fault: Fault = no_fault) -> PartFile | None:
        """The file of an earlier run, or None when it is gone, of another length or a link."""
        try:
            handle = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
        except OSError:
            return None
        if os.fstat(handle).st_size != size:
            os.close(handle)
            return None
        return cls(path, handle, fault)

    def _reserve(self, size: int) -> None:
        if size == 0:
            return
        space = os.fstatvfs(self._handle)
        if space.f_bavail * space.f_frsize < size:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        try:
            os.posix_fallocate(self._handle, 0, size)
        except OSError as error:
            if error.errno not in NO_RESERVATION:
                raise
            os.ftruncate(self._handle, size)

    def write(self, offset: int, data: memoryview) -> None:
        with disk_errors(len(data)):
            while data:
                count = os.pwrite(self._handle, data, offset)
                offset, data = offset + count, data[count:]
        self._fault("after_write")

    def read_into(self, offset: int, buffer: memoryview) -> int:
        with disk_errors():
            return os.preadv(self._handle, [buffer], offset)

    def sync(self) -> None:
        """Returns when all that was written before the call is on disk."""
        self._fault("before_fsync")
        with disk_errors():
            os.fdatasync(self._handle)
        self._fault("after_fsync")

    def seal(self, size: int) -> None:
        """The last sync, with all metadata; refuses a file of another length."""
        self._fault("before_seal")
        with disk_errors():
            if os.fstat(self._handle).st_size != size:
                raise DiskFailed(f"The file on disk is not {size} bytes long.")
            os.fsync(self._handle)
        self._fault("after_seal")

    def publish(self, final: Path) -> None:
        """Gives the file its final name, for good."""
        self._fault("before_rename")
        with disk_errors():
            self.path.rename(final)
            self._fault("after_rename")
            sync_directory(final.parent)
        self._fault("after_publish")

    def discard(self) -> None:
        self.close()
        self.path.unlink(missing_ok=True)

    def close(self) -> None:
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1
