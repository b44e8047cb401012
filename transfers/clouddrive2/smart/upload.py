"""A file on its way to CloudDrive2 by the best way that works: first sent, then stored (wire/clouddrive2.md §4)."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, TypeVar

from transfers.engine.control import Control
from transfers.engine.download import abandonable
from transfers.engine.errors import GaveUp, HashMismatch, Restart, Stopped, TransferError, as_transfer_error
from transfers.engine.files import Fault
from transfers.engine.progress import Phase, Snapshot
from transfers.engine.protocols import Identity, Source, SourceInfo
from transfers.engine.ratelimit import RateLimiter
from transfers.engine.retry import Attempt, Retries
from transfers.engine.upload import LocalFile

from ..client import CloudDrive
from ..dav import DavUploads
from ..errors import CloudDriveError
from ..paths import split
from ..remote import RemoteUploads
from ..stored import Expected, Stored
from .failures import VERDICTS, NoWay, Refused, as_failure, patient
from .keeper import Keeper, OnCheckpoint
from .mount_way import LocalMounts
from .plan import folder_of, offered, settled
from .ranged import LocalRanged, Ranged, StreamRanged
from .sending import Sender, Tools
from .spec import SENDING, SENT, SmartCheckpoint, SmartResult, SmartSpec, Tried
from .way import Halt, Progress

T = TypeVar("T")
RESTARTS = 2
TAKE_BACK_SECONDS = 10.0
"""How long a cancelled upload is busy with taking back what is at the server."""


class SentInVain(Exception):
    """An upload that was only waited for has to be sent after all."""


class SmartUpload:
    """`run` once. `on_checkpoint`, `before_finish` and `fault` are called on the thread of `run`.

    `uploads` is None where this process may not have the device's channel, `why_no_remote` says why. `web` makes a client
    over gRPC-Web, which is closed here. on_checkpoint(checkpoint): store it durably. before_finish(): a fencing check
    before anything is changed at the server, and before the result; what it raises ends the upload.
    """

    def __init__(
        self,
        spec: SmartSpec,
        *,
        source: Source,
        drive: CloudDrive,
        uploads: RemoteUploads | None,
        why_no_remote: str = "",
        web: Callable[[], CloudDrive] | None = None,
        dav: DavUploads | None = None,
        mounts: LocalMounts | Sequence[str] = (),
        control: Control | None = None,
        limiter: RateLimiter | None = None,
        on_checkpoint: OnCheckpoint = lambda checkpoint: None,
        before_finish: Callable[[], None] = lambda: None,
        fault: Fault = lambda name: None,
        retries: Retries | None = None,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._spec, self._source, self._drive = spec, source, drive
        self._uploads, self._why_no_remote, self._make_web, self._dav = uploads, why_no_remote, web, dav
        self._mounts = mounts if isinstance(mounts, LocalMounts) else LocalMounts(mounts)
        self._control, self._limiter = control or Control(), limiter or RateLimiter()
        self._on_checkpoint, self._before_finish, self._fault = on_checkpoint, before_finish, fault
        self._retries = retries or Retries(self._control, spec.retry, wall=wall)
        self._web: CloudDrive | None = None
        self._no_native = ""
        self._keeper: Keeper | None = None
        self._sender: Sender | None = None
        self._known = {name: value.lower() for name, value in spec.hashes.items() if value}
        self._offered: set[str] = set()
        self._done = False

    # -- the whole way

    def run(self) -> SmartResult:
        """The stored file. Raises `Stopped`, or another `TransferError`; what `on_checkpoint` last got is to resume from."""
        restarts: Counter[str] = Counter()
        resume = self._spec.resume
        try:
            while True:
                try:
                    return self._attempt(resume)
                except SentInVain:
                    pass
                except Restart as error:
                    self._begin_again(error, restarts)
                resume = self._keeper.state if self._keeper else None
        except CloudDriveError as error:
            raise as_failure(error) from error
        finally:
            self._close_web()

    def _attempt(self, resume: SmartCheckpoint | None) -> SmartResult:
        waiting = resume is not None and resume.phase == SENT
        info = None if waiting else self._steadily(self._source.probe)
        self._steadily(self._steer)
        state = self._planned(info, resume) if info else resume
        if isinstance(state, SmartResult):
            return state
        assert state is not None
        halt = Halt(self._control)
        reader = self._reader(info, state.size, halt)
        try:
            keeper = self._keeper = Keeper(
                state, reader, halt, control=self._control, on_checkpoint=self._on_checkpoint, fault=self._fault
            )
            self._sender = self._new_sender(keeper)
            return self._carry_through(keeper, resume)
        except BaseException as error:
            halt.end()
            self._keep_what_is_there(error)
            raise
        finally:
            reader.close()

    def _carry_through(self, keeper: Keeper, resume: SmartCheckpoint | None) -> SmartResult:
        assert self._sender is not None
        state = keeper.state
        if state is not resume:
            if resume is not None:
                self._take_back(resume)
            keeper.store(state)
        keeper.begin(Progress(state.done, state.upload_id, state.handle))
        while True:
            self._sender.send()
            try:
                return self._result(keeper, self._stored(keeper))
            except Refused as no:
                self._sender.refuse(no)
                if resume is not None and resume.phase == SENT:
                    raise SentInVain from no

    def _begin_again(self, error: Restart, restarts: Counter[str]) -> None:
        """The source is another one than that which was begun, or did not read true."""
        restarts[error.code] += 1
        if restarts[error.code] > (1 if isinstance(error, HashMismatch) else RESTARTS):
            self._retries.note(error, None, f"gave up after {restarts[error.code]} attempts")
            raise GaveUp(error) from error
        self._retries.note(error, None, "began again from zero")
        if self._keeper:
            self._take_back(self._keeper.state)
            self._keeper.store(_anew(self._keeper.state, self._keeper.state.size, self._keeper.state.identity))

    def _keep_what_is_there(self, error: BaseException) -> None:
        """A last checkpoint, or after a cancellation nothing that would be left at the server."""
        keeper, reason = self._keeper, getattr(error, "reason", "")
        if keeper is None or not isinstance(error, Exception) or isinstance(error, Restart) or reason == "lease_lost":
            return
        if reason == "cancel":
            self._take_back(keeper.state)
        elif keeper.state.phase == SENDING and keeper.state.way:
            with contextlib.suppress(Exception):
                keeper.checkpoint()

    # -- before the first byte

    def _steadily(self, work: Callable[[], T]) -> T:
        """Asks until there is an answer, within the bounds of the retry policy."""
        failures = 0
        while True:
            self._retries.hold()
            self._control.check()
            try:
                return abandonable(work, self._control)
            except CloudDriveError as error:
                failure = as_failure(error)
            except Exception as error:
                failure = as_transfer_error(error)
                if isinstance(failure, Stopped | Restart):
                    raise failure from None
            failures += 1
            self._retries.after(failure, None, failures)

    def _steer(self) -> None:
        """Finds out whether the server is there at all; over gRPC-Web where nothing else gets through to it."""
        try:
            self._drive.system_info()
        except CloudDriveError as error:
            if self._make_web is None or "web" not in self._spec.ways:
                raise
            try:
                self._over_web().system_info()
            except CloudDriveError:
                raise error from None
            self._drive, self._no_native = self._over_web(), error.sentence

    def _over_web(self) -> CloudDrive:
        if self._web is None:
            if self._make_web is None:
                raise NoWay("No client for gRPC-Web is set up.", code="clouddrive_no_web")
            self._web = self._make_web()
        return self._web

    def _close_web(self) -> None:
        if self._web is not None:
            self._web.close()

    def _planned(self, info: SourceInfo, resume: SmartCheckpoint | None) -> SmartCheckpoint | SmartResult:
        size = info.identity.size
        if size is None:
            raise TransferError("The source does not say how long the file is.", code="unknown_size")
        self._known = {**{name: value.lower() for name, value in info.digests.items()}, **self._known}
        folder = self._steadily(lambda: folder_of(self._drive, resume.path if resume else self._spec.path))
        tells = offered(folder.cloud)
        self._offered = set() if tells in self._known else {tells, *self._known} & {"md5", "sha1", "pikpak"}
        identity = asdict(info.identity)
        if resume is not None:
            before = Identity(**resume.identity) if resume.identity else info.identity
            same = resume.size == size and not before.differs_from(info.identity)
            return resume if same else _anew(resume, size, identity)
        return self._steadily(lambda: settled(self._drive, self._spec, size, identity, self._known))

    def _reader(self, info: SourceInfo | None, size: int, halt: Halt) -> Ranged:
        """Nothing is read of a source that was sent already."""
        if info is None:
            return Ranged(SourceInfo(Identity(size)), stop=halt, limiter=self._limiter, stopping=halt.stopping)
        if isinstance(self._source, LocalFile):
            return LocalRanged(self._source, info, stop=halt, limiter=self._limiter, stopping=halt.stopping)
        return StreamRanged(self._source, info, self._retries, stop=halt, limiter=self._limiter, stopping=halt.stopping)

    def _tools(self) -> Tools:
        return Tools(
            self._drive,
            self._no_native,
            self._uploads,
            self._why_no_remote,
            self._over_web,
            self._dav,
            self._mounts,
        )

    def _new_sender(self, keeper: Keeper) -> Sender:
        return Sender(
            self._spec,
            self._tools(),
            keeper,
            known=self._known,
            offered=self._offered,
            control=self._control,
            retries=self._retries,
            before_finish=self._before_finish,
            fault=self._fault,
        )

    # -- after the last byte

    def _stored(self, keeper: Keeper) -> Stored:
        """Phase 2: waits until the cloud has it. A crash here only waits again."""
        state = keeper.state
        remote = state.way == "remote"
        hashes = {**self._known, **state.hashes}
        key = state.upload_id if remote else ""
        expected = Expected(state.path, state.size, hashes, key, frozenset(state.before), ended=remote)
        failures = 0
        while True:
            self._retries.hold()
            try:
                return keeper.attend(
                    lambda: self._drive.wait_stored(
                        expected, stop=keeper.halt, on_change=self._arriving, wait=self._control.wait
                    )
                )
            except CloudDriveError as error:
                self._not_stored(keeper, error)
                failures += 1
                self._retries.after(as_failure(error), None, failures)

    def _arriving(self, in_cloud: int) -> None:
        if self._keeper:
            self._keeper.progress.in_cloud = in_cloud

    def _not_stored(self, keeper: Keeper, error: CloudDriveError) -> None:
        """Returns when it is worth looking again. "Skipped" may mean that the server has it, or that it will not."""
        state = keeper.state
        if error.code in VERDICTS:
            if state.how == "skipped" and state.rapid:
                why = f"The server skipped the upload without having the file. {error.sentence}"
                raise Refused(Tried(state.way, "clouddrive_skipped", why), error)
            assert self._sender is not None
            self._sender.forget()
        if not patient(error):
            raise as_failure(error) from error

    def _result(self, keeper: Keeper, stored: Stored) -> SmartResult:
        state = keeper.state
        self._before_finish()
        self._fault("smart_before_done")
        self._done = True
        return SmartResult(
            stored.entry.path, state.size, state.way, state.tried, stored.how, stored.hashed, rapid=state.rapid
        )

    def discard(self) -> None:
        """Instead of `run`, for an upload that was cancelled while it waited: takes back what an earlier run has left at
        the server, as far as that goes within a few seconds.
        """
        resume = self._spec.resume
        if resume is None or not resume.way:
            return
        halt = Halt(self._control)
        reader = self._reader(None, resume.size, halt)
        self._keeper = Keeper(
            resume, reader, halt, control=self._control, on_checkpoint=self._on_checkpoint, fault=self._fault
        )
        self._take_back(resume)
        self._close_web()

    def _take_back(self, state: SmartCheckpoint) -> None:
        """On a thread of its own, as nobody who cancels wants to wait for a server that is away."""
        if not state.way or self._keeper is None:
            return
        thread = threading.Thread(target=self._taking_back, args=[state, self._keeper], daemon=True)
        thread.start()
        thread.join(TAKE_BACK_SECONDS)

    def _taking_back(self, state: SmartCheckpoint, keeper: Keeper) -> None:
        with contextlib.suppress(CloudDriveError, TransferError, OSError):
            if state.phase == SENT:
                self._cancel_storing(state)
                return
            progress = keeper.progress if keeper.state.way == state.way else Progress()
            if not (progress.upload_id or progress.handle or progress.done):
                progress = Progress(state.done, state.upload_id, state.handle)
            self._tools().make(state.way, keeper, progress, {}, sequential=True).discard()

    def _cancel_storing(self, state: SmartCheckpoint) -> None:
        mine = [
            task.key
            for task in self._drive.uploads(split(state.path)[1])
            if task.path == state.path and not task.ended and task.key not in state.before
        ]
        if mine:
            self._drive.cancel_uploads(mine)
        self._drive.drop_file(state.path)

    # -- from any thread

    @property
    def history(self) -> Sequence[Attempt]:
        """The diary of failures and what was done about them, oldest first."""
        return self._retries.history

    def snapshot(self) -> Snapshot:
        """Cheap. `written` bytes have gone; `durable` are confirmed, while storing they have arrived in the cloud."""
        keeper = self._keeper
        if keeper is None:
            return Snapshot(Phase.PROBING, retries=self._retries.count)
        state, progress = keeper.state, keeper.progress
        storing = state.phase == SENT
        phase = Phase.STORING if storing else Phase.UPLOADING if state.way else Phase.PROBING
        if phase is Phase.UPLOADING and progress.hashed and not progress.sent:
            phase = Phase.HASHING
        return Snapshot(
            phase=Phase.DONE if self._done else phase,
            size=state.size,
            written=state.size if storing else min(state.size, progress.sent),
            durable=progress.in_cloud if storing else progress.done,
            hashed=progress.hashed,
            speed=keeper.meter.speed,
            connections=int(keeper.working),
            retries=self._retries.count,
        )


def _anew(state: SmartCheckpoint, size: int, identity: Mapping[str, Any]) -> SmartCheckpoint:
    """The same place for other bytes; what was begun there is replaced."""
    return SmartCheckpoint(state.path, size, identity, replace=state.replace or bool(state.way))
