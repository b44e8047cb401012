"""One block as the target reads it."""

from __future__ import annotations

import contextlib
import hashlib
import threading
from collections.abc import Callable, Iterator

from ..errors import TransferError, Truncated
from ..protocols import RangeReader, Source, SourceInfo
from ..ratelimit import RateLimiter
from .spec import BlockState

BUFFER = 256 << 10


class Body:
    """One block as the target reads it: from the source through one reused buffer, never more of it in memory."""

    def __init__(
        self,
        source: Source,
        info: SourceInfo,
        block: BlockState,
        buffer: memoryview,
        *,
        limiter: RateLimiter,
        guard: Callable[[], None],
        stopping: Callable[[], bool],
    ) -> None:
        self._source, self._info, self._block, self._buffer = source, info, block, buffer
        self._limiter, self._guard, self._stopping = limiter, guard, stopping
        self._lock = threading.Lock()
        self._reader: RangeReader | None = None
        self._digest = hashlib.md5(usedforsecurity=False)
        self.sent = 0
        self.pacing = False  # waits for the rate limit
        self.broken: TransferError | None = None

    @property
    def length(self) -> int:
        return self._block.stop - self._block.start

    @property
    def complete(self) -> bool:
        return self.sent == self.length

    @property
    def opened(self) -> bool:
        return self._reader is not None

    @property
    def md5(self) -> str:
        """Of what was sent; a block whose md5 was known before is not hashed again."""
        return self._block.md5 or self._digest.hexdigest()

    def __call__(self) -> Iterator[memoryview]:
        self.sent, self._digest = 0, hashlib.md5(usedforsecurity=False)
        reader = self._open()
        try:
            while not self.complete:
                piece = self._read(reader)
                yield piece
                self.sent += len(piece)
        finally:
            reader.close()

    def _open(self) -> RangeReader:
        self._check()
        reader = self._source.open(self._info, self._block.start, self._block.stop)
        with self._lock:
            self._reader = reader
        self._check()
        return reader

    def _read(self, reader: RangeReader) -> memoryview:
        count = reader.readinto(self._buffer[: min(self._limiter.quantum(BUFFER), self.length - self.sent)])
        self._check()
        if count == 0:
            raise Truncated("The source ended early.")
        piece = self._buffer[:count]
        if not self._block.md5:
            self._digest.update(piece)
        self.pacing = True
        self._limiter.take(count, self._stopping)
        self.pacing = False
        return piece

    def _check(self) -> None:
        self._guard()
        if self.broken is not None:
            raise self.broken

    def abort(self, failure: TransferError) -> None:
        """Whoever reads on sees `failure`; a blocked read of the source ends."""
        self.broken = self.broken or failure
        with self._lock:
            reader = self._reader
        if reader is not None:
            with contextlib.suppress(Exception):
                reader.close()
