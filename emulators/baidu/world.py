"""All the state of a running stand-in, and the file that carries it over a restart."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import secrets
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from emulators.baidu.blobs import STORED, Store, whole_md5
from emulators.baidu.content import Content, Source
from emulators.baidu.drive import Change, Drive, contents_of
from emulators.baidu.errors import ApiError
from emulators.baidu.faults import Faults
from emulators.baidu.grants import Grants
from emulators.baidu.offline_tasks import OfflineTasks
from emulators.baidu.seeding import plant
from emulators.baidu.settings import Settings
from emulators.baidu.shares import Shares
from emulators.baidu.tree import Node, exact_md5
from emulators.baidu.uploads import Uploads
from emulators.baidu.users import User, find_user, with_membership

LOG_LENGTH = 5000

Member = tuple[int, int | None]
"""``vip_type`` and capacity in bytes (None: what goes with it)."""


@dataclass(frozen=True)
class Options:
    """How the stand-in was started. ``download_origin`` is the scheme, host and port of the second host."""

    seed: int = 1
    entries: int = 6000
    state_file: Path | None = None
    download_port: int = 0
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass
class Task:
    """An asynchronous task of the file manager or of a share; ``rows`` are the rows of taskquery."""

    number: int
    user: str
    total: int
    status: str = "pending"
    errno: int = 0
    rows: list[dict[str, Any]] = field(default_factory=list)


class World:
    """Users' drives, authorizations, switches, faults, the log and the counters."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.settings = Settings()
        self.settings.change(options.settings)
        self.grants = Grants(self.settings)
        self.faults = Faults()
        self.sessions: dict[str, str] = {}
        self.members: dict[str, Member] = {}
        self.drives: dict[str, Drive] = {}
        self.tasks: dict[int, Task] = {}
        self.links_dead_before = 0
        self.store = Store(options.state_file and options.state_file.with_suffix(".content"))
        self.uploads = Uploads(self.store, self.settings)
        self.shares = Shares()
        self.offline = OfflineTasks()
        self.connections: Counter[str] = Counter()
        self.key = hashlib.sha256(f"yungang stand-in {options.seed}".encode()).digest()
        self.forget()
        self._journals: dict[str, list[Change]] = {}
        self._running: set[asyncio.Future[None]] = set()
        self._load()

    def user(self, name: str) -> User | None:
        """Return the user of that name with the membership given by the control API, None for nobody."""
        user = find_user(name)
        return with_membership(user, *self.members[name]) if user and name in self.members else user

    def drive(self, user: str) -> Drive:
        """Return a user's drive, grown at first use and brought up to its last state."""
        if user not in self.drives:
            self.drives[user] = drive = plant(f"{self.options.seed}:{user}", self.options.entries)
            for change in self._journals.pop(user, []):
                drive.apply(change)
        return self.drives[user]

    def change(self, user: str, change: Change) -> Node | None:
        """Apply a change to a user's drive and keep it; raises :class:`ApiError`."""
        drive = self.drive(user)
        if change["op"] == "delete" and not self.settings.recycle_days:
            change = {**change, "forever": True}
        try:
            node = drive.apply({"at": int(time.time()), **change})
        except ApiError:
            drive.freed += [change["content"]] if change["op"] == "file" else []
            raise
        finally:
            self._free(drive)
        self.save()
        return node

    def _free(self, drive: Drive) -> None:
        """Remove stored contents that a drive let go of and nobody else has."""
        freed, drive.freed = {each for each in drive.freed if each.startswith(STORED)}, []
        for content in freed - self._referenced(freed):
            self.store.drop(content)

    def bytes_of(self, content: str, size: int) -> Source:
        """Return the bytes of a file's content."""
        return self.store.open(content) if content.startswith(STORED) else Content(content, size)

    def md5_of(self, content: str, size: int) -> str:
        """Return the real md5 of a content; computed once, from all its bytes."""
        return whole_md5(self.store, content) if content.startswith(STORED) else exact_md5(content, size)

    def _referenced(self, contents: set[str]) -> set[str]:
        """Return those of some stored contents that a file still has, in a drive, a bin or a journal."""
        if not contents:
            return set()
        used = set()
        for drive in self.drives.values():
            binned = (node for each in drive.bin.values() for node in (each.node, *each.node.walk()))
            used |= {node.content for nodes in (drive.by_id.values(), binned) for node in nodes}
        resting = (change for journal in self._journals.values() for change in journal)
        return contents & (used | {each for change in resting for each in contents_of(change)})

    def forget(self) -> None:
        """Empty the log, the counters and the rate windows."""
        self.log: deque[dict[str, Any]] = deque(maxlen=LOG_LENGTH)
        self.counters: Counter[str] = Counter()
        self.refreshes: Counter[str] = Counter()
        self._windows: dict[str, deque[float]] = {}

    def reset(self) -> None:
        """Go back to how the program started: no faults, default switches, first trees, no authorizations."""
        for work in self._running:
            work.cancel()
        self.settings.change(Settings().as_dict() | self.options.settings)
        self.faults.remove()
        self.grants.load({})
        self.grants.by_access.clear()
        self.grants.by_refresh.clear()
        self.drives = {name: drive for name, drive in self.drives.items() if not drive.journal}
        for kept in (self.sessions, self.members, self.tasks, self._journals):
            kept.clear()
        self.uploads.clear()
        self.shares.clear()
        self.offline.clear()
        self.store.retain((), ())
        self.links_dead_before = 0
        self.forget()
        self.save()

    def within_rate(self, name: str, per_minute: int) -> bool:
        """Count a call and tell whether it stays within a number per minute (0: no limit)."""
        window, now = self._windows.setdefault(name, deque()), time.monotonic()
        while window and window[0] <= now - 60:
            window.popleft()
        if per_minute and len(window) >= per_minute:
            return False
        window.append(now)
        return True

    def start_task(self, task: Task, work: Any) -> Task:
        """Register a task and run the coroutine ``work`` in the background."""
        self.tasks[task.number] = task
        self.in_background(work)
        return task

    def in_background(self, work: Any) -> None:
        """Run a coroutine beside the calls."""
        self._running = {each for each in self._running if not each.done()}
        self._running.add(asyncio.ensure_future(work))

    def tidy_bin(self, user: str) -> None:
        """Remove from a user's recycle bin what was in it for too long."""
        oldest = time.time() - self.settings.recycle_days * 86_400
        gone = [fs_id for fs_id, each in self.drive(user).bin.items() if each.at <= oldest]
        if gone:
            self.change(user, {"op": "purge", "fs_ids": gone})

    def save(self) -> None:
        """Write the state file, if there is one, so that it is never seen half written."""
        target = self.options.state_file
        if not target:
            return
        state = {**self.grants.dump(), "sessions": self.sessions}
        state |= {"members": self.members, "uploads": self.uploads.dump(), "shares": self.shares.dump()}
        state["offline"] = self.offline.dump()
        draft = target.with_name(f"{target.name}.{os.getpid()}.{secrets.token_hex(4)}.tmp")
        with open(draft, "w", encoding="utf-8", opener=_private) as file:
            file.write(f'{json.dumps(state, ensure_ascii=False)[:-1]}, "journals": {self._journals_text()}}}')
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)

    def _journals_text(self) -> str:
        """Return all journals as JSON, put together from what was made JSON when it happened."""
        texts = {name: json.dumps(journal, ensure_ascii=False) for name, journal in self._journals.items()}
        texts |= {name: f"[{','.join(each.journal)}]" for name, each in self.drives.items() if each.journal}
        return "{" + ",".join(f"{json.dumps(name)}:{text}" for name, text in texts.items()) + "}"

    def _load(self) -> None:
        source = self.options.state_file
        if source:
            source.parent.mkdir(parents=True, exist_ok=True)
        if not source or not source.exists():
            return
        state = json.loads(source.read_text(encoding="utf-8"))
        self.grants.load(state)
        self.sessions = dict(state.get("sessions", {}))
        self.members = {name: tuple(each) for name, each in state.get("members", {}).items()}
        self._journals = dict(state.get("journals", {}))
        self.uploads.load(state.get("uploads", []))
        self.shares.load(state.get("shares", []))
        self.offline.load(state.get("offline", []))
        changes = (change for journal in self._journals.values() for change in journal)
        contents = {content for change in changes for content in contents_of(change)}
        stored = {each for each in contents if each.startswith(STORED)}
        self.store.retain((each.key for each in self.uploads.open()), stored)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
