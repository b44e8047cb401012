"""The senders of a running upload: each takes the next block, sends it, and holds the target's md5 against its own."""

from __future__ import annotations

import hashlib
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..control import Control
from ..errors import DiskError, Restart, SourceChanged, Stalled, Stopped, TransferError, as_transfer_error
from ..files import Fault
from ..protocols import Source, SourceInfo
from ..ratelimit import RateLimiter
from ..retry import Retries
from .body import BUFFER, Body
from .in_order import InOrder
from .spec import BlockState, UploadTuning
from .target import Target


class Board:
    """The blocks of one upload, shared by senders and supervisor.

    No more than `ahead` blocks are confirmed and not yet checkpointed: a crash sends only those again (F02).
    """

    def __init__(self, blocks: Sequence[BlockState], ahead: int) -> None:
        self._changed = threading.Condition()
        self._ahead = ahead
        self._blocks = list(blocks)
        self._waiting = deque(block.index for block in blocks if not block.sent)
        self._left = self._saved = len(self._waiting)
        self.failures = dict.fromkeys(self._waiting, 0)  # in a row, by block
        self.sent = sum(block.done for block in blocks)
        self.halted = False

    @property
    def complete(self) -> bool:
        return self._left == 0

    @property
    def left(self) -> int:
        return self._left

    @property
    def unsaved(self) -> int:
        return self._saved - self._left

    def saved(self, left: int) -> None:
        """A checkpoint holds all but `left` blocks."""
        with self._changed:
            self._saved = left
            self._changed.notify_all()

    def take(self) -> BlockState | None:
        with self._changed:
            self._changed.wait_for(lambda: self.halted or self.unsaved < self._ahead)
            return self._blocks[self._waiting.popleft()] if self._waiting and not self.halted else None

    def confirm(self, block: BlockState, md5: str) -> None:
        with self._changed:
            if not self._blocks[block.index].sent and not self.halted:
                self._blocks[block.index] = replace(block, md5=md5, sent=True)
                self._left -= 1
                self.sent += block.stop - block.start
            self._changed.notify_all()

    def states(self) -> tuple[BlockState, ...]:
        with self._changed:
            return tuple(self._blocks)

    def wait(self, seconds: float) -> None:
        """Waits until there is something to checkpoint, somebody called `poke`, or the time is over."""
        with self._changed:
            if not (self.unsaved or self.halted or self.complete):
                self._changed.wait(seconds)

    def poke(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def halt(self) -> None:
        """No block is given out or confirmed any more."""
        with self._changed:
            self.halted = True
            self._changed.notify_all()


@dataclass(frozen=True, slots=True)
class Shared:
    """What all senders of an upload work with."""

    source: Source
    info: SourceInfo
    target: Target
    session: str
    board: Board
    control: Control
    retries: Retries
    limiter: RateLimiter
    tuning: UploadTuning
    fault: Fault

    def body(self, block: BlockState, buffer: memoryview) -> Body:
        return Body(
            self.source,
            self.info,
            block,
            buffer,
            limiter=self.limiter,
            guard=self.guard,
            stopping=self.stopping,
        )

    def arrived(self) -> int:
        """Bytes that a source has given which is read in order."""
        return self.source.received if isinstance(self.source, InOrder) else 0

    def guard(self) -> None:
        self.control.check()
        if self.board.halted:
            raise Stopped("shutdown")

    def stopping(self) -> bool:
        return self.board.halted or self.control.stop_reason is not None


class Sender:
    """One thread. `first` is a block to begin with, after a failure that its last sender did not come back from."""

    def __init__(self, shared: Shared, first: tuple[BlockState, TransferError] | None = None) -> None:
        self._shared = shared
        self._first = first
        self._opened, self._marked, self._silent = False, 0, 0.0
        self._body: Body | None = None
        self._block: BlockState | None = None
        self.abandoned = False
        self.error: Exception | None = None
        self.thread = threading.Thread(target=self._run, name="transfer-send", daemon=True)

    @property
    def moved(self) -> int:
        """Bytes of the block under way."""
        body = self._body
        return body.sent if body else 0

    @property
    def active(self) -> bool:
        return self._body is not None

    @property
    def reading(self) -> bool:
        """Whether the source has given it its block."""
        body = self._body
        return body is not None and body.opened

    def _run(self) -> None:
        buffer = memoryview(bytearray(BUFFER))
        try:
            if self._first:
                block, failure = self._first
                self._failed(block, failure)
                self._send(block, buffer)
            while not self.abandoned and (taken := self._shared.board.take()) is not None:
                self._send(taken, buffer)
        except Exception as error:
            self.error = error
        self._shared.board.poke()

    def _send(self, block: BlockState, buffer: memoryview) -> None:
        self._block = block
        while True:
            self._shared.retries.hold()
            self._shared.guard()
            self._opened, self._marked, self._silent = False, 0, 0.0
            body = self._body = self._shared.body(block, buffer)
            try:
                md5 = self._shared.target.send(self._shared.session, block.index, body)
                self._compare(block, body, md5)
            except Exception as error:
                self._body = None  # what follows is a pause, not a stall
                if self.abandoned:
                    return
                self._failed(block, self._judge(error, body))
            else:
                self._body = None
                self._confirmed(block, md5)
                return

    def _confirmed(self, block: BlockState, md5: str) -> None:
        if self.abandoned:
            return
        self._shared.fault("upload_part_answered")
        if isinstance(self._shared.source, InOrder):
            self._shared.source.release(block.start)
        self._shared.board.confirm(block, md5)

    def _compare(self, block: BlockState, body: Body, md5: str) -> None:
        """Row F52. A hash made beforehand may also be wrong because the file was changed since (F58)."""
        if md5 == body.md5:
            return
        if block.md5 and _md5(self._shared, block) != block.md5:
            raise SourceChanged("The file changed while it was sent.")
        raise TransferError("A part arrived damaged at the target.", code="part_damaged", permanent=False)

    def _judge(self, error: Exception, body: Body) -> TransferError:
        """The failure to recover from; raises what ends this session."""
        self._shared.guard()
        failure = body.broken or as_transfer_error(error)
        if isinstance(failure, Restart | DiskError):
            raise failure
        return failure

    def _failed(self, block: BlockState, failure: TransferError) -> None:
        failures = self._shared.board.failures
        failures[block.index] += 1
        self._shared.retries.after(failure, block.index, failures[block.index])

    def abort(self, failure: TransferError) -> None:
        body = self._body
        if body is not None:
            body.abort(failure)

    def watch(self, elapsed: float) -> tuple[BlockState, TransferError] | None:
        """Called by the supervisor with the time since its last look; a block that has to be sent by somebody else."""
        body, block, tuning = self._body, self._block, self._shared.tuning
        if body is None or block is None or body.pacing:
            return None
        if self._moves(body):
            return None
        self._silent += elapsed
        allowed = tuning.answer if body.complete else tuning.stall.seconds
        if self._silent < allowed:
            return None
        failure = Stalled(f"A part did not move for {allowed:g} s.")
        self.abandoned = True  # its thread may be stuck in the network for a while yet; the block is not
        body.abort(failure)
        return block, failure

    def _moves(self, body: Body) -> bool:
        """Whether enough has gone to the target, or come from the source while the block is still awaited from there."""
        moved = body.sent if body.opened else self._shared.arrived()
        enough = min(self._shared.tuning.stall.least, body.length - self._marked) if body.opened else 1
        if body.opened == self._opened and not moved - self._marked >= enough > 0:
            return False
        self._opened, self._marked, self._silent = body.opened, moved, 0.0
        return True


def _md5(shared: Shared, block: BlockState) -> str:
    digest, buffer = hashlib.md5(usedforsecurity=False), memoryview(bytearray(BUFFER))
    reader = shared.source.open(shared.info, block.start, block.stop)
    try:
        while count := reader.readinto(buffer):
            digest.update(buffer[:count])
    finally:
        reader.close()
    return digest.hexdigest()


class Crew:
    """All senders of one session."""

    def __init__(self, shared: Shared, parallel: int) -> None:
        self._shared = shared
        self._senders = [Sender(shared) for _ in range(parallel)]

    def start(self) -> None:
        for sender in self._senders:
            sender.thread.start()

    @property
    def active(self) -> int:
        return sum(sender.active for sender in self._senders)

    @property
    def moved(self) -> int:
        return sum(sender.moved for sender in self._senders)

    def watch(self, elapsed: float) -> None:
        for number, sender in enumerate(self._senders):
            stuck = sender.watch(elapsed)
            if stuck is not None:
                if not sender.reading:
                    self._break_source()
                self._senders[number] = Sender(self._shared, stuck)
                self._senders[number].thread.start()

    def check(self) -> None:
        """Raises what ended one of the senders."""
        for sender in self._senders:
            if sender.error is not None:
                raise sender.error

    def interrupt(self) -> None:
        """Gives out no more work and breaks off what can be; a sender stuck in the network is left behind."""
        self._shared.board.halt()
        for sender in self._senders:
            sender.abort(Stopped("shutdown"))
        self._break_source()

    def _break_source(self) -> None:
        if isinstance(self._shared.source, InOrder):
            self._shared.source.close()
