"""One attempt at a file: one version at the source, one plan, one inode."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping

from .control import Control
from .crew import Crew, Shared
from .errors import BadResponse, HashMismatch, Restart, Stopped
from .files import Fault, PartFile
from .hashing import FrontierHasher
from .plan import Board, PartState
from .progress import Meter, Phase, Snapshot
from .protocols import Checkpoint, Source, SourceInfo, Verdict
from .ratelimit import RateLimiter
from .retry import Retries
from .spec import DownloadSpec

OnCheckpoint = Callable[[Checkpoint], None]
STRENGTH = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")


class Session:
    """Fetches, checks and publishes. Callbacks run on the thread that calls `run`."""

    def __init__(
        self,
        spec: DownloadSpec,
        info: SourceInfo,
        file: PartFile,
        parts: tuple[PartState, ...],
        *,
        source: Source,
        control: Control,
        retries: Retries,
        limiter: RateLimiter,
        on_checkpoint: OnCheckpoint,
        before_publish: Callable[[], None],
        fault: Fault,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._spec, self._info, self._file = spec, info, file
        self._control, self._fault, self._monotonic = control, fault, monotonic
        self._on_checkpoint, self._before_publish = on_checkpoint, before_publish
        self._expected = {**info.digests, **{name: text.lower() for name, text in spec.expected.items()}}
        self._board = Board(parts)
        self._shared = Shared(source, info, file, self._board, control, retries, limiter, spec.tuning.stall)
        algorithms = {*self._expected, *(["sha256"] if spec.sha256 else [])}
        self._hasher = FrontierHasher(self._board, file.read_into, algorithms)
        self._crew = Crew(self._shared, min(spec.connections, max(1, len(parts))))
        self._durable = self._board.written
        self._now = self._checkpointed_at = monotonic()
        self._meter = Meter(self._now, self._board.written)
        self._phase = Phase.DOWNLOADING

    def run(self) -> Verdict:
        """Leaves the file under its final name, or raises.

        Whatever happens, what was written is checkpointed if that still makes sense.
        """
        unsubscribe = self._control.subscribe(self._crew.interrupt)
        try:
            self._hasher.start()
            self._crew.start()
            self._download()
            return self._finish()
        except BaseException as error:
            self._crew.halt()
            self._keep_what_is_there(error)
            raise
        finally:
            unsubscribe()
            self._crew.halt()
            with contextlib.suppress(Exception):
                self._hasher.join()
            self._file.close()

    def _download(self) -> None:
        while not self._board.complete:
            self._board.wait_crew(self._spec.tuning.tick)
            self._tick()
            if self._checkpoint_due():
                self._checkpoint()
        self._phase = Phase.VERIFYING
        while self._hasher.running:
            self._hasher.join(self._spec.tuning.tick)
            self._tick()
        self._hasher.join()

    def _tick(self) -> None:
        now = self._monotonic()
        elapsed, self._now = now - self._now, now
        self._control.check()
        self._crew.check()
        self._crew.watch(elapsed)
        if self._hasher.error is not None:
            raise self._hasher.error
        self._meter.update(now, self._board.written)

    def _checkpoint_due(self) -> bool:
        tuning, fresh = self._spec.tuning, self._board.written - self._durable
        age = self._now - self._checkpointed_at
        if fresh >= tuning.checkpoint_bytes:
            return age >= tuning.checkpoint_spacing
        return fresh > 0 and age >= tuning.checkpoint_seconds

    def _checkpoint(self, verdict: Verdict | None = None) -> None:
        """What was written before the flush is on disk after it; only that is reported."""
        parts = self._board.states()
        self._file.sync()
        if not self._control.lease_valid():
            raise Stopped("lease_lost")
        self._on_checkpoint(Checkpoint(self._info.identity, parts, verdict))
        self._fault("after_checkpoint")
        self._durable = sum(part.done for part in parts)
        self._checkpointed_at = self._now

    def _keep_what_is_there(self, error: BaseException) -> None:
        """A last checkpoint; not after a cancellation, for a restart, or without the lease."""
        unwanted = isinstance(error, Restart) or getattr(error, "reason", None) in ("cancel", "lease_lost")
        if isinstance(error, Exception) and not unwanted and self._board.written > self._durable:
            with contextlib.suppress(Exception):
                self._checkpoint()

    def _finish(self) -> Verdict:
        size = self._info.identity.size if self._spec.size is None else self._spec.size
        if size is not None and size != self._board.written:
            raise BadResponse(f"{self._board.written} bytes came, {size} were expected.", code="size_differs")
        verdict = judge(self._hasher.digests(), self._expected, size)
        self._phase = Phase.PUBLISHING
        self._file.seal(self._board.written)
        self._checkpoint(verdict)
        self._before_publish()
        self._control.check()
        self._file.publish(self._spec.path)
        self._phase = Phase.DONE
        return verdict

    @property
    def size(self) -> int:
        return self._board.written

    def snapshot(self) -> Snapshot:
        return Snapshot(
            phase=self._phase,
            size=self._info.identity.size,
            written=self._board.written,
            durable=self._durable,
            hashed=self._hasher.hashed,
            speed=self._meter.speed,
            connections=self._crew.active,
            retries=self._shared.retries.count,
            parts=self._board.states(),
        )


def judge(digests: Mapping[str, str], expected: Mapping[str, str], size: int | None) -> Verdict:
    """Compares what was computed with what is known; raises `HashMismatch`. The strongest hash that matched
    names the verdict.
    """
    for name, wanted in expected.items():
        if digests[name] != wanted:
            raise HashMismatch(f"The {name} of the file is not what was announced.")
    sha256 = digests.get("sha256")
    if not expected:
        return Verdict("none" if size is None else "length", sha256)
    strongest = max(expected, key=lambda name: STRENGTH.index(name) if name in STRENGTH else len(STRENGTH))
    return Verdict(strongest, sha256)
