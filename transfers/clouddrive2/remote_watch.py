"""Looks after a remote upload that has fallen silent (wire/clouddrive2.md §3.4, rules 7 to 10)."""

from __future__ import annotations

from collections.abc import Callable

from protos import clouddrive_pb2 as pb

from .caller import Caller
from .errors import CloudDriveError, Kind
from .paths import split
from .tasks import BAD, GOOD, Operator, Status, TaskCalls, UploadTask

LOST = "clouddrive_session_lost"


class _Tasks(TaskCalls):
    def __init__(self, caller: Caller) -> None:
        self.caller = caller


class Watch:
    """Times of one upload, and what to do when nothing has come for too long. `in_cloud` in bytes."""

    ENDED = GOOD | BAD

    def __init__(self, caller: Caller, path: str, size: int, clock: Callable[[], float]) -> None:
        self._caller, self._path, self._size, self._clock = caller, path, size, clock
        now = clock()
        self._heard = self._progress = self._looked_at = now
        self._probe_at: float | None = None
        self._resets = 0
        self.was_asked = False
        self.in_cloud = 0

    # -- signs of life

    def heard(self) -> None:
        """The server has said something about this upload."""
        self._heard = self._progress = self._clock()
        self._probe_at = None

    def progressed(self) -> None:
        """Bytes have arrived."""
        self.was_asked = True
        self._resets = 0
        self._heard = self._progress = self._clock()

    def opened(self) -> None:
        """The channel is new: whoever is still wanted will be asked again; if not, the server is asked."""
        self._probe_at = self._clock() + self._caller.tuning.probe_seconds

    def faltered(self, error: CloudDriveError) -> None:
        """Chunks do not get through; raises when that has been so for too long."""
        if self._clock() - self._progress > self._caller.tuning.stall_seconds:
            raise error

    def verdict(self, status: int, why: str) -> str:
        """How an upload has ended by its status, '' while it goes on; raises when it has failed."""
        if status in GOOD:
            return "finish" if status == Status.Finish else "skipped"
        if status not in BAD:
            return ""
        if status == Status.Cancelled:
            raise CloudDriveError("The upload was cancelled on CloudDrive2.", code="clouddrive_upload_cancelled")
        kind = Kind.TRANSIENT if status == Status.Error else Kind.PERMANENT
        reason = f" ({why})" if why else ""
        sentence = f"CloudDrive2 could not upload the file.{reason}"
        raise CloudDriveError(sentence, code="clouddrive_upload_failed", kind=kind)

    # -- silence

    def next_look(self) -> float:
        """Seconds until something has to be looked at."""
        return max(0.01, self._look_at() - self._clock())

    def due(self) -> bool:
        return self._clock() >= self._look_at()

    def _look_at(self) -> float:
        tuning = self._caller.tuning
        quiet = tuning.probe_seconds if self.was_asked else tuning.quiet_seconds
        at = max(self._heard, self._looked_at) + quiet
        return min(at, self._probe_at) if self._probe_at is not None else at

    def look(
        self,
        upload_id: str,
        *,
        sent_all: bool,
        paused: bool,
        ask_alive: Callable[[], None],
        reset: Callable[[], None],
    ) -> str:
        """How the upload has ended in silence, or ''; raises when it is lost or stands still for too long."""
        self._looked_at, self._probe_at = self._clock(), None
        if paused:
            self._progress = self._clock()
        self._check_stall()
        try:
            task = self._task(upload_id)
            if task:
                return self._listed(task, reset)
            if sent_all and self._there():
                return "found"
            ask_alive()
        except CloudDriveError as error:
            if error.code == LOST and sent_all and self._there():
                return "found"
            if error.code == LOST or error.permanent:
                raise
        self._wake(reset)
        return ""

    def missed(self, upload_id: str, *, sent_all: bool) -> str:
        """How an upload that the server no longer knows had ended while nobody listened, '' when that is not known."""
        task = self._task(upload_id)
        if task and task.key == upload_id:
            return self.verdict(task.status, task.error)
        return "found" if sent_all and self._there() else ""

    def _listed(self, task: UploadTask, reset: Callable[[], None]) -> str:
        """The server has it in its queue, where it may wait behind others."""
        if task.sent != self.in_cloud:
            self.in_cloud = task.sent
            self._progress = self._clock()
        if task.status not in (Status.WaitforPreprocessing, Status.Inqueue, Status.Pause):
            self._wake(reset)
        return self.verdict(task.status, task.error)

    def _wake(self, reset: Callable[[], None]) -> None:
        """A new channel makes the server repeat what it wants; that it never wanted anything is an error."""
        if self._clock() - self._heard < self._caller.tuning.quiet_seconds:
            return
        self._resets += 1
        if self._resets > 1 and not self.was_asked:
            sentence = "CloudDrive2 has begun the upload but asks for nothing."
            raise CloudDriveError(sentence, code="clouddrive_silent", kind=Kind.TRANSIENT)
        self._heard = self._clock()
        reset()

    def _check_stall(self) -> None:
        if self._clock() - self._progress > self._caller.tuning.stall_seconds:
            sentence = "The upload stands still on CloudDrive2."
            raise CloudDriveError(sentence, code="clouddrive_stalled", kind=Kind.TRANSIENT)

    def _task(self, upload_id: str) -> UploadTask | None:
        """The upload in the server's list; None where the token may not look or it is not there."""
        name = split(self._path)[1]
        try:
            tasks = list(_Tasks(self._caller).uploads(name, operator=Operator.RemoteUpload))
        except CloudDriveError as error:
            if error.kind is Kind.PERMISSION:
                return None
            raise
        exact = [each for each in tasks if each.key == upload_id]
        same = [each for each in tasks if each.path == self._path and not each.ended]
        return next(iter(exact or same), None)

    def _there(self) -> bool:
        request = pb.FindFileByPathRequest(parentPath="", path=self._path)
        try:
            found = self._caller.call("FindFileByPath", request, pb.CloudDriveFile, again=True)
        except CloudDriveError as error:
            if error.kind is Kind.TRANSIENT:
                raise
            return False
        return found.size == self._size and bool(found.id or found.fullPathName)
