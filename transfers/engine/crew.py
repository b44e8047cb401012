"""The connections of a running transfer: each takes the next part, fetches it and writes it to its place."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import dataclass

from .control import Control
from .errors import CannotResume, DiskError, Restart, Stalled, Stopped, TransferError, as_transfer_error
from .plan import Board, Part
from .protocols import RangeReader, Sink, Source, SourceInfo
from .ratelimit import RateLimiter
from .retry import Retries

BUFFER = 256 << 10


@dataclass(frozen=True, slots=True)
class StallRule:
    """Fewer than `least` bytes in `seconds` of waiting for the source is a stall.

    A try that brings fewer than `least` bytes is no progress.
    """

    seconds: float = 30.0
    least: int = 1024


@dataclass(frozen=True, slots=True)
class Shared:
    """What all connections of a transfer work with."""

    source: Source
    info: SourceInfo
    sink: Sink
    board: Board
    control: Control
    retries: Retries
    limiter: RateLimiter
    stall: StallRule


class Connection:
    """One worker thread with one reused buffer.

    While it is `harmless` it holds no stream and does not touch the file.
    """

    def __init__(self, shared: Shared, number: int) -> None:
        self._shared = shared
        self._lock = threading.Lock()
        self._reader: RangeReader | None = None
        self._abort_with: TransferError | None = None
        self._received, self._marked, self._silent = 0, 0, 0.0
        self._reading = False
        self.harmless = True
        self.error: Exception | None = None
        self.thread = threading.Thread(target=self._run, name=f"transfer-{number}", daemon=True)

    @property
    def active(self) -> bool:
        return self._reader is not None

    def _run(self) -> None:
        board = self._shared.board
        self._buffer = memoryview(bytearray(BUFFER))
        try:
            while (part := board.take()) is not None:
                self._fetch(part)
        except Exception as error:
            self.error = error
        board.poke()

    def _fetch(self, part: Part) -> None:
        failures = 0
        while not part.closed:
            before = part.done
            try:
                self._copy(part)
            except Exception as error:
                failure = self._judge(error, part)
                failures = 1 if part.done - before >= self._shared.stall.least else failures + 1
                self._shared.retries.after(failure, part.index, failures)

    def _judge(self, error: Exception, part: Part) -> TransferError:
        """The failure to recover from; raises what ends this transfer or this attempt at it."""
        self._guard()
        failure = self._abort_with or as_transfer_error(error)
        self._abort_with = None
        if isinstance(failure, Restart | DiskError):
            raise failure
        if part.done and not self._shared.info.ranges and not failure.permanent:
            raise CannotResume(failure.sentence) from failure
        return failure

    def _copy(self, part: Part) -> None:
        reader = self._open(part)
        try:
            while count := self._receive(reader):
                self._guard()
                self._shared.sink.write(part.position, self._buffer[:count])
                self._shared.board.advance(part, count)
                self._shared.limiter.take(count, self._stopping)
            self._shared.board.close(part)
        finally:
            self._reader = None
            reader.close()
            self.harmless = True

    def _receive(self, reader: RangeReader) -> int:
        size = self._shared.limiter.quantum(BUFFER)
        self._reading = True
        try:
            count = reader.readinto(self._buffer[:size])
        finally:
            self._reading = False
        self._received += count
        return count

    def _open(self, part: Part) -> RangeReader:
        """Opens the rest of a part. That can take long; who is halted meanwhile stays harmless."""
        self._shared.retries.hold()
        self._guard()
        reader = self._shared.source.open(self._shared.info, part.position, part.stop)
        with self._lock:
            self._marked, self._silent = self._received, 0.0
            self._reader, self.harmless = reader, self._shared.board.halted
        if self.harmless:
            reader.close()
            raise Stopped("shutdown")
        return reader

    def _stopping(self) -> bool:
        return self._shared.board.halted or self._shared.control.stop_reason is not None

    def _guard(self) -> None:
        """Nothing may be written once the transfer was stopped or its lease has run out."""
        self._shared.control.check()
        if self._shared.board.halted:
            raise Stopped("shutdown")

    def abort(self, failure: TransferError) -> None:
        """Breaks the stream off; its worker then sees `failure`."""
        with self._lock:
            reader = self._reader
            if reader is not None:
                self._abort_with = failure
        if reader is not None:
            with contextlib.suppress(Exception):
                reader.close()

    def watch(self, elapsed: float, rule: StallRule) -> None:
        """Called by the supervisor with the time since its last look."""
        if not self._reading:
            return
        if self._received - self._marked >= rule.least:
            self._marked, self._silent = self._received, 0.0
            return
        self._silent += elapsed
        if self._silent >= rule.seconds:
            self.abort(Stalled(f"Fewer than {rule.least} bytes arrived in {rule.seconds:g} s."))


class Crew:
    """All connections of one attempt."""

    def __init__(self, shared: Shared, connections: int) -> None:
        self._shared = shared
        self._connections = [Connection(shared, number) for number in range(connections)]

    def start(self) -> None:
        for connection in self._connections:
            connection.thread.start()

    @property
    def active(self) -> int:
        return sum(connection.active for connection in self._connections)

    def watch(self, elapsed: float) -> None:
        for connection in self._connections:
            connection.watch(elapsed, self._shared.stall)

    def check(self) -> None:
        """Raises what ended one of the workers."""
        for connection in self._connections:
            if connection.error is not None:
                raise connection.error

    def interrupt(self) -> None:
        """Gives out no more work and breaks all streams off, so that every worker ends soon."""
        self._shared.board.halt()
        for connection in self._connections:
            connection.abort(Stopped("shutdown"))

    def halt(self) -> None:
        """Returns when no worker will touch the file any more.

        One that is still opening a stream is left behind.
        """
        self.interrupt()
        for connection in self._connections:
            while connection.thread.is_alive() and not connection.harmless:
                connection.thread.join(0.02)
