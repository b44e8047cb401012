"""Any range of a source, in any order, for uploads whose server decides what comes next.

A local file is read by position. Anything else is one open stream that goes on in order and is opened anew only for a
jump; what was read last stays in memory for a repeat. Nothing is kept on disk.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable

from transfers.engine.errors import (
    DiskError,
    RangesRefused,
    Restart,
    SourceChanged,
    Stalled,
    Stopped,
    TransferError,
    Truncated,
    as_transfer_error,
)
from transfers.engine.files import disk_errors
from transfers.engine.protocols import RangeReader, Source, SourceInfo
from transfers.engine.ratelimit import RateLimiter
from transfers.engine.retry import Retries
from transfers.engine.upload import LocalFile
from transfers.engine.upload.local import check_same

from ..hashing import NUMBERS, Hasher
from ..source import Stop
from ..tuning import MIB

LOOK_BACK = 8 * MIB
AHEAD = MIB
"""A jump ahead of at most so many bytes is read over rather than opened anew."""
STALL_SECONDS = 30.0


class Ranged:
    """`read` may be called by several threads. What comes in order is hashed on the way, each byte once."""

    def __init__(self, info: SourceInfo, *, stop: Stop, limiter: RateLimiter, stopping: Callable[[], bool]) -> None:
        self._info, self.size = info, info.identity.size or 0
        self._stop, self._limiter, self._stopping = stop, limiter, stopping
        self._lock = threading.Lock()
        self._hashers: dict[str, Hasher] = {}
        self._hashed = 0
        self._values: dict[str, str] = {}

    def hash(self, algorithms: Iterable[str]) -> None:
        """Computes these, beginning anew with the first byte."""
        with self._lock:
            self._hashers = {name: Hasher(NUMBERS[name], self.size) for name in algorithms if name in NUMBERS}
            self._hashed, self._values = 0, {}

    def read(self, offset: int, length: int) -> bytes:
        """Just these bytes; waits for the rate limit. Raises `SourceChanged` and other `TransferError`."""
        self._stop.check()
        data = self._bytes(offset, length)
        self._hash(offset, data)
        self.pay(len(data))
        self._stop.check()
        return data

    def pay(self, count: int) -> None:
        """Waits as long as the rate limit wants for bytes that leave this machine."""
        self._limiter.take(count, self._stopping)

    def hashes(self) -> dict[str, str]:
        """Of the whole file; empty when it was not read in order."""
        with self._lock:
            if self._hashed == self.size and self._hashers:
                self._values = {name: hasher.value().lower() for name, hasher in self._hashers.items()}
                self._hashers = {}
            return dict(self._values)

    def _hash(self, offset: int, data: bytes) -> None:
        with self._lock:
            if self._hashers and offset <= self._hashed < offset + len(data):
                fresh = memoryview(data)[self._hashed - offset :]
                for hasher in self._hashers.values():
                    hasher.update(fresh)
                self._hashed += len(fresh)

    def _bytes(self, offset: int, length: int) -> bytes:
        """Of a subclass; an upload that only waits for the cloud has nothing to read."""
        raise TransferError("There is nothing to read.", code="source_gone")

    def watch(self, now: float) -> None:
        """Called by the supervisor: breaks off a source that gives nothing."""

    def interrupt(self) -> None:
        """Lets a blocked reader go; may be called by any thread."""

    def close(self) -> None:
        """No more is read."""


class LocalRanged(Ranged):
    """A local file through one descriptor, looked at after every piece whether it is still the same."""

    def __init__(
        self, source: LocalFile, info: SourceInfo, *, stop: Stop, limiter: RateLimiter, stopping: Callable[[], bool]
    ) -> None:
        super().__init__(info, stop=stop, limiter=limiter, stopping=stopping)
        self.handle = source.handle(info)

    def check(self) -> None:
        """Raises `SourceChanged` when the file is no longer what it was."""
        check_same(self.handle, self._info.identity)

    def peek(self, offset: int, length: int) -> bytes:
        """Bytes that stay here: neither limited nor hashed on the way."""
        self._stop.check()
        return self._bytes(offset, length)

    def hashes(self) -> dict[str, str]:
        """Reads what has not passed by yet, after a resume."""
        while self._hashers and self._hashed < self.size:
            offset = self._hashed
            self._hash(offset, self.peek(offset, min(MIB, self.size - offset)))
        return super().hashes()

    def _bytes(self, offset: int, length: int) -> bytes:
        with disk_errors():
            data = os.pread(self.handle, length, offset)
        self.check()
        if len(data) != length:
            raise SourceChanged("The file became shorter.")
        return data

    def close(self) -> None:
        if self.handle >= 0:
            os.close(self.handle)
            self.handle = -1


class StreamRanged(Ranged):
    """Any other source. Failures of it are met with the patience of `retries`. Memory: `LOOK_BACK` and one piece."""

    def __init__(
        self,
        source: Source,
        info: SourceInfo,
        retries: Retries,
        *,
        stop: Stop,
        limiter: RateLimiter,
        stopping: Callable[[], bool],
    ) -> None:
        super().__init__(info, stop=stop, limiter=limiter, stopping=stopping)
        self._source, self._retries, self._ranges = source, retries, info.ranges
        self._turn = threading.Lock()
        self._reader: RangeReader | None = None
        self._at = 0
        self._kept: deque[tuple[int, bytes]] = deque()
        self._held = 0
        self._waiting_since: float | None = None
        self._broken: TransferError | None = None
        self.opened = 0

    def _bytes(self, offset: int, length: int) -> bytes:
        with self._turn:
            kept = self._look_back(offset, length)
            return self._fetched(offset, length) if kept is None else kept

    def _look_back(self, offset: int, length: int) -> bytes | None:
        parts, at = [], offset
        for start, data in self._kept:
            if start <= at < min(start + len(data), offset + length):
                whole = start == at and len(data) <= offset + length - at
                parts.append(data if whole else data[at - start : offset + length - start])
                at += len(parts[-1])
        if at < offset + length:
            return None
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _fetched(self, offset: int, length: int) -> bytes:
        failures = 0
        while True:
            try:
                return self._tried(offset, length)
            except Exception as error:
                self._drop()
                self._stop.check()
                failure, self._broken = self._broken or as_transfer_error(error), None
                if isinstance(failure, RangesRefused) and self._ranges:
                    self._ranges = False
                    continue
                if isinstance(failure, Restart | DiskError | Stopped):
                    raise failure from None
                failures += 1
                self._retries.after(failure, None, failures)

    def _tried(self, offset: int, length: int) -> bytes:
        reader = self._positioned(offset)
        while self._at < offset:
            self._received(reader, min(MIB, offset - self._at))
        data = self._received(reader, length)
        if self._at == self.size:
            self._read(reader, memoryview(bytearray(1)))  # raises when more follows than was announced
            self._drop()
        return data

    def _positioned(self, offset: int) -> RangeReader:
        """A stream at `offset` or a little before it; at the beginning, where the source knows no ranges."""
        ahead = offset - self._at
        if self._reader is not None and ahead >= 0 and (ahead <= AHEAD or not self._ranges):
            return self._reader
        self._drop()
        self._at = offset if self._ranges else 0
        self.opened += 1
        reader = self._source.open(self._info, self._at, self.size if self._ranges else None)
        self._reader = reader
        self._stop.check()
        return reader

    def _received(self, reader: RangeReader, length: int) -> bytes:
        buffer = memoryview(bytearray(length))
        filled = 0
        while filled < length:
            count = self._read(reader, buffer[filled:])
            self._stop.check()
            if count == 0:
                raise Truncated("The source ended early.")
            filled += count
        data = bytes(buffer)
        self._keep(data)
        return data

    def _read(self, reader: RangeReader, buffer: memoryview) -> int:
        self._waiting_since = time.monotonic()
        try:
            return reader.readinto(buffer)
        finally:
            self._waiting_since = None

    def _keep(self, data: bytes) -> None:
        self._kept.append((self._at, data))
        self._at += len(data)
        self._held += len(data)
        while self._held > LOOK_BACK:
            self._held -= len(self._kept.popleft()[1])

    def watch(self, now: float) -> None:
        since = self._waiting_since
        if since is not None and now - since > STALL_SECONDS:
            self._broken = Stalled(f"Nothing came from the source in {STALL_SECONDS:g} s.")
            self.interrupt()

    def interrupt(self) -> None:
        reader = self._reader
        if reader is not None:
            with contextlib.suppress(Exception):
                reader.close()

    def _drop(self) -> None:
        self.interrupt()
        self._reader = None

    def close(self) -> None:
        self._drop()
        self._kept.clear()
