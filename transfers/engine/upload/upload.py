"""An upload from any readable source to a target with blocks; it survives what networks, servers and processes do.

>>> Upload(UploadSpec(), source=LocalFile(path), target=...).run()
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from ..control import Control
from ..download import abandonable
from ..errors import (
    BadResponse,
    GaveUp,
    HashMismatch,
    RangesRefused,
    Restart,
    SourceChanged,
    Stopped,
    TransferError,
    as_transfer_error,
)
from ..files import Fault, no_fault
from ..plan import covers
from ..progress import Meter, Phase, Snapshot
from ..protocols import Source, SourceInfo, Verdict
from ..ratelimit import RateLimiter
from ..retry import Attempt, Retries
from .in_order import InOrder
from .local import Hashes, LocalFile, read_hashes
from .session import OnUploadCheckpoint, Session
from .spec import BlockState, UploadCheckpoint, UploadResult, UploadSpec
from .target import Begun, BlockTooLarge, Order, PartsRefused, RapidRefused, Stored, Target

T = TypeVar("T")
RAPID_LEAST = 256 << 10


class Upload:
    """`run` once. `on_checkpoint` and `before_finish` are called on the thread of `run`; source and target on others.

    on_checkpoint(checkpoint): store it durably; one without blocks says that earlier ones no longer hold.
    before_finish(): the last chance to refuse (a fencing check); if it raises, no file is made.
    """

    def __init__(
        self,
        spec: UploadSpec,
        *,
        source: Source,
        target: Target,
        control: Control | None = None,
        limiter: RateLimiter | None = None,
        on_checkpoint: OnUploadCheckpoint = lambda checkpoint: None,
        before_finish: Callable[[], None] = lambda: None,
        fault: Fault = no_fault,
        retries: Retries | None = None,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._spec, self._source, self._target = spec, source, target
        self._control = control or Control()
        self._limiter = limiter or RateLimiter()
        self._on_checkpoint, self._before_finish, self._fault = on_checkpoint, before_finish, fault
        self._retries = retries or Retries(self._control, spec.tuning.retry, wall=wall)
        self._wall = wall
        self._restarts: Counter[str] = Counter()
        self._hashes = Hashes(())
        self._rapid = spec.rapid
        self._most: int | None = None
        self._ask = self._resend_all = self._one_stream = False
        self._session: Session | None = None
        self._reading: tuple[int, Meter] | None = None
        self._size: int | None = spec.size

    def run(self) -> UploadResult:
        """Raises `Stopped`, or another `TransferError`. What `on_checkpoint` last got is the state to resume from."""
        resume = self._spec.resume
        while True:
            try:
                return self._attempt(resume)
            except Restart as error:
                resume = self._begin_again(error)

    def _attempt(self, resume: UploadCheckpoint | None) -> UploadResult:
        self._session = None
        info = self._steadily(self._source.probe)
        state = self._resumed(resume, info)
        if state is None:
            size = self._checked(info)
            there = self._steadily(lambda: self._target.existing(size))
            if there is not None:
                verdict = Verdict("length")
                return UploadResult(there, size, verdict, skipped=True, history=self.history)
            state = self._planned(info, size)
        if not state.session:
            begun = self._begin(state)
            if begun.stored is not None:
                return self._result(info, begun.stored, state, rapid=True)
            state = self._opened(state, begun)
        elif self._ask:
            state = self._asked(state)
        in_order = self._one_stream or not info.ranges
        source = InOrder(self._source, state.blocks) if in_order else self._source
        self._session = Session(
            self._spec,
            info,
            state,
            source=source,
            target=self._target,
            control=self._control,
            retries=self._retries,
            limiter=self._limiter,
            on_checkpoint=self._on_checkpoint,
            before_finish=self._before_finish,
            fault=self._fault,
        )
        stored = self._session.run()
        return self._result(info, stored, self._session.state)

    def _steadily(self, work: Callable[[], T]) -> T:
        """Asks until there is an answer, within the bounds of the retry policy."""
        failures = 0
        while True:
            self._retries.hold()
            self._control.check()
            try:
                return abandonable(work, self._control)
            except Exception as error:
                failure = as_transfer_error(error)
                if isinstance(failure, Stopped | Restart | RapidRefused):
                    raise failure from None
                failures += 1
                self._retries.after(failure, None, failures)

    def _resumed(self, resume: UploadCheckpoint | None, info: SourceInfo) -> UploadCheckpoint | None:
        """Row F58: what was sent of another version is never continued."""
        if resume is None or not resume.blocks or resume.identity.differs_from(info.identity):
            return None
        return resume if covers([block.part for block in resume.blocks], info.identity.size) else None

    def _checked(self, info: SourceInfo) -> int:
        size = info.identity.size
        if size is None:
            raise TransferError("The source does not say how long the file is.", code="unknown_size")
        if self._spec.size not in (None, size):
            raise BadResponse(f"The source has {size} bytes, {self._spec.size} were expected.", code="size_differs")
        self._size = size
        self._target.block_size(size, self._most)
        return size

    def _planned(self, info: SourceInfo, size: int) -> UploadCheckpoint:
        step = self._target.block_size(size, self._most)
        state = UploadCheckpoint(info.identity, cut(size, step))
        self._on_checkpoint(UploadCheckpoint(info.identity))
        if isinstance(self._source, LocalFile):
            self._hashes = self._read(info, step)
            hashed = zip(state.blocks, self._hashes.blocks, strict=True)
            state = replace(state, blocks=tuple(replace(block, md5=md5) for block, md5 in hashed))
            self._on_checkpoint(state)
        return state

    def _read(self, info: SourceInfo, step: int) -> Hashes:
        size = info.identity.size or 0
        meter = Meter(time.monotonic(), 0)
        whole = self._rapid and size > RAPID_LEAST

        def on_read(position: int) -> None:
            self._control.check()
            meter.update(time.monotonic(), position)
            self._reading = (position, meter)

        try:
            return read_hashes(self._source, info, step, whole=whole, on_read=on_read)
        finally:
            self._reading = None

    def _begin(self, state: UploadCheckpoint) -> Begun:
        """Opens a session, or finds that none is needed: also one that an earlier run asked for in vain."""
        order = Order(state.size, len(state.blocks), state.md5s)
        if state.finishing:
            found = self._steadily(lambda: self._target.find(order, state.began))
            if found is not None:
                return Begun(stored=found)
        if self._rapid and self._hashes.content:
            try:
                return self._rapidly(state, order)
            except RapidRefused:
                self._rapid = False
        return self._steadily(lambda: self._target.begin(order))

    def _rapidly(self, state: UploadCheckpoint, order: Order) -> Begun:
        """This may make the file at once, so a lost answer is looked after as that of `finish` is (F02)."""
        hashed = replace(order, content_md5=self._hashes.content, slice_md5=self._hashes.slice)
        began, asked = self._wall(), False
        self._on_checkpoint(replace(state, finishing=True, began=began))
        self._before_finish()

        def ask() -> Begun:
            nonlocal asked
            found = self._target.find(order, began) if asked else None
            asked = True
            return Begun(stored=found) if found else self._target.begin(hashed)

        begun = self._steadily(ask)
        self._fault("upload_after_rapid")
        return begun

    def _opened(self, state: UploadCheckpoint, begun: Begun) -> UploadCheckpoint:
        """What the new session has already, if it was told what to expect; else nothing."""
        listed = bool(state.md5s)
        missing = set(begun.missing) if listed and not self._resend_all else set(range(len(state.blocks)))
        blocks = tuple(replace(block, sent=block.index not in missing) for block in state.blocks)
        began = state.began or self._wall()
        opened = replace(state, blocks=blocks, session=begun.session, listed=listed, began=began, finishing=False)
        self._on_checkpoint(opened)
        self._fault("upload_begun")
        return opened

    def _begin_again(self, error: Restart) -> UploadCheckpoint | None:
        """Takes note of why; what the next attempt goes on from. Raises when this happened too often."""
        self._restarts[error.code] += 1
        count = self._restarts[error.code]
        allowed = 2 if isinstance(error, PartsRefused) else self._spec.tuning.restarts
        allowed = 1 if isinstance(error, HashMismatch) else allowed
        if count > allowed:
            self._retries.note(error, None, f"gave up after {count} attempts")
            raise GaveUp(error) from error
        self._retries.note(error, None, "began a new session")
        retry = self._spec.tuning.retry
        self._control.wait(0 if count == 1 else min(retry.base * 2**count, retry.longest))
        self._control.check()
        if isinstance(error, BlockTooLarge):
            self._most = self._smaller(error)
            return None
        session = self._session
        if session is None or isinstance(error, HashMismatch | SourceChanged):
            return None
        state = session.state
        if isinstance(error, RangesRefused):
            self._one_stream = True
            return state
        if isinstance(error, PartsRefused) and count == 1 and state.listed:
            self._ask = True
            return replace(state, finishing=False)
        self._resend_all = isinstance(error, PartsRefused) and state.listed
        return replace(state, session="", finishing=False)

    def _asked(self, state: UploadCheckpoint) -> UploadCheckpoint:
        """The session lives, but lacks blocks that we thought it had: ask for which (wire/baidu-netdisk.md §3.8)."""
        self._ask = False
        order = Order(state.size, len(state.blocks), state.md5s, session=state.session)
        return self._opened(state, self._steadily(lambda: self._target.begin(order)))

    def _smaller(self, error: BlockTooLarge) -> int:
        session = self._session
        step = session.state.blocks[0].stop if session else 0
        if session is None or self._target.block_size(session.state.size, step // 2) >= step:
            raise GaveUp(error) from error
        return step // 2

    def _result(
        self, info: SourceInfo, stored: Stored, state: UploadCheckpoint, *, rapid: bool = False
    ) -> UploadResult:
        """Of a file that was hashed beforehand the target has just these bytes; of a stream only if its md5 is known."""
        known = self._spec.md5 or info.digests.get("md5", "")
        proved = isinstance(self._source, LocalFile) or (bool(known) and len(state.blocks) == 1)
        verdict = Verdict("md5" if proved else "length")
        return UploadResult(stored, state.size, verdict, rapid, suggested_name=info.name, history=self.history)

    @property
    def history(self) -> tuple[Attempt, ...]:
        """The diary of failures and what was done about them, oldest first."""
        return self._retries.history

    def snapshot(self) -> Snapshot:
        """Cheap; may be called from any thread, at any time. While hashes are read, `written` is 0."""
        session, reading = self._session, self._reading
        if session is not None:
            return session.snapshot()
        if reading is not None:
            position, meter = reading
            return Snapshot(Phase.HASHING, self._size, hashed=position, speed=meter.speed, retries=self._retries.count)
        return Snapshot(Phase.PROBING, self._size, retries=self._retries.count)


def cut(size: int, step: int) -> tuple[BlockState, ...]:
    return tuple(BlockState(i, start, min(start + step, size)) for i, start in enumerate(range(0, size, step)))
