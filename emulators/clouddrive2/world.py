"""All the state of a running stand-in."""

from __future__ import annotations

import hashlib
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from emulators.clouddrive2.access import Grants
from emulators.clouddrive2.clouds import cloud_of, hash_of
from emulators.clouddrive2.contents import COUNTED, STORED, Contents, Draft
from emulators.clouddrive2.copying import Copies
from emulators.clouddrive2.direct import Handle
from emulators.clouddrive2.faults import Faults
from emulators.clouddrive2.mounting import Mounts
from emulators.clouddrive2.offline import OfflineTasks
from emulators.clouddrive2.push import Hub
from emulators.clouddrive2.remote import Remote
from emulators.clouddrive2.results import Change
from emulators.clouddrive2.seeding import plant
from emulators.clouddrive2.settings import Settings
from emulators.clouddrive2.tree import Node, Tree, clean, split
from emulators.clouddrive2.uploads import Uploads
from protos import clouddrive_pb2 as pb

LOG_LENGTH = 20_000
HASHED = 16 << 20
"""Up to this size a file that arrives in its cloud is hashed, as the cloud would do."""


@dataclass(frozen=True)
class Options:
    """How the stand-in was started; without a state file nothing outlives it."""

    seed: int = 1
    entries: int = 600
    state_file: Path | None = None
    settings: dict[str, Any] = field(default_factory=dict)


class World:
    """Files, tokens, uploads, tasks, switches, faults, the log and the counters. Lives in one event loop."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.settings = Settings()
        self.settings.change(options.settings)
        self.faults = Faults()
        if options.state_file:
            options.state_file.parent.mkdir(parents=True, exist_ok=True)
        self.tree = Tree(options.state_file)
        self.contents = Contents(options.state_file and options.state_file.with_suffix(".content"))
        self.grants = Grants(self.tree)
        self.key = hashlib.sha256(f"clouddrive2 stand-in {options.seed}".encode()).digest()
        self.handles: dict[int, Handle] = {}
        self.hidden: dict[str, float] = {}
        self.stale: dict[str, tuple[float, list[int]]] = {}
        self.downloads: list[str] = []
        self.port = 0
        self.started = time.time()
        self.hub = Hub(self)
        self.uploads = Uploads(self)
        self.copies = Copies(self)
        self.offline = OfflineTasks(self)
        self.remote = Remote(self)
        self.mounts = Mounts(self)
        self.forget()

    def begin(self) -> None:
        """Plant the first files, or go on where the last run stopped; needs a running loop."""
        if not self.tree.children(self.tree.root):
            self._plant()
        self.contents.retain(self.tree.stored())
        self.uploads.go_on()
        self.mounts.begin()

    def forget(self) -> None:
        """Empty the log and the counters."""
        self.log: deque[dict[str, Any]] = deque(maxlen=LOG_LENGTH)
        self.counters: Counter[str] = Counter()

    def refused(self, name: str, status: int) -> None:
        """Count a call that ended with a status."""
        self.counters[f"refused.{name}.{status}"] += 1

    # -- files

    def find(self, path: str) -> Node | None:
        """Return what is at a path of the tree, unless it does not show yet."""
        if self.hidden.get(clean(path), 0) > time.monotonic():
            return None
        return self.tree.find(path)

    def draft(self) -> Draft:
        """Begin a content; the settings say whether its bytes are kept."""
        return self.contents.draft(keep=self.settings.keep != "length")

    def put(self, path: str, size: int, content: str, hashes: dict[str, str] | None = None) -> Node:
        """Put a file at a path, in place of what was there, and tell it."""
        folder, name = split(path)
        parent = self.tree.folder(folder)
        taken = self.tree.child(parent, name)
        freed = self.tree.remove(taken) if taken else set()
        node = self.tree.add(parent, name, size=size, content=content)
        self.tree.tell_hashes(node, hashes or {})
        self.release(freed - {content})
        self.told(Change.MODIFY if taken else Change.CREATE, path, node)
        return node

    def make_folder(self, path: str) -> Node:
        """Make a folder, and the missing ones above it, and tell it."""
        node = self.tree.folder(path)
        self.told(Change.CREATE, path, node)
        return node

    def settle(self, path: str) -> None:
        """Let a file arrive in its cloud: hashed as the cloud does, bent as faults want it."""
        node = self.tree.find(path)
        if not node:
            return
        self._bend(path, node)
        cloud = cloud_of(path)
        if cloud and cloud.hash_type and node.size <= HASHED and not node.content.startswith(COUNTED):
            value = hash_of(self.contents.open(node.content, node.size), cloud.hash_type)
            self.tree.tell_hashes(node, {str(cloud.hash_type): value})
        if fault := self.faults.take("invisible", {"path": path}):
            self.hidden[path] = time.monotonic() + fault.number("seconds", 1)

    def _bend(self, path: str, node: Node) -> None:
        if fault := self.faults.take("wrong_size", {"path": path}):
            self.tree.resize(node, max(0, node.size + fault.count("delta", -1)))
        if node.content.startswith(STORED) and self.faults.take("flip", {"path": path}):
            self.contents.flip(node.content, node.size)

    def remove(self, path: str) -> bool:
        """Remove what is at a path; tell whether there was anything."""
        node = self.tree.find(path)
        if not node:
            return False
        self.release(self.tree.remove(node))
        self.told(Change.DELETE, path, node)
        return True

    def release(self, contents: set[str]) -> None:
        """Remove stored contents that no file has."""
        for content in contents:
            if not self.tree.uses(content):
                self.contents.drop(content)

    def told(self, kind: Change, path: str, node: Node, new_path: str = "") -> None:
        """Tell listeners and mounts of a change."""
        change = pb.FileSystemChange(changeType=kind, isDirectory=node.isdir, path=path)
        if new_path:
            change.newPath = new_path
            self.uploads.moved(path, new_path)
        self.hub.files(change)
        self.mounts.mirror(change)

    # -- beginnings and ends

    def restart(self) -> None:
        """Lose what a real server loses when it is restarted: sessions, handles, queues; not files, not tokens."""
        for handle in self.handles.values():
            handle.draft.discard()
        self.handles.clear()
        self.remote.clear()
        self.uploads.clear()
        self.copies.clear()
        self.offline.clear()
        self.uploads.go_on()

    def reset(self) -> None:
        """Go back to how the program started."""
        for name in self.tree.kept_below("pending:"):
            self.tree.forget(name)
        self.restart()
        self.settings.change(Settings().as_dict() | self.options.settings)
        self.uploads.clear()
        self.faults.remove()
        self.grants.begin()
        self.mounts.clear()
        self.tree.keep("dav", None)
        self.hidden.clear()
        self.stale.clear()
        if self.tree.dirty:
            self.tree.clear()
            self._plant()
        self.contents.retain(set())
        self.forget()

    def _plant(self) -> None:
        plant(self.tree, self.options.seed, self.options.entries)
        self.tree.dirty = False

    def close(self) -> None:
        """End the use of files."""
        self.mounts.close()
        self.tree.close()
        self.contents.close()
