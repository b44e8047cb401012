"""Changing files and folders: mkdir, copy, move, rename, delete (wire/baidu-netdisk.md §2.7, §2.8)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Literal

from netdisk.baidu import endpoints
from netdisk.baidu.transport import Transport, Values
from netdisk.baidu.types import Entry, FileOperation, TaskStatus, parse

SOME_FAILED = 12

Ondup = Literal["fail", "newcopy", "overwrite", "skip"]


class Mode(IntEnum):
    """Whether the server works while we wait."""

    SYNC = 0
    ADAPTIVE = 1
    ASYNC = 2


@dataclass(frozen=True, slots=True)
class Relocation:
    """One file or folder to copy or move into the folder `destination`, under `new_name` if given."""

    path: str
    destination: str
    new_name: str | None = None
    ondup: Ondup | None = None

    def wire(self) -> dict[str, str]:
        fields = {
            "path": self.path,
            "dest": self.destination,
            "newname": self.new_name or self.path.rstrip("/").rpartition("/")[2],
            "ondup": self.ondup,
        }
        return {key: value for key, value in fields.items() if value is not None}


class FileCalls:
    """The writing half of the client. At most 999 items per call; one background task per user at a time."""

    _transport: Transport

    def mkdir(self, path: str, *, rename: bool = False) -> Entry:
        """Make a folder.

        An existing one is an error (code -8) unless `rename` lets the server pick another name.
        """
        form: Values = {"path": path, "isdir": 1, "rtype": rename}
        reply, context = self._transport.call(endpoints.MKDIR, form=form)
        return parse(Entry, {"isdir": 1, **reply.data}, context)

    def copy(self, items: Sequence[Relocation], *, ondup: Ondup = "fail", mode: Mode = Mode.SYNC) -> FileOperation:
        return self._manage("copy", [item.wire() for item in items], ondup, mode)

    def move(self, items: Sequence[Relocation], *, ondup: Ondup = "fail", mode: Mode = Mode.SYNC) -> FileOperation:
        return self._manage("move", [item.wire() for item in items], ondup, mode)

    def rename(
        self, names: Sequence[tuple[str, str]], *, ondup: Ondup = "fail", mode: Mode = Mode.SYNC
    ) -> FileOperation:
        """`names` are (path, new name)."""
        items = [{"path": path, "newname": name} for path, name in names]
        return self._manage("rename", items, ondup, mode)

    def delete(self, paths: Sequence[str], *, mode: Mode = Mode.SYNC) -> FileOperation:
        """Into the recycle bin."""
        return self._manage("delete", list(paths), None, mode)

    def task_query(self, task_id: int) -> TaskStatus:
        """How a background task is doing."""
        reply, context = self._transport.call(endpoints.TASK_QUERY, {"taskid": task_id})
        return parse(TaskStatus, reply.data, context)

    def _manage(self, opera: str, items: list[Any], ondup: Ondup | None, mode: Mode) -> FileOperation:
        """Partial failure is a result, to be read item by item; one that names no failed item is an error."""
        form: Values = {
            "async": int(mode),
            "filelist": json.dumps(items, ensure_ascii=False),
            "ondup": ondup,
        }
        reply, context = self._transport.call(endpoints.FILE_MANAGER[opera], form=form, accept={SOME_FAILED})
        operation = parse(FileOperation, reply.data, context)
        if reply.code == SOME_FAILED and not operation.failed:
            raise context.error(SOME_FAILED, "no item says which", reply.request_id)
        return operation
