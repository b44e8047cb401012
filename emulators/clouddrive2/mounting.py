"""Mount points, backed by real local folders: what is written there is uploaded (§3.2).

A stand-in cannot mount a file system. It watches the folder instead: a folder made there shows in the drive at
once, a file once it has rested for a while, as if it had been closed; folders of the drive are made there.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emulators.clouddrive2.tree import Node, clean
from protos import clouddrive_pb2 as pb

if TYPE_CHECKING:
    from emulators.clouddrive2.world import World

TICK = 0.1
MOUNT = pb.UploadFileInfo.OperatorType.Mount
Mark = tuple[int, int]
"""Size and time of change of a file: what tells that it is still being written."""


@dataclass
class Mount:
    """A mount point; ``point`` is a local folder, ``source`` a path of the tree."""

    point: str
    source: str
    local: bool = False
    read_only: bool = False
    auto: bool = False
    uid: int = 0
    gid: int = 0
    permissions: str = ""
    name: str = ""
    mounted: bool = False
    reason: str = ""

    @property
    def message(self) -> pb.MountPoint:
        """Return it as the protocol tells it."""
        return pb.MountPoint(
            mountPoint=self.point,
            sourceDir=self.source,
            localMount=self.local,
            readOnly=self.read_only,
            autoMount=self.auto,
            uid=self.uid,
            gid=self.gid,
            permissions=self.permissions,
            isMounted=self.mounted,
            failReason=self.reason,
            name=self.name,
        )


def mount_of(option: pb.MountOption) -> Mount:
    """Return the mount point that a request describes."""
    return Mount(
        option.mountPoint,
        clean(option.sourceDir or "/"),
        option.localMount,
        option.readOnly,
        option.autoMount,
        option.uid,
        option.gid,
        option.permissions,
        option.name,
    )


@dataclass
class Watch:
    """What is known of the folder of a mount: folders, files that rest or do not, files that were accepted."""

    mount: Mount
    folders: set[str] = field(default_factory=set)
    seen: dict[str, tuple[Mark, float]] = field(default_factory=dict)
    accepted: dict[str, Mark] = field(default_factory=dict)
    work: asyncio.Task[None] | None = None

    def local(self, name: str) -> Path:
        """Return the local path of a name below the mount."""
        return Path(self.mount.point) / name

    def name_of(self, path: str) -> str | None:
        """Return the name below the mount of a path of the tree, None outside and for the mount itself."""
        source = self.mount.source.rstrip("/")
        return path[len(source) + 1 :] if path.startswith(f"{source}/") else None

    def path_of(self, name: str) -> str:
        """Return the path of the tree for a name below the mount."""
        return clean(f"{self.mount.source}/{name}")

    def entries(self) -> Iterator[tuple[str, os.DirEntry[str]]]:
        """Yield everything below the mount by its name, folders first."""
        waiting = [""]
        while waiting:
            folder = waiting.pop()
            with suppress(OSError), os.scandir(self.local(folder)) as found:
                for each in found:
                    name = f"{folder}/{each.name}".lstrip("/")
                    yield name, each
                    if each.is_dir(follow_symlinks=False):
                        waiting.append(name)


class Mounts:
    """All mount points, kept over a restart."""

    def __init__(self, world: World) -> None:
        self._world = world
        known = {each.name for each in fields(Mount)}
        rows: list[dict[str, Any]] = world.tree.kept("mounts", [])
        self.all = [Mount(**{key: value for key, value in row.items() if key in known}) for row in rows]
        self._watches: dict[str, Watch] = {}

    def begin(self) -> None:
        """Mount again what was mounted when the program ended."""
        for mount in self.all:
            if mount.mounted or mount.auto:
                self._watch(mount)

    def find(self, point: str) -> Mount | None:
        """Return the mount point of that name."""
        return next((each for each in self.all if each.point == point), None)

    def add(self, mount: Mount) -> None:
        """Add a mount point."""
        self.all.append(mount)
        self.save()

    def remove(self, mount: Mount) -> None:
        """Remove a mount point."""
        self.unmount(mount)
        self.all.remove(mount)
        self.save()

    def mount(self, mount: Mount) -> str:
        """Mount, and return why that is not possible, or ''."""
        reason = self._obstacle(mount)
        mount.mounted, mount.reason = not reason, reason
        if not reason:
            self._watch(mount)
        self._tell(mount, pb.MountPointChange.MOUNT)
        return reason

    def _obstacle(self, mount: Mount) -> str:
        node = self._world.tree.find(mount.source)
        if not node or not node.isdir:
            return "source folder does not exist"
        try:
            Path(mount.point).mkdir(parents=True, exist_ok=True)
            return "mount point is not empty" if not mount.mounted and any(Path(mount.point).iterdir()) else ""
        except OSError as problem:
            return problem.strerror or "mount failed"

    def unmount(self, mount: Mount) -> None:
        """Unmount: what was shown in the folder is gone from it."""
        watch = self._watches.pop(mount.point, None)
        if watch:
            if watch.work:
                watch.work.cancel()
            _clear(watch)
        mount.mounted = False
        self._tell(mount, pb.MountPointChange.UNMOUNT)

    def save(self) -> None:
        """Keep the mount points."""
        self._world.tree.keep("mounts", [asdict(each) for each in self.all])

    def clear(self) -> None:
        """Remove all mount points."""
        for mount in list(self.all):
            self.remove(mount)

    def close(self) -> None:
        """Stop watching; the folders stay as they are."""
        for watch in self._watches.values():
            if watch.work:
                watch.work.cancel()

    def _tell(self, mount: Mount, action: pb.MountPointChange.ActionType) -> None:
        self.save()
        done = not mount.reason
        self._world.hub.mount(
            pb.MountPointChange(actionType=action, mountPoint=mount.point, success=done, failReason=mount.reason)
        )

    # -- from the folder to the drive

    def _watch(self, mount: Mount) -> None:
        Path(mount.point).mkdir(parents=True, exist_ok=True)
        watch = Watch(mount)
        source = self._world.tree.find(mount.source)
        if source:
            self._show(watch, source, "")
        self._watches[mount.point] = watch
        watch.work = asyncio.ensure_future(self._follow(watch))

    def _show(self, watch: Watch, folder: Node, name: str) -> None:
        for child in self._world.tree.children(folder):
            if child.isdir:
                inner = f"{name}/{child.name}".lstrip("/")
                watch.local(inner).mkdir(exist_ok=True)
                watch.folders.add(inner)
                self._show(watch, child, inner)

    async def _follow(self, watch: Watch) -> None:
        while True:
            began = time.monotonic()
            if not watch.mount.read_only:
                await self._look(watch)
            await asyncio.sleep(max(TICK, 4 * (time.monotonic() - began)))

    async def _look(self, watch: Watch) -> None:
        found = dict(watch.entries())
        folders = {name for name, each in found.items() if each.is_dir(follow_symlinks=False)}
        for name in sorted(folders - watch.folders):
            watch.folders.add(name)
            if not self._world.tree.find(watch.path_of(name)):
                self._world.make_folder(watch.path_of(name))
        for name in sorted(watch.folders - folders) + sorted(watch.accepted.keys() - found.keys()):
            watch.folders.discard(name)
            watch.accepted.pop(name, None)
            self._world.remove(watch.path_of(name))
        for name, each in found.items():
            if each.is_file(follow_symlinks=False):
                await self._look_at(watch, name, each)

    async def _look_at(self, watch: Watch, name: str, entry: os.DirEntry[str]) -> None:
        with suppress(OSError):
            facts = entry.stat(follow_symlinks=False)
            mark, now = (facts.st_size, facts.st_mtime_ns), time.monotonic()
            if watch.accepted.get(name) == mark:
                return
            before, since = watch.seen.get(name, (mark, now))
            watch.seen[name] = (mark, since if before == mark else now)
            if now - watch.seen[name][1] < self._world.settings.mount_settle_s:
                return
            del watch.seen[name]
            watch.accepted[name] = mark
            draft = await asyncio.to_thread(self._world.contents.adopt, Path(entry.path))
            self._world.uploads.written(watch.path_of(name), draft, MOUNT)

    # -- from the drive to the folder

    def mirror(self, change: pb.FileSystemChange) -> None:
        """Show a change of the drive in the folders that show that part of it."""
        for watch in self._watches.values():
            name = watch.name_of(change.path)
            new = watch.name_of(change.newPath) if change.newPath else None
            if name is None:
                continue
            with suppress(OSError):
                if change.changeType in (pb.FileSystemChange.DELETE, pb.FileSystemChange.RENAME):
                    _take_away(watch, name)
                shown = new if change.changeType == pb.FileSystemChange.RENAME else name
                if change.isDirectory and shown and change.changeType != pb.FileSystemChange.DELETE:
                    watch.local(shown).mkdir(parents=True, exist_ok=True)
                    watch.folders.add(shown)


def _take_away(watch: Watch, name: str) -> None:
    """Remove from the folder what the mount itself had put there, or had accepted, under a name."""
    inside = [each for each in (*watch.accepted, *watch.folders) if each == name or each.startswith(f"{name}/")]
    for each in sorted(inside, reverse=True):
        with suppress(OSError):
            if each in watch.folders:
                watch.local(each).rmdir()
            else:
                watch.local(each).unlink()
        watch.folders.discard(each)
        watch.accepted.pop(each, None)


def _clear(watch: Watch) -> None:
    for name in {each.partition("/")[0] for each in (*watch.folders, *watch.accepted)}:
        _take_away(watch, name)
