"""Stored means stored: sent bytes are only accepted, a file counts when its cloud has it (wire/clouddrive2.md §4, §8).

expected = drive.expect("/115open/a.bin", size)     # before sending
drive.write("/115open/a.bin", size, read)           # phase 1: sent
stored = drive.wait_stored(expected)                # phase 2: stored at the provider, or an error
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from .caller import Caller
from .entries import Entry
from .errors import CloudDriveError, Kind
from .files import FileCalls
from .paths import clean, split
from .source import NEVER, Stop
from .system import SystemCalls
from .tasks import BAD, GOOD, Status, TaskCalls, UploadTask

FEW = 3
"""Up to so many files are looked for by name in the server's list; for more the list is read once."""


@dataclass(frozen=True, slots=True)
class Expected:
    """A file that is to be stored. `hashes` (algorithm -> hex) are compared where the cloud tells them.

    `key` is the upload of a remote upload; `before` are uploads of that path that were listed already. `ended`: the
    server has said that the upload is over, none need be listed.
    """

    path: str
    size: int
    hashes: Mapping[str, str] = field(default_factory=dict)
    key: str = ""
    before: frozenset[str] = frozenset()
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that its cloud has. `how`: "task" when the end of its upload was seen, else "listing"; `hashed` says
    which hash was the same, '' when only the length could be compared.
    """

    entry: Entry
    how: str
    hashed: str


@dataclass(slots=True)
class _File:
    expected: Expected
    since: float
    changed: float
    state: tuple[int, int] = (-1, 0)
    finished: bool = False
    absent_since: float | None = None


class StoredCalls(FileCalls, TaskCalls, SystemCalls):
    caller: Caller

    def expect(self, path: str, size: int, *, hashes: Mapping[str, str] | None = None) -> Expected:
        """Notes what the server lists for a path before anything is sent there."""
        path = clean(path)
        before = frozenset(each.key for each in self._listed([path]) or () if each.path == path and each.ended)
        return Expected(path, size, dict(hashes or {}), before=before)

    def wait_stored(
        self,
        expected: Expected,
        *,
        stop: Stop = NEVER,
        on_change: Callable[[int], None] = lambda _: None,
        wait: Callable[[float], None] | None = None,
    ) -> Stored:
        """Waits until the file is stored; raises when it is not, or when nothing moves for too long.

        `on_change` is told how many bytes have arrived in the cloud. `wait(seconds)` pauses between looks; it may
        return early.
        """
        wait = wait or self.caller.wait
        watch = StoredWatch(self, [expected])
        steps = 0
        while True:
            stop.check()
            outcome = watch.step().get(expected.path)
            if isinstance(outcome, CloudDriveError):
                raise outcome
            if outcome:
                return outcome
            on_change(watch.in_cloud(expected.path))
            wait(min(0.1 * 1.5**steps, self.caller.tuning.poll_longest))
            steps += 1

    def _listed(self, paths: Sequence[str]) -> list[UploadTask] | None:
        """The server's uploads as far as they concern the paths; None where the token may not look."""
        names = [split(path)[1] for path in paths] if len(paths) <= FEW else [""]
        try:
            return [task for name in names for task in self.uploads(name)]
        except CloudDriveError as error:
            if error.kind in (Kind.PERMISSION, Kind.UNIMPLEMENTED):
                return None
            raise


