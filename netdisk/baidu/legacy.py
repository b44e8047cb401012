"""The old PCS calls: recycle bin, offline download, changes (wire/baidu-netdisk.md §2.3, §2.12, §2.13).

Few apps may still use them: to the others Baidu refuses in many ways, all of which are `netdisk.not_supported`
here and are not tried again.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from enum import IntEnum
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, field_validator

from netdisk.baidu import endpoints
from netdisk.baidu.endpoints import Endpoint
from netdisk.baidu.envelope import Context, Reply
from netdisk.baidu.transport import Transport, Values
from netdisk.baidu.types import Entry, Flag, Many, Maybe, Number, SignedNumber, Text, Wire, parse, parse_rows

SOME_RESTORED = 31061
FROM_THE_START = "null"


class _Touched(Wire):
    """What a call on the recycle bin names."""

    class Item(Wire):
        fs_id: Number

    items: Many[Item] = Field(default_factory=list, validation_alias="list")
    count: Number = Field(0, validation_alias="succNum")


class Restored(Wire):
    """The ids of what came back from the recycle bin; not `complete` where something else has its name now."""

    fs_ids: list[int]
    complete: bool


class OfflineState(IntEnum):
    """What has become of an offline download."""

    DONE = 0
    RUNNING = 1
    SYSTEM_ERROR = 2
    SOURCE_MISSING = 3
    TIMED_OUT = 4
    SAVE_FAILED = 5
    NO_SPACE = 6
    TARGET_EXISTS = 7
    CANCELLED = 8


class OfflineTask(Wire):
    """A download that Baidu does by itself, in bytes and Unix seconds; `is_unknown` when there is no such task."""

    task_id: Number
    is_unknown: Flag = Field(False, validation_alias="result")
    state: Maybe[OfflineState] = Field(None, validation_alias="status")
    size: Number = Field(0, validation_alias="file_size")
    finished_size: Number = 0
    create_time: SignedNumber = 0
    start_time: SignedNumber = 0
    finish_time: SignedNumber = 0
    source_url: Text = Field("", repr=False)
    save_path: Text = ""


class OfflinePage(Wire):
    """A part of the offline downloads; `total` counts all."""

    tasks: Many[OfflineTask] = Field(default_factory=list, validation_alias="task_info")
    total: Number = 0


def _is_gone(value: Any) -> bool:
    """1 in the recycle bin, -1 for good."""
    return value not in (0, "0", False, "", None)


class Change(Entry):
    """A file or folder that came, changed or went."""

    deleted: Annotated[bool, BeforeValidator(_is_gone)] = Field(False, validation_alias="isdelete")


class Changes(Wire):
    """What happened since a cursor. With `reset` the caller forgets what it knew, then starts with these."""

    entries: list[Change] = Field(default_factory=list)
    has_more: Flag = False
    reset: Flag = False
    cursor: str

    @field_validator("entries", mode="before")
    @classmethod
    def _by_path(cls, value: Any) -> Any:
        """They come as an object keyed by path."""
        if not isinstance(value, dict):
            return value or []
        return [{"path": path, **row} if isinstance(row, dict) else row for path, row in value.items()]


class LegacyCalls:
    """The old part of the client."""

    pcs_url: str
    _transport: Transport

    def recycle_list(self, *, start: int = 0, limit: int = 1000) -> list[Entry]:
        """One page of the recycle bin."""
        reply, context = self._pcs(endpoints.RECYCLE_LIST, {"start": start, "limit": limit})
        return parse_rows(Entry, reply.data, context, "list")

    def recycle_restore(self, fs_ids: Sequence[int]) -> Restored:
        """Bring back what was deleted."""
        param = json.dumps({"list": [{"fs_id": fs_id} for fs_id in fs_ids]})
        reply, context = self._pcs(endpoints.RECYCLE_RESTORE, form={"param": param}, accept={SOME_RESTORED})
        touched = parse(_Touched, reply.data.get("extra") or {}, context, "extra")
        return Restored(fs_ids=[item.fs_id for item in touched.items], complete=reply.code != SOME_RESTORED)

    def recycle_clear(self) -> int:
        """Empty the recycle bin for good; how many things were in it."""
        reply, context = self._pcs(endpoints.RECYCLE_CLEAR, form={})
        touched = parse(_Touched, reply.data.get("extra") or {}, context, "extra")
        return max(touched.count, len(touched.items))

    def offline_add(self, source_url: str, save_path: str, *, timeout: int = 3600, rate_limit: int = 0) -> int:
        """Let Baidu download `source_url` into `save_path`; the id of the task. `timeout` in seconds."""
        form: Values = {
            "source_url": source_url,
            "save_path": save_path,
            "timeout": timeout,
            "rate_limit": rate_limit or None,
        }
        reply, context = self._pcs(endpoints.OFFLINE["add_task"], form=form)
        return parse(OfflineTask, reply.data, context).task_id

    def offline_query(self, task_ids: Sequence[int], *, progress: bool = True) -> dict[int, OfflineTask]:
        """How tasks are doing, by id."""
        form: Values = {"task_ids": ",".join(map(str, task_ids)), "op_type": progress}
        reply, context = self._pcs(endpoints.OFFLINE["query_task"], form=form)
        found = reply.data.get("task_info") or {}
        if not isinstance(found, dict):
            raise context.error("malformed", "task_info: not an object")
        rows = [{"task_id": key, **row} for key, row in found.items() if isinstance(row, dict)]
        tasks = parse_rows(OfflineTask, {"task_info": rows}, context, "task_info")
        return {task.task_id: task for task in tasks}

    def offline_list(self, *, start: int = 0, limit: int = 10, details: bool = True) -> OfflinePage:
        """One page of the tasks, the newest first."""
        form: Values = {"start": start, "limit": limit, "asc": 0, "need_task_info": details}
        reply, context = self._pcs(endpoints.OFFLINE["list_task"], form=form)
        return parse(OfflinePage, reply.data, context)

    def offline_cancel(self, task_id: int) -> None:
        self._pcs(endpoints.OFFLINE["cancel_task"], form={"task_id": task_id})

    def changes(self, cursor: str = FROM_THE_START) -> Changes:
        """What came, changed and went since `cursor`."""
        reply, context = self._pcs(endpoints.CHANGES, {"cursor": cursor})
        return parse(Changes, reply.data, context)

    def _pcs(
        self,
        endpoint: Endpoint,
        query: Values | None = None,
        *,
        form: Values | None = None,
        accept: Collection[int] = (),
    ) -> tuple[Reply, Context]:
        return self._transport.call(endpoint, query, form=form, accept=accept, base_url=self.pcs_url)
