"""Phase 1, sent: the ways in their order, each with the patience of the engine, until one has brought all bytes over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from transfers.engine.control import Control
from transfers.engine.errors import HashMismatch
from transfers.engine.files import Fault
from transfers.engine.retry import Retries

from ..client import CloudDrive
from ..dav import DavUploads
from ..errors import CloudDriveError, Kind
from ..paths import split
from ..remote import RemoteUploads
from .failures import LOST, VERDICTS, NoWay, Refused, as_failure, no_way_left, patient, refused
from .keeper import Keeper
from .mount_way import LocalMounts, MountWay
from .remote_way import RemoteWay
from .spec import SENDING, SENT, SmartCheckpoint, SmartSpec, Tried
from .way import Progress, Way
from .write_way import DavWay, DirectWay, WebWay


@dataclass(frozen=True)
class Tools:
    """What there is to send with. `no_native` says why native gRPC does not get through, "" when it does."""

    drive: CloudDrive
    no_native: str
    uploads: RemoteUploads | None
    why_no_remote: str
    over_web: Callable[[], CloudDrive]
    dav: DavUploads | None
    mounts: LocalMounts

    def make(self, name: str, keeper: Keeper, progress: Progress, known: Mapping[str, str], *, sequential: bool) -> Way:
        """The way of that name; raises when it is known beforehand that it is not open."""
        state = keeper.state
        drive = self.over_web() if name == "web" else self.drive
        given = (drive, state.path, keeper.reader, progress, keeper.halt)
        begun: dict[str, Any] = {"begun": state.way == name and progress.done > 0}
        if self.no_native and name in ("remote", "direct"):
            raise NoWay(f"Native gRPC does not get through: {self.no_native}", code="clouddrive_no_http2")
        if name == "mount":
            return MountWay(self.mounts, state.size, *given, **begun)
        if name == "remote":
            return RemoteWay(self.uploads, self.why_no_remote, known, *given, sequential=sequential, **begun)
        if name == "webdav":
            return DavWay(self.dav, state.size, *given, **begun)
        return (WebWay if name == "web" else DirectWay)(state.size, *given, **begun)


class Sender:
    """Brings the state of `keeper` from "sending" to "sent", or raises. `known` hashes of the file are compared with those
    that are computed on the way: `offered`, of which the cloud can make use.
    """

    def __init__(
        self,
        spec: SmartSpec,
        tools: Tools,
        keeper: Keeper,
        *,
        known: Mapping[str, str],
        offered: set[str],
        control: Control,
        retries: Retries,
        before_finish: Callable[[], None],
        fault: Fault,
    ) -> None:
        self._spec, self._tools, self._keeper = spec, tools, keeper
        self._known, self._offered = known, offered
        self._control, self._retries = control, retries
        self._before_finish, self._fault = before_finish, fault
        self._passing = False
        self.way: Way | None = None

    def send(self) -> None:
        """Raises `clouddrive_no_way` when every allowed way was refused."""
        while self._keeper.state.phase == SENDING:
            name = self._next()
            try:
                self._by(name)
            except Refused as no:
                self.refuse(no)

    def _next(self) -> str:
        state = self._keeper.state
        over = {each.way for each in state.tried}
        ways = [name for name in (state.way, *self._spec.ways) if name in self._spec.ways and name not in over]
        if ways:
            return ways[0]
        error = no_way_left(state.tried, split(state.path)[1], permanent=not self._passing)
        self._keeper.store(replace(state, way="", tried=()))  # whoever tries again tries all of them
        raise error

    def refuse(self, no: Refused) -> None:
        """Notes that a way is not open; the state is then that before it."""
        keeper = self._keeper
        self._passing = self._passing or not no.error.permanent
        if not isinstance(no.error, NoWay):
            self._retries.note(as_failure(no.error), None, f"{no.tried.way} was left for another way")
        keeper.begin(Progress())
        state = keeper.state
        keeper.store(
            SmartCheckpoint(
                state.path,
                state.size,
                state.identity,
                replace=state.replace or state.done > 0,
                tried=(*state.tried, no.tried),
            )
        )

    def _by(self, name: str) -> None:
        keeper, state = self._keeper, self._keeper.state
        same = state.way == name
        progress = Progress(state.done, state.upload_id, state.handle) if same else Progress()
        keeper.begin(progress)
        try:
            way = self.way = self._tools.make(name, keeper, progress, self._known, sequential=self._spec.sequential)
        except CloudDriveError as error:
            raise _no(name, error) from error
        self._patiently(way, way.prepare)
        before = state.before if same and name != "mount" else self._patiently(way, lambda: self._listed(state, same))
        keeper.reader.hash(way.wants(self._offered))
        self._before_finish()
        keeper.checkpoint(way=name, before=tuple(before))
        self._fault("smart_begun")
        if state.replace and way.deletes_first and not (progress.upload_id or progress.handle or way.begun):
            self._patiently(way, lambda: self._clear(way))
            keeper.checkpoint(replace=False)
        how = self._patiently(way, way.send)
        hashes = self._compared(way)
        self._fault("smart_before_sent")
        progress.sent = progress.done = state.size
        keeper.checkpoint(phase=SENT, hashes=hashes, how=how, rapid=way.rapid)
        self._fault("smart_after_sent")

    def _listed(self, state: SmartCheckpoint, again: bool) -> tuple[str, ...]:
        """Uploads that concern what was at the path before: also that of the half file that a copy left there."""
        drive = self._tools.drive
        before = set(drive.expect(state.path, state.size).before)
        if again:
            with suppress(CloudDriveError):
                before |= {task.key for task in drive.uploads(split(state.path)[1]) if task.path == state.path}
        return tuple(sorted(before))

    def _clear(self, way: Way) -> None:
        """Takes away what is to be replaced. Writing replaces by itself, so there a missing right is no obstacle."""
        path = self._keeper.state.path
        try:
            if self._tools.drive.find(path) is not None:
                self._tools.drive.delete([path])
        except CloudDriveError as error:
            if error.kind is not Kind.PERMISSION or way.name == "remote":
                raise

    def _patiently(self, way: Way, work: Callable[[], Any]) -> Any:
        """Does it again as long as that makes sense; raises `Refused` when another way may do better."""
        failures = 0
        while True:
            self._retries.hold()
            self._control.check()
            before = way.progress.done
            try:
                return self._keeper.attend(work)
            except CloudDriveError as error:
                self._failed(way, error)
                failures = 1 if way.progress.done > before else failures + 1
                self._retries.after(as_failure(error), None, failures)
                way.begun = True

    def _failed(self, way: Way, error: CloudDriveError) -> None:
        """Returns when it may be tried again."""
        if refused(way.name, error, accepted=way.accepted):
            if way.begun or way.progress.upload_id or way.progress.handle:
                with suppress(CloudDriveError):
                    self._keeper.attend(way.discard)
            raise _no(way.name, error) from error
        if error.code == LOST:
            way.progress.named()
        elif error.code in VERDICTS:
            self.forget()
        if not patient(error):
            raise as_failure(error) from error

    def forget(self) -> None:
        """What was sent did not become the file: it is sent anew by whoever tries again, all ways being open."""
        state = self._keeper.state
        self._keeper.begin(Progress())
        self._keeper.store(SmartCheckpoint(state.path, state.size, state.identity, replace=True))

    def _compared(self, way: Way) -> dict[str, str]:
        """The hashes of what was sent; raises when they are not those that the source announced."""
        computed = self._keeper.attend(way.hashes)
        for name, value in computed.items():
            if self._known.get(name, value) != value:
                self._keeper.attend(lambda: self._tools.drive.drop_file(self._keeper.state.path))
                raise HashMismatch(f"The {name} of the file is not what was announced.")
        return {**self._known, **computed}


def _no(name: str, error: CloudDriveError) -> Refused:
    return Refused(Tried(name, error.code, error.sentence), error)
