"""One session at the target: the blocks that it lacks are sent, each confirmed one is reported, then the file is made."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from ..control import Control
from ..download import abandonable
from ..errors import BadResponse, HashMismatch, Restart, Stopped, as_transfer_error
from ..files import Fault
from ..progress import Meter, Phase, Snapshot
from ..protocols import Source, SourceInfo
from ..ratelimit import RateLimiter
from ..retry import Retries
from .crew import Board, Crew, Shared
from .spec import UploadCheckpoint, UploadSpec
from .target import Order, Stored, Target

OnUploadCheckpoint = Callable[[UploadCheckpoint], None]


class Session:
    """Callbacks run on the thread that calls `run`."""

    def __init__(
        self,
        spec: UploadSpec,
        info: SourceInfo,
        state: UploadCheckpoint,
        *,
        source: Source,
        target: Target,
        control: Control,
        retries: Retries,
        limiter: RateLimiter,
        on_checkpoint: OnUploadCheckpoint,
        before_finish: Callable[[], None],
        fault: Fault,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._spec, self._info, self._state, self._target = spec, info, state, target
        self._control, self._retries, self._fault, self._monotonic = control, retries, fault, monotonic
        self._on_checkpoint, self._before_finish = on_checkpoint, before_finish
        parallel = min(spec.parallel, max(1, sum(not block.sent for block in state.blocks)))
        self._board = Board(state.blocks, ahead=parallel)
        shared = Shared(source, info, target, state.session, self._board, control, retries, limiter, spec.tuning, fault)
        self._crew = Crew(shared, parallel)
        self._now = monotonic()
        self._meter = Meter(self._now, self._board.sent)
        self._phase = Phase.UPLOADING

    def run(self) -> Stored:
        """The file at the target, or raises. What the target has confirmed is checkpointed in any case."""
        unsubscribe = self._control.subscribe(self._crew.interrupt)
        try:
            if not self._state.finishing:
                self._send()
            return self._finish()
        except BaseException as error:
            self._keep_what_is_there(error)
            raise
        finally:
            unsubscribe()
            self._crew.interrupt()

    @property
    def state(self) -> UploadCheckpoint:
        """What the target has, checkpointed or not."""
        return replace(self._state, blocks=self._board.states())

    def _send(self) -> None:
        self._crew.start()
        while not self._board.complete:
            self._board.wait(self._spec.tuning.tick)
            self._tick()
            if self._board.unsaved:
                self._checkpoint()
        expected = self._spec.md5 or self._info.digests.get("md5", "")
        if expected and len(self._state.blocks) == 1 and self._state.blocks[0].md5 != expected:
            raise HashMismatch("The md5 of the file is not what was announced.")

    def _tick(self) -> None:
        now = self._monotonic()
        elapsed, self._now = now - self._now, now
        self._control.check()
        self._crew.check()
        self._crew.watch(elapsed)
        self._meter.update(now, self._board.sent + self._crew.moved)

    def _checkpoint(self, *, finishing: bool = False) -> None:
        """A confirmed block is stored before the next look, so that no restart sends it again (F02)."""
        left = self._board.left
        self._state = replace(self._state, blocks=self._board.states(), finishing=finishing)
        if not self._control.lease_valid():
            raise Stopped("lease_lost")
        self._fault("upload_before_checkpoint")
        self._on_checkpoint(self._state)
        self._fault("upload_after_checkpoint")
        self._board.saved(left)

    def _keep_what_is_there(self, error: BaseException) -> None:
        self._board.halt()
        unwanted = isinstance(error, Restart) or getattr(error, "reason", None) in ("cancel", "lease_lost")
        if isinstance(error, Exception) and not unwanted and self._board.unsaved:
            with contextlib.suppress(Exception):
                self._checkpoint()

    def _finish(self) -> Stored:
        """Makes the file. An answer that was lost may have been a yes: then one looks before one asks again."""
        self._phase = Phase.FINISHING
        failures, unsure = 0, self._state.finishing
        if not unsure:
            self._checkpoint(finishing=True)
        state = self._state
        order = Order(state.size, len(state.blocks), state.md5s, session=state.session)
        while True:
            self._before_finish()
            try:
                return self._checked(abandonable(partial(self._make, order, look=unsure), self._control))
            except Exception as error:
                failure = as_transfer_error(error)
                if isinstance(failure, Restart | Stopped):
                    raise failure from None
                failures, unsure = failures + 1, True
                self._retries.after(failure, None, failures)

    def _make(self, order: Order, *, look: bool) -> Stored:
        if look and (found := self._target.find(order, self._state.began)):
            return found
        self._fault("upload_before_finish")
        stored = self._target.finish(order)
        self._fault("upload_after_finish")
        return stored

    def _checked(self, stored: Stored) -> Stored:
        if stored.size != self._state.size:
            raise BadResponse(f"The target has {stored.size} bytes of {self._state.size}.", code="size_differs")
        self._phase = Phase.DONE
        return stored

    def snapshot(self) -> Snapshot:
        states = self._board.states()
        return Snapshot(
            phase=self._phase,
            size=self._state.size,
            written=min(self._state.size, self._board.sent + self._crew.moved),
            durable=self._board.sent,
            speed=self._meter.speed,
            connections=self._crew.active,
            retries=self._retries.count,
            parts=tuple(block.part for block in states),
        )
