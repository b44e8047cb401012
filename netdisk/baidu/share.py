"""Share links of the apaas service, which an app has to be entitled to (wire/baidu-netdisk.md §7.1)."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import AliasChoices, Field, field_validator, model_validator

from netdisk.baidu import endpoints
from netdisk.baidu.codes import Family
from netdisk.baidu.endpoints import Endpoint
from netdisk.baidu.envelope import Context, Json
from netdisk.baidu.errors import BaiduError
from netdisk.baidu.transport import Transport, Values
from netdisk.baidu.types import (
    Entry,
    Many,
    Number,
    OptionalNumber,
    Secret,
    SignedNumber,
    TaskItem,
    TaskState,
    Text,
    Wire,
    parse,
    parse_rows,
)

MAX_PAGE = 100
_PASSWORD = re.compile(r"[0-9a-z]{4}")


class ShareLink(Wire):
    """A new link; `period` in days, 0 for ever."""

    share_id: Number
    short_url: Text
    link: Text = Field("", repr=False)
    period: Number = 0
    password: Text = Field("", validation_alias="pwd", repr=False)
    remark: Text = ""


class ShareInfo(Wire):
    """What a link is about; times in Unix seconds."""

    share_id: Number
    short_url: Text = ""
    owner_uk: Number = Field(0, validation_alias="share_uk")
    owner_name: Text = ""
    remark: Text = ""
    period: SignedNumber = 0
    ctime: SignedNumber = 0
    mtime: SignedNumber = 0
    status: SignedNumber = 0
    file_count: Number = Field(0, validation_alias="file_cnt")


class SharedEntry(Entry):
    """A file or folder behind a link; one client has seen it named by fewer, other keys."""

    @model_validator(mode="before")
    @classmethod
    def _common_keys(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        row = dict(data)
        row.setdefault("server_filename", row.get("name"))
        row.setdefault("isdir", row.get("is_dir", 0))
        row["path"] = row.get("path") or row["server_filename"]
        return row


@dataclass(frozen=True, slots=True)
class SharedPage:
    """A part of the files behind a link; `count` is what the server says of the whole, None where it is silent."""

    entries: list[SharedEntry]
    count: int | None


class _Count(Wire):
    count: OptionalNumber = None


class TransferTask(Wire):
    """Files on their way from a link into the drive; `task_id` 0 means that they are there already."""

    task_id: Number = 0


class TransferStatus(Wire):
    """How a transfer is doing; `progress` in percent."""

    status: TaskState
    progress: Number = 0
    succeeded: Number = Field(0, validation_alias="succNum")
    items: Many[TaskItem] = Field(default_factory=list, validation_alias=AliasChoices("list", "items"))

    @field_validator("status", mode="before")
    @classmethod
    def _same_word(cls, value: Any) -> Any:
        return TaskState.FAILED if value == "fail" else value


class _Session(Wire):
    spwd: Secret


class ShareCalls:
    """The sharing part of the client. There is no list of one's own links, and none can be changed or cancelled."""

    _transport: Transport
    _app_id: str

    def share(self, fs_ids: Sequence[int], password: str, *, days: int = 7, remark: str = "") -> ShareLink:
        """Make a link to files and folders. `password` is 4 characters of 0-9 and a-z, `days` 1 to 365.

        BaiduError "share_password" before anything is sent.
        """
        if not _PASSWORD.fullmatch(password):
            raise BaiduError("share_password", family=Family.SHARE, endpoint=endpoints.SHARE_SET.name)
        form: Values = {"fsid_list": _ids(fs_ids), "period": days, "pwd": password, "remark": remark or None}
        data, context = self._share(endpoints.SHARE_SET, form)
        return parse(ShareLink, data, context)

    def share_verify(self, short_url: str, password: str) -> str:
        """The session password that the calls below take, for the password of a link."""
        data, context = self._share(endpoints.SHARE_VERIFY, {"pwd": password}, short_url)
        return parse(_Session, data, context).spwd

    def share_info(self, short_url: str, spwd: str) -> ShareInfo:
        data, context = self._share(endpoints.SHARE_INFO, {"spwd": spwd}, short_url)
        user = data.get("share_user_info")
        name = user.get("user_name") if isinstance(user, dict) else ""
        link = data.get("link_info")
        return parse(ShareInfo, {**link, "owner_name": name} if isinstance(link, dict) else link, context, "link_info")

    def share_list(
        self, short_url: str, spwd: str, directory: str = "", *, page: int = 1, page_size: int = MAX_PAGE
    ) -> SharedPage:
        """One page (from 1) of the files behind a link, at its root or in one of its folders."""
        form: Values = {"spwd": spwd, "dir": directory, "page": page, "page_size": page_size}
        data, context = self._share(endpoints.SHARE_LIST, form, short_url)
        entries = parse_rows(SharedEntry, data, context, "list", "items")
        return SharedPage(entries, parse(_Count, data, context).count)

    def share_transfer(
        self,
        short_url: str,
        spwd: str,
        fs_ids: Sequence[int],
        target: str,
        *,
        ondup: Literal["fail", "newcopy"] = "fail",
    ) -> TransferTask:
        """Copy files behind a link into the folder `target` of the drive, in the background."""
        form: Values = {"spwd": spwd, "fsid_list": _ids(fs_ids), "to_path": target, "async": 2, "ondup": ondup}
        data, context = self._share(endpoints.SHARE_TRANSFER, form, short_url)
        return parse(TransferTask, data, context)

    def share_task(self, task_id: int) -> TransferStatus:
        """How a transfer is doing."""
        data, context = self._share(endpoints.SHARE_TASK, None, task_id=task_id)
        details = data.get("desc")
        return parse(TransferStatus, {**(details if isinstance(details, dict) else {}), **data}, context)

    def _share(
        self, endpoint: Endpoint, form: Values | None, short_url: str = "", *, task_id: int | None = None
    ) -> tuple[Json, Context]:
        """The `data` of an answer."""
        if not self._app_id:
            raise BaiduError("no_app_id", family=Family.SHARE, endpoint=endpoint.name)
        query: Values = {"appid": self._app_id, "short_url": short_url or None, "task_id": task_id}
        reply, context = self._transport.call(endpoint, query, form=form)
        data = reply.data.get("data")
        if not isinstance(data, dict):
            raise context.error("malformed", "data: not an object", reply.request_id)
        return data, context


def _ids(fs_ids: Sequence[int]) -> str:
    return json.dumps([str(fs_id) for fs_id in fs_ids])
