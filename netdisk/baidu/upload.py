"""Uploading: precreate, locateupload, superfile2, create; and how to cut a file (wire/baidu-netdisk.md §3).

blocks = plan_blocks(size, vip_type)
session = client.precreate(path, size, md5s)
host = client.locate_upload(path, session.upload_id)
for number in session.missing:
    client.upload_part(host, path, session.upload_id, number, body)
entry = client.create_file(path, size, md5s, upload_id=session.upload_id)
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from urllib.parse import urlsplit

from pydantic import Field

from core.outbound import ConnectFailed, DnsFailed, OutboundError
from netdisk.baidu import endpoints
from netdisk.baidu.codes import Family, Reaction
from netdisk.baidu.endpoints import Endpoint
from netdisk.baidu.envelope import Context, Json
from netdisk.baidu.errors import BaiduError
from netdisk.baidu.hosts import TrustedHosts
from netdisk.baidu.multipart import BodyFailed, Multipart, PartBody
from netdisk.baidu.transport import Transport, Values
from netdisk.baidu.types import Entry, Many, Maybe, Number, Text, Wire, parse, rows

__all__ = [
    "PLACEHOLDER_BLOCKS",
    "Blocks",
    "PartBody",
    "Precreated",
    "Rtype",
    "UploadCalls",
    "UploadLimits",
    "limits_for",
    "plan_blocks",
]

MIB = 1024 * 1024
GIB = 1024 * MIB
PLACEHOLDER_BLOCKS = ("5910a591dd8fc18c32a8f3df4fdc1761", "a5fc157d78e6ad1c7e114b056c92821e")
"""Stand for md5s that are not known yet: the first alone for one block, both for several.

