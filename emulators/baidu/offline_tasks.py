"""Offline downloads that were ordered, by their number (§2.13)."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass
from typing import Any

DONE, RUNNING, EXISTS, FULL, CANCELLED = 0, 1, 7, 6, 8
SAVE_FAILED = 5


@dataclass
class OfflineTask:
    """A download the platform does by itself; ``status`` as documented, times in Unix seconds."""

    task_id: int
    user: str
    source_url: str
    save_path: str
    size: int
    create_time: float
    finish_time: float = 0
    status: int = RUNNING


class OfflineTasks:
    """All offline downloads."""

    def __init__(self) -> None:
        self.by_id: dict[int, OfflineTask] = {}

    def add(self, user: str, source_url: str, save_path: str, size: int, now: float) -> OfflineTask:
        """Return a new running task."""
        task = OfflineTask(10**8 + secrets.randbelow(9 * 10**8), user, source_url, save_path, size, now)
        self.by_id[task.task_id] = task
        return task

    def of(self, user: str) -> list[OfflineTask]:
        """Return a user's tasks, oldest first."""
        return [each for each in self.by_id.values() if each.user == user]

    def clear(self) -> None:
        """Forget all."""
        self.by_id.clear()

    def dump(self) -> list[dict[str, Any]]:
        """Return all tasks as JSON."""
        return [asdict(each) for each in self.by_id.values()]

    def load(self, state: list[dict[str, Any]]) -> None:
        """Take over what :meth:`dump` returned."""
        self.by_id = {each["task_id"]: OfflineTask(**each) for each in state}
