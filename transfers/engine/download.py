"""A download from a link to a local file that survives what networks, servers, disks and processes do.

>>> Download(DownloadSpec(path), resolve=..., open_stream=...).run()
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import TypeVar

from .control import Control
from .errors import (
    BadResponse,
    CannotResume,
    GaveUp,
    HashMismatch,
    RangesRefused,
    Restart,
    Stopped,
    as_transfer_error,
)
from .files import Fault, PartFile, disk_errors, no_fault, sync_directory
from .http_source import HttpSource
from .plan import PartState, covers, one_part, plan_parts
from .progress import Phase, Snapshot
from .protocols import Checkpoint, OpenStream, Resolve, Source, SourceInfo
from .ratelimit import RateLimiter
from .retry import Attempt, Retries
from .session import OnCheckpoint, Session
from .spec import DownloadSpec, Result

T = TypeVar("T")


class Download:
    """`run` once. `on_checkpoint` and `before_publish` are called on the thread of `run`; `resolve` and
    `open_stream` on others.

    on_checkpoint(checkpoint): store it durably; an empty one says that earlier ones no longer hold.
    before_publish(): the last chance to refuse (a fencing check); if it raises, nothing gets the final name.
    """

    def __init__(
        self,
        spec: DownloadSpec,
        *,
        resolve: Resolve,
        open_stream: OpenStream,
        control: Control | None = None,
        limiter: RateLimiter | None = None,
        on_checkpoint: OnCheckpoint = lambda checkpoint: None,
        before_publish: Callable[[], None] = lambda: None,
        fault: Fault = no_fault,
        retries: Retries | None = None,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._spec = spec
        self._control = control or Control()
        self._limiter = limiter or RateLimiter()
        self._on_checkpoint, self._before_publish, self._fault = on_checkpoint, before_publish, fault
        self._retries = retries or Retries(self._control, spec.tuning.retry, wall=wall)
        self._source: Source = HttpSource(resolve, open_stream, wall=wall)
        self._one_stream = False
        self._restarts: Counter[str] = Counter()
        self._session: Session | None = None

    def run(self) -> Result:
        """Raises `Stopped`, `DiskFull`, or another `TransferError`.

        What `on_checkpoint` last got is then the state to resume from.
        """
        resume = self._spec.resume
        published = self._already_published(resume)
        if published is not None:
            return published
        while True:
            try:
                return self._attempt(resume)
            except Restart as error:
                self._begin_again(error)
                resume = None

    def _attempt(self, resume: Checkpoint | None) -> Result:
        self._session = None
        info = self._probe()
        file, parts = self._prepare(info, resume)
        self._session = session = Session(
            self._spec,
            info,
            file,
            parts,
            source=self._source,
            control=self._control,
            retries=self._retries,
            limiter=self._limiter,
            on_checkpoint=self._on_checkpoint,
            before_publish=self._before_publish,
            fault=self._fault,
        )
        verdict = session.run()
        return Result(self._spec.path, session.size, verdict, info.identity, info.name, self.history)

    def _probe(self) -> SourceInfo:
        """Asks the source about the file until it answers, within the bounds of the retry policy."""
        failures = 0
        while True:
            self._retries.hold()
            self._control.check()
            try:
                return self._checked(abandonable(self._source.probe, self._control))
            except Exception as error:
                failure = as_transfer_error(error)
                if isinstance(failure, Stopped):
                    raise failure from None
                failures += 1
                self._retries.after(failure, None, failures)

    def _checked(self, info: SourceInfo) -> SourceInfo:
        size = info.identity.size
        if self._spec.size is not None and size is not None and size != self._spec.size:
            raise BadResponse(f"The source has {size} bytes, {self._spec.size} were expected.", code="size_differs")
        if self._one_stream:
            return SourceInfo(info.identity, False, info.name, info.digests)
        return info

    def _prepare(self, info: SourceInfo, resume: Checkpoint | None) -> tuple[PartFile, tuple[PartState, ...]]:
        size, path, tuning = info.identity.size, self._spec.temporary, self._spec.tuning
        if resume is not None and resumable(resume, info):
            file = PartFile.reopen(path, size, self._fault)
            if file is not None:
                return file, resume.parts
        self._control.check()
        self._on_checkpoint(Checkpoint(info.identity))
        parts = plan_parts(size, tuning.smallest_part, tuning.largest_part) if info.ranges else one_part(size)
        return PartFile.create(path, size, self._fault), parts

    def _begin_again(self, error: Restart) -> None:
        """Takes note of why, and waits where waiting may help; raises when this happened too often."""
        self._restarts[error.code] += 1
        restarts = self._restarts[error.code]
        if restarts > (1 if isinstance(error, HashMismatch) else self._spec.tuning.restarts):
            self._retries.note(error, None, f"gave up after {restarts} attempts")
            raise GaveUp(error) from error
        if isinstance(error, RangesRefused):
            self._one_stream = True
        if isinstance(error, CannotResume):
            self._retries.after(error, None, restarts)
        else:
            self._retries.note(error, None, "began again from zero")
        self._control.check()

    def _already_published(self, resume: Checkpoint | None) -> Result | None:
        """An earlier run may have died between the rename and the caller's knowing of it."""
        path = self._spec.path
        if resume is None or resume.verdict is None or resume.verdict.sha256 is None:
            return None
        size = sum(part.done for part in resume.parts)
        if self._spec.temporary.exists() or not path.is_file() or path.stat().st_size != size:
            return None
        with disk_errors(), path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != resume.verdict.sha256:
                return None
            sync_directory(path.parent)
        return Result(path, size, resume.verdict, resume.identity)

    @property
    def history(self) -> tuple[Attempt, ...]:
        """The diary of failures and what was done about them, oldest first."""
        return self._retries.history

    def snapshot(self) -> Snapshot:
        """Cheap; may be called from any thread, at any time."""
        session = self._session
        if session is None:
            return Snapshot(Phase.PROBING, retries=self._retries.count)
        return session.snapshot()


def resumable(checkpoint: Checkpoint, info: SourceInfo) -> bool:
    """Whether what is on disk is a piece of what the source has now, and the rest can be asked for."""
    parts = checkpoint.parts
    if not parts or checkpoint.identity.differs_from(info.identity) or not covers(parts, info.identity.size):
        return False
    return info.ranges or all(part.finished for part in parts)


def abandonable(work: Callable[[], T], control: Control) -> T:
    """Runs blocking work that cannot be interrupted.

    On a stop request it is left behind and `Stopped` is raised.
    """
    outcome: list[tuple[T | None, Exception | None]] = []
    ended = threading.Event()

    def call() -> None:
        try:
            outcome.append((work(), None))
        except Exception as error:
            outcome.append((None, error))
        ended.set()

    unsubscribe = control.subscribe(ended.set)
    threading.Thread(target=call, name="transfer-probe", daemon=True).start()
    ended.wait()
    unsubscribe()
    control.check()
    value, error = outcome[0]
    if error is not None:
        raise error
    return value  # type: ignore[return-value]