class StoredWatch:
    """Many files on their way at once: one look at the list of uploads, one forced listing for each folder."""

    def __init__(
        self, drive: StoredCalls, expected: Iterable[Expected], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._drive, self._clock = drive, clock
        now = clock()
        self._waiting = {each.path: _File(each, now, now) for each in expected}
        self._grace = drive.caller.tuning.grace_seconds + _delay(drive)

    @property
    def pending(self) -> list[str]:
        """The paths of which it is not known yet."""
        return list(self._waiting)

    def in_cloud(self, path: str) -> int:
        """How many bytes of a pending file have arrived in the cloud."""
        return self._waiting[path].state[1]

    def step(self) -> dict[str, Stored | CloudDriveError]:
        """Looks once; what is now known, by path. It is not looked at again."""
        tasks = self._drive._listed(self.pending)
        decided: dict[str, Stored | CloudDriveError] = {}
        ready = []
        for path, file in self._waiting.items():
            try:
                if self._over(file, tasks):
                    ready.append(path)
            except CloudDriveError as error:
                decided[path] = error
        for folder in {split(path)[0] for path in ready}:
            decided |= self._compared(folder, [path for path in ready if split(path)[0] == folder])
        for path in decided:
            del self._waiting[path]
        return decided

    def _over(self, file: _File, tasks: list[UploadTask] | None) -> bool:
        """Whether the upload is over as far as the list tells; raises when it failed or stands still."""
        now, wanted = self._clock(), file.expected
        mine = [each for each in tasks or () if _concerns(each, wanted)]
        running = next((each for each in mine if not each.ended), None)
        if running:
            if file.state != (running.status, running.sent):
                file.state, file.changed = (running.status, running.sent), now
            if now - file.changed > self._drive.caller.tuning.stall_seconds and running.status != Status.Pause:
                sentence = "The upload stands still on CloudDrive2."
                raise CloudDriveError(sentence, code="clouddrive_stalled", kind=Kind.TRANSIENT)
            return False
        file.finished = file.finished or any(each.status in GOOD for each in mine)
        failed = next((each for each in mine if each.status in BAD), None)
        if failed and not file.finished:
            raise _failed(failed)
        seen = file.finished or file.state[0] >= 0 or wanted.ended
        return seen or now - file.since >= self._grace

    def _compared(self, folder: str, paths: list[str]) -> dict[str, Stored | CloudDriveError]:
        """Compares a forced listing with what is expected; what does not fit yet may still do so a while."""
        wanted, found = set(paths), {}
        try:
            for entry in self._drive.list_dir(folder, force=True):
                if entry.path in wanted:
                    found[entry.path] = entry
                if len(found) == len(wanted):
                    break
        except CloudDriveError as error:
            if error.kind is Kind.TRANSIENT:
                return {}
            if error.kind is not Kind.NOT_FOUND:
                return dict.fromkeys(paths, error)
        outcomes = ((path, self._judged(self._waiting[path], found.get(path))) for path in paths)
        return {path: outcome for path, outcome in outcomes if outcome}

    def _judged(self, file: _File, entry: Entry | None) -> Stored | CloudDriveError | None:
        expected, now = file.expected, self._clock()
        if entry and entry.size == expected.size:
            common = [name for name, value in expected.hashes.items() if value and entry.hashes.get(name)]
            wrong = [name for name in common if entry.hashes[name].lower() != expected.hashes[name].lower()]
            if wrong:
                sentence = f"The file on the cloud has another {wrong[0]} than the one that was sent."
                return CloudDriveError(sentence, code="clouddrive_hash_differs")
            how = "task" if file.finished or expected.ended else "listing"
            return Stored(entry, how, next(iter(common), ""))
        file.absent_since = file.absent_since or now
        if now - file.absent_since < self._drive.caller.tuning.settle_seconds:
            return None
        if entry:
            sentence = f"The file on the cloud has {entry.size} bytes, {expected.size} were sent."
            return CloudDriveError(sentence, code="clouddrive_wrong_size")
        return CloudDriveError("The file was sent, but the cloud does not have it.", code="clouddrive_not_stored")


def after(expected: Expected, upload_id: str) -> Expected:
    """What to expect after a remote upload that the server has ended."""
    return replace(expected, key=upload_id, ended=True)


def _concerns(task: UploadTask, wanted: Expected) -> bool:
    """An upload that ended with another size was one of other content: of what was there before, or of half a file."""
    if wanted.key:
        return task.key == wanted.key
    same = task.path == wanted.path and task.key not in wanted.before
    return same and (task.size == wanted.size or not task.ended)


def _failed(task: UploadTask) -> CloudDriveError:
    kind = Kind.TRANSIENT if task.status == Status.Error else Kind.PERMANENT
    reason = f" ({task.error})" if task.error else ""
    sentence = f"CloudDrive2 accepted the file, but its upload ended as {task.state}.{reason}"
    return CloudDriveError(sentence, code="clouddrive_upload_failed", kind=kind)


def _delay(drive: StoredCalls) -> float:
    """Seconds that the server waits before it lists an upload; 0 where the token may not know."""
    try:
        return float(drive.settings().uploadDelaySecs)
    except CloudDriveError as error:
        if error.kind is Kind.TRANSIENT:
            raise
        return 0.0