What precreate then calls missing says nothing: all blocks are.
"""

_MD5 = re.compile(r"[0-9a-f]{32}")
# locateupload only helps to find a faster host; these errors concern the upload itself.
_NOT_ABOUT_HOSTS = frozenset({Reaction.REFRESH, Reaction.REAUTHORIZE, Reaction.RESEND_PARTS})


class Rtype(IntEnum):
    """What happens when the path is taken (§3.5); with FAIL error -8, at the latest from create."""

    FAIL = 0
    RENAME = 1
    RENAME_IF_DIFFERENT = 2
    OVERWRITE = 3


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """What a membership allows (§3.6), in bytes: the least and the largest block, the largest file."""

    block_size: int
    max_block: int
    max_file: int
    max_blocks: int


_ORDINARY = UploadLimits(4 * MIB, 4 * MIB, 4 * GIB, 1024)
_LIMITS = {
    0: _ORDINARY,
    1: UploadLimits(4 * MIB, 16 * MIB, 10 * GIB, 1024),
    2: UploadLimits(4 * MIB, 32 * MIB, 20 * GIB, 1024),
}


def limits_for(vip_type: int) -> UploadLimits:
    """Those of `UserInfo.vip_type`; a membership not known here counts as an ordinary one."""
    return _LIMITS.get(vip_type, _ORDINARY)


@dataclass(frozen=True, slots=True)
class Blocks:
    """A file cut into `count` blocks of `block_size` bytes, the last one maybe shorter."""

    size: int
    block_size: int
    count: int

    def span(self, index: int) -> tuple[int, int]:
        """Where block `index` (from 0) starts and stops."""
        if not 0 <= index < self.count:
            raise IndexError(index)
        start = index * self.block_size
        return start, min(start + self.block_size, self.size)


def plan_blocks(size: int, vip_type: int, *, wanted: int = 0) -> Blocks:
    """How to cut a file of `size` bytes: blocks of about `wanted` bytes, as far as the membership allows.

    BaiduError "empty_file" or "file_too_large": Baidu would say so too, but only after the last byte.
    """
    limits = limits_for(vip_type)
    if size <= 0:
        raise BaiduError("empty_file", family=Family.UPLOAD, endpoint="upload")
    if size > limits.max_file:
        raise BaiduError("file_too_large", family=Family.UPLOAD, endpoint="upload")
    needed = -(-size // limits.max_blocks)
    block_size = min(max(_whole_mebibytes(max(wanted, needed)), limits.block_size), limits.max_block)
    return Blocks(size, block_size, -(-size // block_size))


def _whole_mebibytes(size: int) -> int:
    return -(-size // MIB) * MIB


@dataclass(frozen=True, slots=True)
class Precreated:
    """An upload session: `missing` are the numbers (from 0) of the blocks to send.

    With `entry` a rapid upload is done: the file is there, nothing has to be sent or created.
    """

    upload_id: str
    missing: tuple[int, ...]
    entry: Entry | None = None


class _Session(Wire):
    return_type: Number = 1
    upload_id: Text = Field("", validation_alias="uploadid")
    block_list: Many[Number] = Field(default_factory=list)
    info: Maybe[Json] = None


RAPID = 2


class UploadCalls:
    """The uploading part of the client."""

    pcs_url: str
    _transport: Transport
    _trusted: TrustedHosts

    def precreate(
        self,
        path: str,
        size: int,
        block_md5s: Sequence[str],
        *,
        rtype: Rtype = Rtype.FAIL,
        upload_id: str = "",
        content_md5: str = "",
        slice_md5: str = "",
        ctime: int | None = None,
        mtime: int | None = None,
    ) -> Precreated:
        """Begin an upload, or with `upload_id` ask which blocks an earlier one still lacks (§3.1, §3.8).

        `content_md5` (of the file) and `slice_md5` (of its first 256 KiB) ask for a rapid upload; an app that
        may not have it is refused with `Reaction.NO_RAPID`: call again without them.
        """
        form = {
            **_file_form(path, size, block_md5s, rtype, (ctime, mtime)),
            "autoinit": 1,
            "uploadid": upload_id or None,
            "content-md5": content_md5 or None,
            "slice-md5": slice_md5 or None,
        }
        reply, context = self._transport.call(endpoints.PRECREATE, form=form)
        session = parse(_Session, reply.data, context)
        if session.return_type == RAPID:
            return Precreated("", (), _entry(session.info or {}, path, size, context))
        if not session.upload_id:
            raise context.error("malformed", "uploadid: missing", reply.request_id)
        missing = tuple(sorted(set(session.block_list))) or (0,)
        if missing[-1] >= len(block_md5s) and PLACEHOLDER_BLOCKS[0] not in block_md5s:
            raise context.error("malformed", "block_list: names a block that does not exist", reply.request_id)
        return Precreated(session.upload_id, missing)

    def locate_upload(self, path: str, upload_id: str) -> str:
        """Base URL of the host to send the blocks to, good for the life of the upload (§3.2).

        Only a host that may get the token, https before http; `pcs_url` when the server names none or can't say.
        """
        query: Values = {"path": path, "uploadid": upload_id}
        try:
            reply, context = self._transport.call(endpoints.LOCATE_UPLOAD, query, base_url=self.pcs_url)
        except BaiduError as error:
            if error.reaction in _NOT_ABOUT_HOSTS:
                raise
            return self.pcs_url
        named = [*_servers(reply.data, context, "servers"), *_servers(reply.data, context, "bak_servers")]
        trusted = [url for url in named if url in self._trusted]
        trusted.sort(key=lambda url: not url.startswith("https:"))
        return _origin(trusted[0]) if trusted else self.pcs_url

    def upload_part(self, host: str, path: str, upload_id: str, number: int, body: PartBody) -> str:
        """Send block `number` (from 0) to `host`, a base URL; the md5 that the server saw (§3.3).

        What `body` raises comes through. Never repeated by itself, except once after the token was renewed;
        a connection that broke is "network" or "unreachable".
        """
        if host not in self._trusted:
            raise BaiduError("untrusted_host", family=Family.UPLOAD, endpoint=endpoints.UPLOAD_PART.name)
        query: Values = {"path": path, "uploadid": upload_id, "partseq": number}
        reply, context = self._send(endpoints.UPLOAD_PART, query, host, Multipart(body))
        md5 = str(reply.get("md5", "")).lower()
        if not _MD5.fullmatch(md5):
            raise context.error("malformed", "md5: missing")
        return md5

    def create_file(
        self,
        path: str,
        size: int,
        block_md5s: Sequence[str],
        *,
        upload_id: str = "",
        rtype: Rtype = Rtype.FAIL,
        ctime: int | None = None,
        mtime: int | None = None,
    ) -> Entry:
        """Put the blocks together; `block_md5s` are all of them in order (§3.4).

        The path of the entry differs from `path` where `rtype` made the server rename. Without `upload_id`
        and with the md5 of the whole file it is a rapid upload.
        """
        form = {**_file_form(path, size, block_md5s, rtype, (ctime, mtime)), "uploadid": upload_id or None}
        reply, context = self._transport.call(endpoints.CREATE_FILE, form=form)
        return _entry(reply.data, path, size, context)

    def _send(self, endpoint: Endpoint, query: Values, host: str, part: Multipart) -> tuple[Json, Context]:
        """Send a part; failures of the connection as the client names them, those of the body as they were."""
        failure: Exception
        try:
            reply, context = self._transport.call(endpoint, query, base_url=host.rstrip("/"), part=part)
            return reply.data, context
        except BodyFailed as error:
            failure = error.__cause__ if isinstance(error.__cause__, Exception) else error
        except OutboundError as error:
            if error.permanent or not error.upstream_fault:
                raise
            code = "unreachable" if isinstance(error, ConnectFailed | DnsFailed) else "network"
            failure = BaiduError(code, type(error).__name__, family=endpoint.family, endpoint=endpoint.name)
        # Outside of the handlers, so that no error with a URL is chained to it.
        raise failure


def _file_form(
    path: str, size: int, block_md5s: Sequence[str], rtype: Rtype, times: tuple[int | None, int | None]
) -> dict[str, str | int | None]:
    return {
        "path": path,
        "size": size,
        "isdir": 0,
        "block_list": json.dumps(list(block_md5s)),
        "rtype": int(rtype),
        "local_ctime": times[0],
        "local_mtime": times[1],
    }


def _entry(data: Json, path: str, size: int, context: Context) -> Entry:
    return parse(Entry, {"path": path, "size": size, **data}, context)


def _servers(data: Json, context: Context, key: str) -> list[str]:
    return [str(row["server"]) for row in rows(data, context, key) if isinstance(row, dict) and row.get("server")]


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
