"""The upload queue: what was accepted is on its way to its cloud (§3.5)."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from emulators.clouddrive2.contents import Draft
from emulators.clouddrive2.faults import Fault
from emulators.clouddrive2.tree import split
from protos import clouddrive_pb2 as pb

if TYPE_CHECKING:
    from emulators.clouddrive2.world import World

Status = pb.UploadFileInfo.Status
Operator = pb.UploadFileInfo.OperatorType
ENDED = frozenset({Status.Cancelled, Status.Finish, Status.Skipped, Status.Ignored, Status.Error, Status.FatalError})


class Ended(Exception):
    """An upload comes to its end with a status and perhaps a reason."""

    def __init__(self, status: Status, message: str = "") -> None:
        super().__init__(status, message)
        self.status = status
        self.message = message


def named(status: str) -> Status:
    """Return the state of that name; raises ``ValueError`` when there is none."""
    return cast(Status, Status.Value(status))


def failure_of(fault: Fault) -> Ended:
    """Return the end that the fault ``upload_failed`` brings."""
    return Ended(named(fault.text("status", "Error")), fault.text("message", "cloud refused the file"))


@dataclass(eq=False)
class Task:
    """One file on its way; ``going`` is set unless it pauses."""

    path: str
    size: int
    operator: Operator
    key: str = field(default_factory=lambda: secrets.token_hex(8))
    status: Status = Status.WaitforPreprocessing
    sent: int = 0
    error: str = ""
    changed: float = field(default_factory=time.monotonic)
    going: asyncio.Event = field(default_factory=asyncio.Event)
    work: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        self.going.set()

    @property
    def ended(self) -> bool:
        """Tell whether it is over, for better or worse."""
        return self.status in ENDED

    @property
    def info(self) -> pb.UploadFileInfo:
        """Return it as the list tells it."""
        return pb.UploadFileInfo(
            key=self.key,
            destPath=self.path,
            size=self.size,
            transferedBytes=self.sent,
            status=Status.Name(self.status),
            errorMessage=self.error,
            operatorType=self.operator,
            statusEnum=self.status,
        )


class Uploads:
    """All uploads: running ones by key, those that ended lately, and written files by path, listed yet or not."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._running: dict[str, Task] = {}
        self._ended: deque[Task] = deque()
        self._written: dict[str, Task] = {}
        self._turns = asyncio.Semaphore(world.settings.uploads_at_once)

    # -- what there is

    @property
    def all(self) -> list[Task]:
        """Return the listed uploads, oldest first; what ended long ago is forgotten."""
        self._forget_old()
        return [*self._ended, *self._running.values()]

    @property
    def running(self) -> list[Task]:
        """Return the uploads that have not ended."""
        return list(self._running.values())

    @property
    def count(self) -> int:
        """Return how many have not ended."""
        return len(self._running)

    def find(self, keys: Iterable[str]) -> list[Task]:
        """Return the uploads with these keys that have not ended."""
        return [self._running[key] for key in keys if key in self._running]

    def _forget_old(self) -> None:
        oldest = time.monotonic() - self._world.settings.finished_s
        while self._ended and self._ended[0].changed <= oldest:
            self._ended.popleft()

    # -- what happens to one

    def begin(self, path: str, size: int, operator: Operator) -> Task:
        """List a new upload."""
        task = Task(path, size, operator)
        self._running[task.key] = task
        return task

    def move(self, task: Task, status: Status, error: str = "") -> None:
        """Bring an upload into a state and tell it."""
        task.status, task.error, task.changed = status, error, time.monotonic()
        if task.ended and task.key in self._running:
            del self._running[task.key]
            self._ended.append(task)
            self._forget_old()
            if self._written.get(task.path) is task:
                del self._written[task.path]
        self._world.hub.uploads([task.info])

    def pause(self, task: Task) -> None:
        """Let an upload rest."""
        if session := self._world.remote.peek(task.key):
            session.pause()
        else:
            task.going.clear()
            self.move(task, Status.Pause)

    def resume(self, task: Task) -> None:
        """Let an upload go on."""
        if session := self._world.remote.peek(task.key):
            session.resume()
        elif not task.going.is_set():
            task.going.set()
            self.move(task, Status.Inqueue)

    def cancel(self, task: Task) -> None:
        """End an upload; its file is gone."""
        if session := self._world.remote.peek(task.key):
            session.cancel()
            return
        if task.work:
            task.work.cancel()
        self.move(task, Status.Cancelled)
        self._world.tree.forget(f"pending:{task.path}")
        self._world.remove(task.path)

    def moved(self, path: str, new: str) -> None:
        """Follow a file or folder that was renamed while uploads below it wait."""
        for task in [each for each in self._written.values() if f"{each.path}/".startswith(f"{path}/")]:
            self._world.tree.forget(f"pending:{task.path}")
            del self._written[task.path]
            task.path = new + task.path.removeprefix(path)
            self._written[task.path] = task
            self._world.tree.keep(f"pending:{task.path}", task.operator)

    def turn(self) -> asyncio.Semaphore:
        """Return what limits the uploads that run at once."""
        return self._turns

    def written(self, path: str, draft: Draft, operator: Operator, *, at_once: bool = False) -> Task:
        """Accept a file that was written: it shows at once, its upload follows."""
        draft.close()
        self._world.put(path, draft.size, draft.content)
        self._world.tree.keep(f"pending:{path}", operator)
        return self._start(path, draft.size, operator, 0 if at_once else self._world.settings.upload_delay_s)

    def go_on(self) -> None:
        """Begin again what a restart interrupted."""
        for name, operator in self._world.tree.kept_below("pending:").items():
            path = name.removeprefix("pending:")
            if node := self._world.tree.find(path):
                self._start(path, node.size, operator, 0)

    def clear(self) -> None:
        """Forget all uploads."""
        for task in (*self._running.values(), *self._written.values()):
            if task.work:
                task.work.cancel()
        for each in (self._running, self._written, self._ended):
            each.clear()
        self._turns = asyncio.Semaphore(self._world.settings.uploads_at_once)

    def _start(self, path: str, size: int, operator: Operator, delay: float) -> Task:
        earlier = self._written.pop(path, None)
        if earlier and earlier.work:
            earlier.work.cancel()
            self.move(earlier, Status.Cancelled)
        self._written[path] = task = Task(path, size, operator)
        task.work = asyncio.ensure_future(self._run(task, delay))
        return task

    async def _run(self, task: Task, delay: float) -> None:
        await asyncio.sleep(delay)
        self._running[task.key] = task
        try:
            await self._steps(task)
            self._world.tree.forget(f"pending:{task.path}")
            self._world.settle(task.path)
            task.sent = task.size
            self.move(task, Status.Finish)
        except Ended as end:
            self._world.tree.forget(f"pending:{task.path}")
            self.move(task, end.status, end.message)

    async def _steps(self, task: Task) -> None:
        settings, facts = self._world.settings, {"path": task.path}
        ignored = settings.ignored_extensions.split(",")
        if split(task.path)[1].rpartition(".")[2] in ignored:
            raise Ended(Status.Ignored)
        for status in (Status.WaitforPreprocessing, Status.Preprocessing, Status.Inqueue):
            await task.going.wait()
            self.move(task, status)
            await asyncio.sleep(settings.step_s)
        async with self._turns:
            await task.going.wait()
            self.move(task, Status.Transfer)
            while task.sent < task.size:
                await self.pace(task, min(settings.upload_chunk, task.size - task.sent))
            if fault := self._world.faults.take("upload_failed", facts):
                raise failure_of(fault)

    async def pace(self, task: Task, count: int) -> None:
        """Let the next bytes go to the cloud, as fast as it takes them."""
        if not task.going.is_set():
            await task.going.wait()
            task.status = Status.Transfer
        if fault := self._world.faults.take("stall", {"path": task.path}):
            await asyncio.sleep(fault.number("seconds", 0) or 1e9)
        rate = self._world.settings.upload_bytes_per_s
        await asyncio.sleep(count / rate if rate else 0)
        task.sent = min(task.size, task.sent + count)
        self._world.hub.uploads([task.info])
