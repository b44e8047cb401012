"""Uploads in parts: how they begin (precreate) and how they end (create), §3.1, §3.4, §3.5."""

from __future__ import annotations

import asyncio
import hashlib
from typing import Any

from emulators.baidu.call import Call, Payload, operation
from emulators.baidu.drive import valid_path
from emulators.baidu.errors import ApiError
from emulators.baidu.listing import FILE
from emulators.baidu.manage import inside
from emulators.baidu.tree import Node
from emulators.baidu.uploads import Upload, block_list_of
from emulators.baidu.users import MEMBERSHIPS, User
from emulators.baidu.world import World

RAPID_MIN = 256 << 10
"""Only contents larger than this are known by their md5."""


@operation("precreate", FILE, "precreate", verbs=("POST",), kind="upload")
async def precreate(call: Call) -> Payload:
    """Begin an upload, go on with one, or find that the content is known already (``return_type`` 2)."""
    path, size, blocks = _announced(call)
    if call.form.get("isdir", "0") != "0" or call.form.get("autoinit") != "1" or not blocks:
        raise ApiError(2)
    _check_room(call, path, size)
    if call.world.settings.precreate_conflict and call.form.get("rtype") == "0" and call.drive.find(path):
        raise ApiError(-8)
    if known := await _rapid(call, size):
        node = _put(call, path, size, known)
        return {"return_type": 2, "info": _told(node, isdir=0)}
    upload = _continued(call, path, size, blocks) or call.world.uploads.begin(call.user.name, path, size, blocks)
    call.world.save()
    return {"path": path, "uploadid": upload.uploadid, "return_type": 1, "block_list": _wanted(call.world, upload)}


def _announced(call: Call) -> tuple[str, int, list[str]]:
    """Return path, size and md5s of a precreate or create; raises 2, or -7 for the path."""
    form = call.form
    blocks = block_list_of(form.get("block_list", ""))
    size = call.form_integer("size")
    if not form.get("path") or size <= 0 or form.get("rtype", "0") not in {"0", "1", "2", "3"}:
        raise ApiError(2)
    if len(blocks) > call.world.settings.slice_limit:
        raise ApiError(2, "too many blocks")
    inside(call.world, form["path"])
    return valid_path(form["path"]), size, blocks


def _check_room(call: Call, path: str, size: int) -> None:
    """Raise -10 when the drive would be over-full; an overwritten file makes room."""
    taken = call.drive.find(path)
    freed = taken.size if taken and _policy(call) == 3 else 0
    if call.drive.used() - freed + size > call.user.total:
        raise ApiError(-10)


def _policy(call: Call) -> int:
    """Return ``rtype``; versions (``is_revision``) take the place of what was there."""
    return 3 if call.form.get("is_revision") == "1" else int(call.form.get("rtype", "0"))


def _continued(call: Call, path: str, size: int, blocks: list[str]) -> Upload | None:
    upload = call.world.uploads.find(call.user.name, call.form.get("uploadid", ""))
    same = upload and (upload.path, upload.size, upload.block_list) == (path, size, blocks)
    return upload if upload and same and upload.state == "open" else None


def _wanted(world: World, upload: Upload) -> list[int]:
    """Return the numbers of the parts that are still to come."""
    if not upload.parts and world.settings.block_list_answer == "empty":
        return []
    return [seq for seq in range(len(upload.block_list)) if seq not in upload.parts]


# -- contents that are known


async def _rapid(call: Call, size: int) -> str | None:
    """Return the known content that ``content-md5`` and ``slice-md5`` of the form name."""
    md5, slice_md5 = call.form.get("content-md5", "").lower(), call.form.get("slice-md5", "").lower()
    if not md5 or not slice_md5:
        return None
    if call.world.settings.rapid_upload == "refused":
        raise ApiError(31500)
    return await find_known(call.world, size, md5, slice_md5)


