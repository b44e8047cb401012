"""Legacy PCS calls: recycle bin, diff, thumbnails, download (§2.3, §2.5, §2.12). Apps of today are refused."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from starlette.responses import HTMLResponse, RedirectResponse, Response

from emulators.baidu.call import PCS, Call, Handler, Payload, failure, operation
from emulators.baidu.download import dlink_for
from emulators.baidu.errors import ApiError
from emulators.baidu.parts import PCS_FILE
from emulators.baidu.pictures import draw
from emulators.baidu.tree import Node, extension_of

PAGE = 1000
MOST_PIXELS = 1600
LARGEST_SOURCE = 10 << 20
_DRAWABLE = frozenset({"jpg", "jpeg", "bmp", "gif", "png"})
FRONT_END = 403
"""Stands for the plain HTTP 403 of the front end among the refusals."""


def legacy(name: str, path: str, method: str, refusal: int, **more: Any) -> Callable[[Handler], Handler]:
    """Register a call that an app without the legacy permission is refused with a code, or :data:`FRONT_END`."""

    def register(run: Handler) -> Handler:
        @operation(name, path, method, family=PCS, **more)
        async def checked(call: Call) -> Payload | Response:
            if call.world.settings.pcs_entitled:
                return await run(call)
            if refusal == FRONT_END:
                return HTMLResponse("<html><body>403 Forbidden</body></html>", 403)
            raise ApiError(refusal)

        return run

    return register


def given(call: Call, name: str, default: str = "") -> str:
    """Return a parameter of the form, or of the query: these calls take either."""
    return call.form.get(name) or call.query.get(name) or default


def whole(call: Call, name: str, default: int) -> int:
    """Return a whole number of the form or the query; raises 31023."""
    text = given(call, name, str(default))
    if not text.isascii() or not text.isdigit():
        raise ApiError(31023)
    return int(text)


# -- recycle bin


@legacy("listrecycle", PCS_FILE, "listrecycle", 31064, kind="list")
async def list_recycle(call: Call) -> Payload:
    """List what was deleted in the last days, the latest first."""
    call.world.tidy_bin(call.user.name)
    start, limit = whole(call, "start", 0), whole(call, "limit", PAGE)
    binned = sorted(call.drive.bin.values(), key=lambda each: -each.at)[start : start + limit]
    return {"list": [_bin_row(each.node, each.path, each.at) for each in binned]}


def _bin_row(node: Node, path: str, at: int) -> dict[str, Any]:
    row = {"fs_id": node.fs_id, "path": path, "ctime": node.ctime, "mtime": at}
    return row | {"md5": "" if node.isdir else node.md5, "size": node.size, "isdir": int(node.isdir)}


@legacy("restore", PCS_FILE, "restore", 4, verbs=("POST",), kind="write")
async def restore(call: Call) -> Payload | Response:
    """Bring files back; with some of them missing 31061 and the ids of the others."""
    call.world.tidy_bin(call.user.name)
    ids, back = _restored_ids(call), []
    for fs_id in ids:
        if fs_id in call.drive.bin:
            call.world.change(call.user.name, {"op": "restore", "fs_id": fs_id})
            back.append({"fs_id": str(fs_id)})
    extra = {"extra": {"list": back}}
    if len(back) == len(ids):
        return extra
    return failure(call.world, PCS, ApiError(31061, "file restore failed"), more=extra)


def _restored_ids(call: Call) -> list[int]:
    try:
        rows = json.loads(given(call, "param"))["list"] if given(call, "param") else [{"fs_id": given(call, "fs_id")}]
        ids = [int(row["fs_id"]) for row in rows]
    except (ValueError, KeyError, TypeError):
        raise ApiError(31023) from None
    if not ids:
        raise ApiError(31023)
    return ids


@legacy("clear_recycle", PCS_FILE, "delete", 4, kind="write")
async def clear_recycle(call: Call) -> Payload:
    """Empty the recycle bin (``type=recycle``)."""
    if given(call, "type") != "recycle":
        raise ApiError(31023)
    gone = list(call.drive.bin)
    if gone:
        call.world.change(call.user.name, {"op": "purge", "fs_ids": gone})
    return {"extra": {"list": [{"fs_id": str(each)} for each in gone], "succNum": len(gone)}}


# -- changes


@legacy("diff", PCS_FILE, "diff", 3, kind="list")
async def diff(call: Call) -> Payload:
    """Tell what changed since a cursor; without one everything there is, a thousand entries at a time."""
    drive, cursor = call.drive, given(call, "cursor", "null")
    if cursor == "null":
        cursor = f"0.{len(drive.changed)}.0"
    try:
        since, until, offset = (int(each) for each in cursor.split("."))
    except ValueError:
        raise ApiError(31023) from None
    if offset >= 0:
        return _everything(drive.by_id.values(), until, offset)
    rows = dict(drive.changed[since : since + PAGE])
    entries = {path: _entry(drive.find(path), path, gone) for path, gone in rows.items()}
    reached = min(since + PAGE, len(drive.changed))
    return _diff(entries, f"{reached}.0.-1", more=reached < len(drive.changed), reset=False)


def _everything(nodes: Any, until: int, offset: int) -> Payload:
    page = list(nodes)[offset : offset + PAGE]
    entries = {node.path: _entry(node, node.path, 0) for node in page}
    more = offset + PAGE < len(nodes)
    return _diff(entries, f"0.{until}.{offset + PAGE}" if more else f"{until}.0.-1", more=more, reset=offset == 0)


def _entry(node: Node | None, path: str, gone: int) -> dict[str, Any]:
    if not node:
        return {"path": path, "isdelete": gone or 1}
    row = {"fs_id": node.fs_id, "path": path, "size": node.size, "isdir": int(node.isdir), "isdelete": 0}
    return row | {"ctime": node.ctime, "mtime": node.mtime, "md5": "" if node.isdir else node.md5}


def _diff(entries: dict[str, Any], cursor: str, *, more: bool, reset: bool) -> Payload:
    return {"entries": entries, "has_more": more, "reset": reset, "cursor": cursor}


# -- bytes


def _file(call: Call) -> Node:
    node = call.drive.find(given(call, "path"))
    if not node or node.isdir:
        raise ApiError(31066)
    return node


@legacy("thumbnail_generate", "/rest/2.0/pcs/thumbnail", "generate", 31064)
async def generate(call: Call) -> Response:
    """Draw a thumbnail of a picture in the size that is asked for."""
    node = _file(call)
    width, height = whole(call, "width", 0), whole(call, "height", 0)
    if not 0 < width <= MOST_PIXELS or not 0 < height <= MOST_PIXELS or whole(call, "quality", 100) > 100:
        raise ApiError(31023)
    if extension_of(node.name) not in _DRAWABLE or node.size > LARGEST_SOURCE:
        raise ApiError(31141)
    picture = await asyncio.to_thread(draw, f"{node.fs_id}{node.mtime}", width, height)
    return Response(picture, media_type="image/png")


@legacy("pcs_download", PCS_FILE, "download", 31064)
async def download(call: Call) -> Response:
    """Lead to the bytes of a file by its path."""
    token = call.query["access_token"]
    return RedirectResponse(f"{dlink_for(call, _file(call))}&access_token={token}", 302)
