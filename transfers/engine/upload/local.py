"""A local file as a source, and the hashes of its blocks (row F58)."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..errors import SourceChanged, TransferError, Truncated
from ..files import disk_errors
from ..protocols import Identity, RangeReader, Source, SourceInfo

EDGE = 256 << 10
READ = 1 << 20


class LocalFile:
    """A file that nobody should change meanwhile; when somebody does, it is noticed and never sent half and half.

    Its identity: size, times, inode and a hash of its first and last 256 KiB.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def probe(self) -> SourceInfo:
        handle = self._open()
        try:
            stamp = os.fstat(handle)
            edges = hashlib.sha256(os.pread(handle, EDGE, 0) + os.pread(handle, EDGE, max(0, stamp.st_size - EDGE)))
            return SourceInfo(_identity(stamp, edges.hexdigest()[:32]), ranges=True, name=self._path.name)
        finally:
            os.close(handle)

    def open(self, info: SourceInfo, start: int, stop: int | None) -> RangeReader:
        handle = self._open()
        try:
            return _Range(handle, info.identity, start, stop)
        except BaseException:
            os.close(handle)
            raise

    def handle(self, info: SourceInfo) -> int:
        """A descriptor of exactly the version in `info`, for reading by position; whoever asked closes it."""
        handle = self._open()
        try:
            check_same(handle, info.identity)
        except BaseException:
            os.close(handle)
            raise
        return handle

    def _open(self) -> int:
        try:
            return os.open(self._path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        except FileNotFoundError:
            raise TransferError("The file is not there any more.", code="source_gone") from None
        except OSError:
            with disk_errors():
                raise


def _identity(stamp: os.stat_result, edges: str) -> Identity:
    """Also the time of the inode's last change: it can't be set back as the other one can."""
    tag = f"{stamp.st_ino:x}-{stamp.st_mtime_ns:x}-{stamp.st_ctime_ns:x}-{edges}"
    return Identity(stamp.st_size, f'"{tag}"')


def check_same(handle: int, identity: Identity) -> None:
    """Raises `SourceChanged` when the open file is no longer the version with this identity. Cheap."""
    edges = (identity.etag or "").strip('"').rpartition("-")[2]
    if identity != _identity(os.fstat(handle), edges):
        raise SourceChanged("The file changed while it was sent.")


class _Range:
    """Reads a piece of a file through a descriptor of its own, and looks at its end whether the file is still the same."""

    def __init__(self, handle: int, identity: Identity, start: int, stop: int | None) -> None:
        self._handle, self._identity = handle, identity
        self._lock = threading.Lock()  # another thread may close it
        self._at = start
        self._stop = stop if stop is not None else identity.size or 0
        self._check()

    def readinto(self, buffer: memoryview, /) -> int:
        left = self._stop - self._at
        if left == 0:
            return 0
        with self._lock, disk_errors():
            count = os.preadv(self._handle, [buffer[:left]], self._at)
        if count == 0:
            raise SourceChanged("The file became shorter.")
        self._at += count
        if self._at == self._stop:
            self._check()
        return count

    def _check(self) -> None:
        check_same(self._handle, self._identity)

    def close(self) -> None:
        with self._lock:
            if self._handle >= 0:
                os.close(self._handle)
                self._handle = -1


@dataclass(frozen=True, slots=True)
class Hashes:
    """md5 of every block; of the whole and of its first 256 KiB where a rapid upload is possible."""

    blocks: tuple[str, ...]
    content: str = ""
    slice: str = ""


def read_hashes(source: Source, info: SourceInfo, block: int, *, whole: bool, on_read: Callable[[int], None]) -> Hashes:
    """Reads everything once. `on_read(position)` after every piece: raises to stop."""
    size = info.identity.size or 0
    content, edge = hashlib.md5(usedforsecurity=False), hashlib.md5(usedforsecurity=False)
    blocks, digest = [], hashlib.md5(usedforsecurity=False)
    buffer = memoryview(bytearray(min(READ, max(1, size))))
    single, position = size <= block, 0
    reader = source.open(info, 0, size)
    try:
        while position < size:
            count = reader.readinto(buffer[: block - position % block])
            if count == 0:
                raise Truncated("The source ended early.")
            digest.update(buffer[:count])
            if whole and not single:
                content.update(buffer[:count])
            if whole and position < EDGE:
                edge.update(buffer[: min(count, EDGE - position)])
            position += count
            if position % block == 0 or position == size:
                blocks.append(digest.hexdigest())
                digest = hashlib.md5(usedforsecurity=False)
            on_read(position)
    finally:
        reader.close()
    if not whole:
        return Hashes(tuple(blocks))
    return Hashes(tuple(blocks), blocks[0] if single else content.hexdigest(), edge.hexdigest())
