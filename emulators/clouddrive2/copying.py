"""Moving and copying: at once within a drive, as a task of its own across drives and for folders (§3.1)."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from google.protobuf.timestamp_pb2 import Timestamp

from emulators.clouddrive2.clouds import cloud_of
from emulators.clouddrive2.tree import Node, clean, within
from protos import clouddrive_pb2 as pb

if TYPE_CHECKING:
    from emulators.clouddrive2.world import World

State = pb.CopyTask.TaskStatus
OVERWRITE, RENAME, SKIP = 0, 1, 2


@dataclass(frozen=True)
class Order:
    """What to do with one file or folder; paths are those of the tree, ``policy`` None was not said."""

    source: str
    folder: str
    move: bool
    policy: int | None
    merge: bool = False


@dataclass
class Copy:
    """A task in the background."""

    order: Order
    going: asyncio.Event = field(default_factory=asyncio.Event)
    state: State = State.Pending
    started: int = field(default_factory=lambda: int(time.time()))
    ended: int = 0
    files: int = 0
    folders: int = 0
    size: int = 0
    error: str = ""
    work: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        self.going.set()

    @property
    def key(self) -> str:
        """Return the key that the batch calls name it by."""
        return f"{self.order.source}:{self.order.folder}"

    @property
    def message(self) -> pb.CopyTask:
        """Return it as the protocol tells it."""
        done = self.state == State.Completed
        task = pb.CopyTask(
            taskMode=pb.CopyTask.Move if self.order.move else pb.CopyTask.Copy,
            sourcePath=self.order.source,
            destPath=self.order.folder,
            status=self.state,
            totalFolders=self.folders,
            totalFiles=self.files,
            uploadedFiles=self.files if done else 0,
            totalBytes=self.size,
            uploadedBytes=self.size if done else 0,
            paused=not self.going.is_set(),
            startTime=Timestamp(seconds=self.started),
        )
        if self.ended:
            task.endTime.seconds = self.ended
        if self.error:
            task.errors.add(message=self.error)
        return task


class Copies:
    """All tasks of moving and copying."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.all: list[Copy] = []

    def carry_out(self, order: Order) -> str:
        """Move or copy at once, and return why not, or ''."""
        world = self._world
        node, folder = world.tree.find(order.source), world.tree.find(order.folder)
        if not node or not folder or not folder.isdir:
            return "source or destination does not exist"
        if within(order.folder, order.source):
            return "destination is inside the source"
        return self._place(node, order.source, folder, order)

    def _place(self, node: Node, source: str, folder: Node, order: Order) -> str:
        world, name = self._world, node.name
        taken = world.tree.child(folder, name)
        if taken and taken.id != node.id:
            if within(source, world.tree.path(taken)):
                return f"{name} in the destination holds the source"
            if order.policy is None:
                return f"{name} exists in the destination"
            if order.policy == SKIP:
                return ""
            if order.policy == RENAME:
                name = _free(world, folder, name)
            elif order.merge and node.isdir and taken.isdir:
                return self._merge(node, source, taken, order)
            else:
                world.release(world.tree.remove(taken))
        target = clean(f"{world.tree.path(folder)}/{name}")
        if order.move:
            world.tree.place(node, folder, name)
            world.told(pb.FileSystemChange.RENAME, source, node, target)
        else:
            world.told(pb.FileSystemChange.CREATE, target, world.tree.copy(node, folder, name))
        return ""

    def _merge(self, node: Node, source: str, into: Node, order: Order) -> str:
        for child in self._world.tree.children(node):
            self._place(child, f"{source}/{child.name}", into, order)
        if order.move and not self._world.tree.children(node):
            self._world.remove(source)
        return ""

    def is_long(self, order: Order) -> bool:
        """Tell whether an order becomes a task: across drives, or a folder that is copied."""
        node = self._world.tree.find(order.source)
        across = cloud_of(order.source) != cloud_of(order.folder)
        return across or bool(node and node.isdir and not order.move)

    def begin(self, order: Order) -> Copy:
        """Begin a task."""
        task = Copy(order)
        self.all.append(task)
        self._start(task)
        return task

    def find(self, source: str, folder: str) -> Copy | None:
        """Return the latest task of that key."""
        key = f"{source}:{folder}"
        return next((each for each in reversed(self.all) if each.key == key), None)

    def restart(self, task: Copy) -> None:
        """Begin a task again that failed."""
        task.state, task.error, task.ended = State.Pending, "", 0
        self._start(task)

    def cancel(self, task: Copy) -> None:
        """End a task and forget it."""
        if task.work:
            task.work.cancel()
        self.all.remove(task)

    def pause(self, task: Copy, *, pause: bool) -> None:
        """Let a task rest or go on."""
        if pause:
            task.going.clear()
        else:
            task.going.set()

    def clear(self) -> None:
        """Forget all tasks."""
        for task in list(self.all):
            self.cancel(task)

    def _start(self, task: Copy) -> None:
        task.work = asyncio.ensure_future(self._run(task))

    async def _run(self, task: Copy) -> None:
        node = self._world.tree.find(task.order.source)
        if node:
            files, folders, size = self._world.tree.totals(node) if node.isdir else (1, 0, node.size)
            task.files, task.folders, task.size = files, folders, size
        for state in (State.Scanning, State.Scanned):
            task.state = state
            await asyncio.sleep(self._world.settings.task_s / 2)
            await task.going.wait()
        task.error = self.carry_out(task.order)
        task.state = State.Failed if task.error else State.Completed
        task.ended = int(time.time())


def _free(world: World, folder: Node, name: str) -> str:
    stem, dot, extension = name.rpartition(".") if "." in name else (name, "", "")
    names = (f"{stem}({number}){dot}{extension}" for number in count(1))
    return next(each for each in names if not world.tree.child(folder, each))
