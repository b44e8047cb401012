"""The upload host: where it is, parts of files, and small files in one step (§3.2, §3.3, §3.6)."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator

from starlette.requests import ClientDisconnect
from starlette.responses import Response

from emulators.baidu.blobs import Part, Sink
from emulators.baidu.call import PCS, Call, Payload, operation
from emulators.baidu.drive import valid_path
from emulators.baidu.errors import ApiError
from emulators.baidu.gate import Silence
from emulators.baidu.manage import inside
from emulators.baidu.multipart import MalformedError, file_part
from emulators.baidu.upload import limit_of
from emulators.baidu.uploads import Upload

PCS_FILE = "/rest/2.0/pcs/file"
SUPERFILE = "/rest/2.0/pcs/superfile2"
_FRAME = 64 << 10
"""What a multipart body may have around the part itself."""

_ONDUP = {"fail": 0, "newcopy": 1, "overwrite": 3}


class _Dropped(Exception):
    """The connection is to be cut in the middle of the body."""


@operation("locateupload", PCS_FILE, "locateupload", family=PCS, kind="upload", public=True)
async def locateupload(call: Call) -> Payload:
    """Name the hosts that take parts; nothing but the version is checked, not even the token."""
    if not call.query.get("upload_version"):
        raise ApiError(31023)
    settings = call.world.settings
    servers = _servers(settings.locate_servers or call.origin)
    spare = _servers(settings.locate_bak_servers)
    return {
        "bak_server": [],
        "bak_servers": spare,
        "client_ip": call.request.client.host if call.request.client else "",
        "error_code": 0,
        "error_msg": "",
        "expire": 60,
        "host": servers[0]["server"].rpartition("//")[2] if servers else "",
        "newno": "",
        "quic_server": [],
        "quic_servers": [],
        "server": [],
        "server_time": int(time.time()),
        "servers": servers,
        "sl": 0,
    }


def _servers(text: str) -> list[dict[str, str]]:
    addresses = [] if text == "none" else text.split(",")
    return [{"server": each.strip()} for each in addresses if each.strip()]


@operation("superfile2", SUPERFILE, "upload", family=PCS, verbs=("POST", "PUT"), kind="upload")
async def superfile2(call: Call) -> Payload | Response:
    """Take one part of an upload; repeating it replaces it."""
    upload, seq = _expected(call)
    world = call.world
    limit = limit_of(world, call.user, "block")
    if _length(call) > limit + _FRAME:
        return _too_large(call)
    sink = Sink(world.store.upload(upload.key))
    try:
        await _fill(call, sink, limit)
        if sink.size > limit:
            return _too_large(call)
        if seq == 0 and len(upload.block_list) > 1 and sink.size < world.settings.first_part_min:
            raise ApiError(31299, "the first block is too small")
        if upload.state != "open":
            raise ApiError(31299)
        return _kept(call, upload, seq, await sink.finish(seq))
    except (ClientDisconnect, _Dropped):
        return Silence(0)
    finally:
        await sink.discard()


def _expected(call: Call) -> tuple[Upload, int]:
    """Return the upload and the number of a part; raises 31023, 31355, 31299, 31064 or 31211."""
    world, query = call.world, call.query
    seq = call.integer("partseq", -1)
    if query.get("type", "tmpfile") != "tmpfile" or not query.get("path") or not 0 <= seq < world.settings.slice_limit:
        raise ApiError(31023)
    inside(world, query["path"], 31064)
    upload = world.uploads.find(call.user.name, query.get("uploadid", ""))
    if not upload:
        raise ApiError(31355)
    if upload.state == "open" and world.faults.take("uploadid_expired", call.facts):
        world.uploads.expire(upload)
    if upload.state != "open":
        raise ApiError(31299)
    return upload, seq


def _length(call: Call) -> int:
    """Return the announced length; raises 31211 when there is none (chunked)."""
    text = call.request.headers.get("content-length", "")
    if not text.isdigit():
        raise ApiError(31211)
    return int(text)


def _too_large(call: Call) -> Response:
    if call.world.settings.large_part_answer == 413:
        return Response("Request Entity Too Large", 413)
    raise ApiError(call.world.settings.large_part_answer)


async def _fill(call: Call, sink: Sink, limit: int) -> None:
    """Let the file of the body flow into a sink, up to one byte more than the limit."""
    pieces = file_part(_body(call), call.request.headers.get("content-type", ""))
    flip = call.world.faults.take("part_flip", call.facts)
    try:
        async for piece in pieces:
            if flip and not sink.size:
                piece = bytes([piece[0] ^ 1]) + piece[1:]  # noqa: PLW2901
            if sink.size <= limit:
                await sink.put(piece)
    except MalformedError as problem:
        raise ApiError(31023, str(problem)) from None


async def _body(call: Call) -> AsyncIterator[bytes]:
    """Yield the body as it comes, slowed down or cut where faults say so."""
    faults = call.world.faults
    slow, cut = faults.take("part_slow", call.facts), faults.take("part_dropped", call.facts)
    rate, left = slow.number("bytes_per_s", 65_536) if slow else 0, cut.count("after", 65_536) if cut else 0
    async for chunk in call.request.stream():
        call.world.counters["bytes_received"] += len(chunk)
        if cut:
            left -= len(chunk)
            if left < 0:
                raise _Dropped
        if rate:
            await asyncio.sleep(len(chunk) / rate)
        yield chunk


def _kept(call: Call, upload: Upload, seq: int, part: Part) -> Payload:
    if call.world.faults.take("part_forgotten", call.facts):
        part.path.unlink()
        upload.parts.pop(seq, None)
    else:
        upload.parts[seq] = part
    upload.received[seq] += 1
    errno = {"errno": 0} if call.world.settings.superfile_errno else {}
    return {**errno, "md5": part.md5}


@operation("upload", PCS_FILE, "upload", family=PCS, verbs=("POST", "PUT"), kind="upload")
async def single_step(call: Call) -> Payload | Response:
    """Take a whole small file; ``ondup`` is fail, overwrite or newcopy."""
    world, path, rtype = call.world, call.query.get("path", ""), _ONDUP.get(call.query.get("ondup") or "fail")
    if not path or rtype is None:
        raise ApiError(31023)
    inside(world, path, 31064)
    limit = world.settings.single_limit
    if _length(call) > limit + _FRAME:
        return Response("Request Entity Too Large", 413)
    key = secrets.token_hex(12)
    sink = Sink(world.store.upload(key))
    try:
        await _fill(call, sink, limit)
        content = await _stored(call, sink, key)
        change = {"op": "file", "path": valid_path(path), "size": sink.size, "content": content, "rtype": rtype}
        node = world.change(call.user.name, change)
        assert node
    except (ClientDisconnect, _Dropped):
        return Silence(0)
    except ApiError as refusal:
        raise ApiError({-8: 31061, -7: 31062, -9: 31063, -10: 31112}.get(refusal.code, refusal.code)) from None
    finally:
        await sink.discard()
        world.store.drop_upload(key)
    told = {"path": node.path, "size": node.size, "ctime": node.ctime, "mtime": node.mtime}
    return told | {"md5": node.md5, "fs_id": node.fs_id}


async def _stored(call: Call, sink: Sink, key: str) -> str:
    """Return the content of a file that came in one piece, if there is room for it."""
    if not sink.size:
        raise ApiError(31023, "the file is empty")
    if call.drive.used() + sink.size > call.user.total:
        raise ApiError(-10)
    await sink.finish(0)
    return call.world.store.keep(key, 1)
