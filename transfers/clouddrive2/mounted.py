"""Local mount copy: the server's mount point is a folder of our machine (wire/clouddrive2.md §3.2).

A path that exists proves nothing: without shared mounts it is an empty folder of a container, and a copy would
fill the host's disk. So a folder is made there, and the server is asked whether it sees it.
"""

from __future__ import annotations

import errno
import os
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from protos import clouddrive_pb2 as pb

from .errors import CloudDriveError, Kind
from .files import FileCalls
from .paths import Root, clean, join
from .source import NEVER, Read, Stop, exactly
from .tuning import MIB
from .write import Keep, OnSent, keep_nothing

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_PASSING = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.ENOTCONN)
_FILE = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
_NO_SYNC = (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP)
PROBE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Place:
    """A target below a mount: the local folder `mount`, which shows `source` of the server, and names below it."""

    mount: str
    source: str
    names: tuple[str, ...]


def places(mounts: Iterable[pb.MountPoint], path: str) -> list[Place]:
    """Where a path of the server can be written through a mount, the closest mount first."""
    path, found = clean(path), []
    for mount in mounts:
        source = clean(mount.sourceDir)
        inside = path.startswith(f"{source.rstrip('/')}/")
        if mount.isMounted and not mount.readOnly and inside:
            names = tuple(path[len(source.rstrip("/")) + 1 :].split("/"))
            found.append(Place(mount.mountPoint, source, names))
    return sorted(found, key=lambda place: len(place.names))


def verify(drive: FileCalls, place: Place, root: Root, wait: Callable[[float], None] = time.sleep) -> None:
    """Proves that what is written at a mount arrives at the server; raises `clouddrive_mount_unusable`."""
    name = f".probe-{secrets.token_hex(6)}"
    path = root.of_token(join(place.source, name))
    if path is None:
        raise _unusable("the mount shows folders outside the root of the token")
    try:
        folder = os.open(place.mount, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise _unusable(f"the folder cannot be opened here: {os.strerror(error.errno or 0)}") from None
    try:
        os.mkdir(name, dir_fd=folder)
        try:
            _seen(drive, path, wait)
        finally:
            os.rmdir(name, dir_fd=folder)
    except OSError as error:
        raise _unusable(f"the folder cannot be written here: {os.strerror(error.errno or 0)}") from None
    finally:
        os.close(folder)


def _seen(drive: FileCalls, path: str, wait: Callable[[float], None]) -> None:
    deadline = time.monotonic() + PROBE_SECONDS
    while drive.find(path) is None:
        if time.monotonic() > deadline:
            raise _unusable("a folder that was made there does not appear on the server; it is no mount of it")
        wait(0.1)


def copy(
    place: Place,
    size: int,
    read: Read,
    *,
    file: int | None = None,
    stop: Stop = NEVER,
    on_sent: OnSent | None = None,
    start: int = 0,
    keep: Keep = keep_nothing,
) -> None:
    """Writes a file through a mount; folders are made, what had its name is replaced, links are not followed.

    `file` is a descriptor of the source, if it is a local file: then the kernel copies. The first `start` bytes are
    there from an earlier run. Done means accepted by the server. Raises `clouddrive_mount_failed`; what had been
    written is removed then, unless `keep(error)`.
    """
    with _failing():
        folder = _folder(place)
    try:
        with _failing():
            target = os.open(place.names[-1], _FILE | (0 if start else os.O_TRUNC), 0o644, dir_fd=folder)
        try:
            try:
                _fill(target, size, read, file, stop=stop, on_sent=on_sent, start=start)
                _sync(target)
            finally:
                with _failing():
                    os.close(target)
        except BaseException as error:
            if not keep(error):
                with suppress(OSError):
                    os.unlink(place.names[-1], dir_fd=folder)
            raise
    finally:
        os.close(folder)


def present(place: Place) -> int:
    """Bytes of the file that is there, 0 where there is none."""
    try:
        with _failing():
            folder = _folder(place)
        try:
            return os.stat(place.names[-1], dir_fd=folder, follow_symlinks=False).st_size
        finally:
            os.close(folder)
    except (OSError, CloudDriveError):
        return 0


def remove(place: Place) -> None:
    """Takes away what was written there, as far as that goes."""
    with suppress(OSError, CloudDriveError):
        folder = _folder(place)
        try:
            os.unlink(place.names[-1], dir_fd=folder)
        finally:
            os.close(folder)


def _sync(target: int) -> None:
    """Not every file system of a mount knows how."""
    with _failing():
        try:
            os.fsync(target)
        except OSError as error:
            if error.errno not in _NO_SYNC:
                raise


@contextmanager
def _failing() -> Iterator[None]:
    """Trouble with the mount in our terms; trouble with the source is not to be mistaken for it."""
    try:
        yield
    except OSError as error:
        kind = Kind.TRANSIENT if error.errno in _PASSING else Kind.PERMANENT
        sentence = f"Writing through the mount failed: {os.strerror(error.errno or 0)}."
        raise CloudDriveError(sentence, code="clouddrive_mount_failed", kind=kind) from None


def _folder(place: Place) -> int:
    """The folder of the target, made where it is missing; each step stays below the one before."""
    folder = os.open(place.mount, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    for name in place.names[:-1]:
        try:
            with suppress(FileExistsError):
                os.mkdir(name, dir_fd=folder)
            below = os.open(name, _FOLDER, dir_fd=folder)
        finally:
            os.close(folder)
        folder = below
    return folder


def _fill(
    target: int, size: int, read: Read, file: int | None, *, stop: Stop, on_sent: OnSent | None, start: int
) -> None:
    offset = start
    if start:
        with _failing():
            os.truncate(target, start)
            os.lseek(target, start, os.SEEK_SET)
    while offset < size:
        stop.check()
        length = min(MIB, size - offset)
        data = exactly(read, offset, length) if file is None else b""
        with _failing():
            if file is None:
                _write(target, data)
            else:
                length = _copied(target, file, offset, length)
        offset += length
        if on_sent:
            on_sent(offset)


def _write(target: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(target, view) :]


def _copied(target: int, file: int, offset: int, length: int) -> int:
    done = os.sendfile(target, file, offset, length)
    if not done:
        sentence = f"The source ended at {offset}."
        raise CloudDriveError(sentence, code="clouddrive_source_short")
    return done


def _unusable(why: str) -> CloudDriveError:
    return CloudDriveError(f"The mount cannot be used: {why}.", code="clouddrive_mount_unusable")