async def find_known(world: World, size: int, md5: str, slice_md5: str = "") -> str | None:
    """Return a content of that size and md5 from any drive, None when there is none or it may not be used."""
    if size <= RAPID_MIN or world.settings.rapid_upload != "on":
        return None
    nodes = (node for drive in world.drives.values() for node in drive.by_id.values())
    for content in {node.content for node in nodes if node.size == size and not node.isdir}:
        if slice_md5 and slice_md5 != await asyncio.to_thread(_slice_md5, world, content, size):
            continue
        if md5 == await asyncio.to_thread(world.md5_of, content, size):
            return content
    return None


def _slice_md5(world: World, content: str, size: int) -> str:
    head = world.bytes_of(content, size).read(0, RAPID_MIN)
    return hashlib.md5(head, usedforsecurity=False).hexdigest()


# -- the end


@operation("create", FILE, "create", verbs=("POST",), kind="upload")
async def create(call: Call) -> Payload:
    """Make the file of the parts that came; without an uploadid of a content that is known by its md5."""
    path, size, blocks = _announced(call)
    if call.form.get("isdir", "0") != "0" or not blocks:
        raise ApiError(2)
    _check_room(call, path, size)
    uploadid = call.form.get("uploadid", "")
    content = await _finished(call, uploadid, size, blocks) if uploadid else await _known(call, size, blocks)
    node = _put(call, path, size, content)
    told = {"server_filename": node.name, "name": node.path, "from_type": 1}
    return _told(node, isdir=0) | told


async def _known(call: Call, size: int, blocks: list[str]) -> str:
    if call.world.settings.rapid_upload == "refused":
        raise ApiError(31500)
    content = await find_known(call.world, size, blocks[0]) if len(blocks) == 1 else None
    if not content:
        raise ApiError(31190)
    return content


async def _finished(call: Call, uploadid: str, size: int, blocks: list[str]) -> str:
    """Return the content of an upload whose parts are all there; raises what the documentation says."""
    world = call.world
    upload = world.uploads.find(call.user.name, uploadid)
    if upload:
        upload.creates += 1
    if upload and upload.state == "open" and world.faults.take("uploadid_expired", call.facts):
        world.uploads.expire(upload)
    if not upload or upload.state != "open":
        raise ApiError(31355)
    _check_parts(world, upload, blocks, size)
    if size > limit_of(world, call.user, "file"):
        raise ApiError(31365)
    _refuse_conflict(call)
    upload.state = "created"
    return await asyncio.to_thread(world.store.keep, upload.key, len(blocks))


def _check_parts(world: World, upload: Upload, blocks: list[str], size: int) -> None:
    parts = [upload.parts[seq] for seq in range(len(blocks)) if seq in upload.parts]
    if len(parts) < len(blocks):
        raise ApiError(31363)
    if [part.md5 for part in parts] != blocks:
        raise ApiError(31190)
    if world.settings.strict_block_list and blocks != upload.block_list:
        raise ApiError(31190)
    sizes = [part.size for part in parts]
    if sum(sizes) != size or len(set(sizes[:-1])) > 1 or sizes[-1] > sizes[0]:
        raise ApiError(10)


def _refuse_conflict(call: Call) -> None:
    """Raise -8 while the upload is still whole, so that another create may follow."""
    taken, policy = call.drive.find(call.form["path"]), _policy(call)
    if taken and (policy == 0 or (policy == 3 and taken.isdir)):
        raise ApiError(-8)


def _put(call: Call, path: str, size: int, content: str) -> Node:
    times = {name: call.form_integer(name) for name in ("local_ctime", "local_mtime")}
    change = {"op": "file", "path": path, "size": size, "content": content, "rtype": _policy(call), **times}
    node = call.world.change(call.user.name, change)
    assert node
    return node


def _told(node: Node, **more: Any) -> Payload:
    told = {"fs_id": node.fs_id, "path": node.path, "size": node.size, "md5": node.md5, "category": node.category}
    return told | {"ctime": node.ctime, "mtime": node.mtime} | more


def limit_of(world: World, user: User, what: str) -> int:
    """Return the most bytes of a ``block`` or ``file`` for a user's membership."""
    limit: int = getattr(world.settings, f"{what}_limit_{MEMBERSHIPS[user.vip_type]}")
    return limit
