"""The thread of `run`: it watches the one that works, reports how far it is, and stops it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from transfers.engine.control import Control
from transfers.engine.errors import Stopped
from transfers.engine.files import Fault
from transfers.engine.progress import Meter

from ..tuning import MIB
from .ranged import Ranged
from .spec import SENT, SmartCheckpoint
from .way import Halt, Progress

T = TypeVar("T")
OnCheckpoint = Callable[[SmartCheckpoint], None]
TICK = 0.25
LEAVE_SECONDS = 3.0
"""How long a worker that was told to stop is waited for; one stuck in the network is left behind."""
CHECKPOINT_BYTES = 64 * MIB
CHECKPOINT_SPACING = 1.0
CHECKPOINT_SECONDS = 5.0


class Keeper:
    """Keeps the state of one attempt. All but the work itself happens on the thread of `run`."""

    def __init__(
        self,
        state: SmartCheckpoint,
        reader: Ranged,
        halt: Halt,
        *,
        control: Control,
        on_checkpoint: OnCheckpoint,
        fault: Fault,
    ) -> None:
        self.state, self.reader, self.halt, self.progress = state, reader, halt, Progress()
        self._control, self._on_checkpoint, self._fault = control, on_checkpoint, fault
        self._saved_at = time.monotonic()
        self.meter = Meter(self._saved_at, 0)
        self.working = False

    def attend(self, work: Callable[[], T]) -> T:
        """Runs `work` on a thread of its own; raises what it raises, and `Stopped` soon after a stop was asked for."""
        outcome: list[tuple[T | None, BaseException | None]] = []
        news = self.progress.news

        def run() -> None:
            try:
                outcome.append((work(), None))
            except BaseException as error:
                outcome.append((None, error))
            news.set()

        thread = threading.Thread(target=run, name="transfer-cloud", daemon=True)
        unsubscribe = self._control.subscribe(news.set)
        self.working = True
        thread.start()
        try:
            while not outcome:
                news.wait(TICK)
                news.clear()
                self._tick()
        except BaseException:
            self.halt.end()
            self.reader.interrupt()
            thread.join(LEAVE_SECONDS)
            raise
        finally:
            self.working = False
            unsubscribe()
        self._tick()
        value, error = outcome[0]
        if error is not None:
            raise error
        return value  # type: ignore[return-value]

    def _tick(self) -> None:
        now, progress = time.monotonic(), self.progress
        self._control.check()
        self.reader.watch(now)
        self.meter.update(now, progress.in_cloud if self.state.phase == SENT else progress.sent)
        if self.state.phase != SENT and self._due(now):
            self.checkpoint()

    def _due(self, now: float) -> bool:
        state, progress = self.state, self.progress
        if (state.upload_id, state.handle) != (progress.upload_id, progress.handle):
            return True
        fresh, age = progress.done - state.done, now - self._saved_at
        return fresh != 0 and age >= (CHECKPOINT_SPACING if abs(fresh) >= CHECKPOINT_BYTES else CHECKPOINT_SECONDS)

    def begin(self, progress: Progress) -> None:
        """Another way begins, or the rest of one."""
        self.progress = progress
        self.meter = Meter(time.monotonic(), progress.sent)

    def checkpoint(self, **changes: Any) -> None:
        """Reports how far it is now, with some changes to the state."""
        progress = self.progress
        now = {"upload_id": progress.upload_id, "handle": progress.handle, "done": progress.done}
        self.store(replace(self.state, **{**now, **changes}))

    def store(self, state: SmartCheckpoint) -> None:
        if not self._control.lease_valid():
            raise Stopped("lease_lost")
        self._fault("smart_before_checkpoint")
        self._on_checkpoint(state)
        self._fault("smart_after_checkpoint")
        self.state, self._saved_at = state, time.monotonic()
