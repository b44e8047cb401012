"""Pieces of a file on their way: their size, their form, and some of them at once (wire/clouddrive2.md §1.2)."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from google.protobuf.message import Message

from .caller import Caller
from .errors import CloudDriveError, Kind
from .transport import Pending
from .tuning import Tuning

TOO_LARGE = "clouddrive_too_large"


class ChunkSize:
    """How long a chunk may be; learnt once, for all uploads of a connection."""

    def __init__(self, tuning: Tuning) -> None:
        self.value = tuning.chunk
        self._smallest = min(tuning.smallest_chunk, tuning.chunk)

    def shrink(self, refused: int) -> bool:
        """Told that a chunk of `refused` bytes was too large; False when nothing smaller is left to try."""
        if refused <= self._smallest:
            return False
        value = self.value
        while value >= refused:
            value //= 2
        self.value = max(self._smallest, value)
        return True


def with_bytes(message: Message, number: int, data: bytes) -> bytes:
    """`message` on the wire with `data` as its field `number`: one copy of the bytes instead of three."""
    head, length = bytearray(message.SerializeToString()), len(data)
    head.append(number << 3 | 2)
    while length > 0x7F:
        head.append(length & 0x7F | 0x80)
        length >>= 7
    head.append(length)
    return b"".join((head, data))


@dataclass(slots=True)
class _Chunk:
    offset: int
    data: bytes
    pending: Pending
    token: str
    failures: int = 0


class Window:
    """Sends chunks of one file with several on their way; used by one thread, `abandon` by any.

    `form(offset, data)` makes a request, `check(reply, length)` raises when the reply does not accept the chunk.
    What has arrived is told to `on_sent(offset, length)`.
    """

    def __init__(
        self,
        caller: Caller,
        method: str,
        size: ChunkSize,
        *,
        form: Callable[[int, bytes], bytes],
        check: Callable[[bytes, int], None],
        on_sent: Callable[[int, int], None],
        width: int | None = None,
    ) -> None:
        self._caller, self._method, self._size = caller, method, size
        self._form, self._check, self._on_sent = form, check, on_sent
        self._width = width or caller.tuning.window
        self._waiting: deque[_Chunk] = deque()
        self._lock = threading.Lock()
        self._abandoned = threading.Event()

    def send(self, offset: int, data: bytes) -> None:
        """Sends a chunk; waits for the oldest while too many are on their way."""
        while len(self._waiting) >= self._width:
            self._settle()
        self._put(offset, data, 0)

    @property
    def busy(self) -> bool:
        """Whether chunks are on their way."""
        return bool(self._waiting)

    def settle(self) -> bool:
        """Waits until the oldest chunk has arrived; False when none is on its way."""
        if self._waiting:
            self._settle()
        return bool(self._waiting)

    def drain(self) -> None:
        """Waits until everything has arrived."""
        while self.settle():
            pass

    def abandon(self) -> None:
        """Takes back what is on its way; whoever waits gets an error."""
        with self._lock:
            self._abandoned.set()
            for chunk in self._waiting:
                chunk.pending.cancel()

    def _put(self, offset: int, data: bytes, failures: int) -> None:
        body, token = self._form(offset, data), self._caller.tokens.current()
        with self._lock:
            pending = self._caller.transport.begin(self._method, body, token, self._caller.tuning.chunk_seconds)
            self._waiting.append(_Chunk(offset, data, pending, token, failures))
            if self._abandoned.is_set():
                pending.cancel()

    def _settle(self) -> None:
        chunk = self._waiting[0]
        try:
            self._check(chunk.pending.result(), len(chunk.data))
        except CloudDriveError as error:
            self._forget(chunk)
            self._again(chunk, error)
        else:
            self._forget(chunk)
            self._on_sent(chunk.offset, len(chunk.data))

    def _forget(self, chunk: _Chunk) -> None:
        with self._lock:
            self._waiting.remove(chunk)

    def _again(self, chunk: _Chunk, error: CloudDriveError) -> None:
        """Sends a chunk again that did not arrive: in two halves, with a new token, or after a pause."""
        if self._abandoned.is_set():
            raise error
        if error.code == TOO_LARGE and self._size.shrink(len(chunk.data)):
            step = self._size.value
            for start in range(0, len(chunk.data), step):
                self._put(chunk.offset + start, chunk.data[start : start + step], 0)
            return
        failures = chunk.failures + 1
        renewed = error.kind is Kind.AUTH and self._caller.tokens.refused(chunk.token)
        if failures >= self._caller.tuning.attempts or (error.permanent and not renewed) or error.code in _FINAL:
            raise error
        if not renewed:
            self._abandoned.wait(self._caller.pause(failures))
        self._put(chunk.offset, chunk.data, failures)


_FINAL = frozenset({"clouddrive_session_lost", TOO_LARGE})
