"""Offline download with a token, for apps with the legacy permission (§2.13)."""

from __future__ import annotations

import asyncio
import hashlib
import time
from typing import Any
from urllib.parse import unquote, urlsplit

from emulators.baidu.call import Call, Payload
from emulators.baidu.drive import clean_path, valid_name
from emulators.baidu.errors import ApiError
from emulators.baidu.manage import inside
from emulators.baidu.offline_tasks import (
    CANCELLED,
    DONE,
    EXISTS,
    FULL,
    RUNNING,
    SAVE_FAILED,
    OfflineTask,
)
from emulators.baidu.pcs import FRONT_END, given, legacy, whole
from emulators.baidu.world import World

PATH = "/rest/2.0/pcs/services/cloud_dl"
SCHEMES = frozenset({"http", "https", "ftp", "ed2k", "magnet"})
_CODES = {-8: EXISTS, -10: FULL}
_LARGEST = 8 << 20


@legacy("offline_add", PATH, "add_task", FRONT_END, verbs=("POST",), kind="offline")
async def add_task(call: Call) -> Payload:
    """Order a download into a folder, or to a path that is named."""
    world, url, save_path = call.world, given(call, "source_url"), given(call, "save_path")
    if not url or not save_path:
        raise ApiError(31023)
    if urlsplit(url).scheme not in SCHEMES:
        raise ApiError(36037)
    inside(world, f"{save_path}/x", 31064)
    running = [each for each in world.offline.of(call.user.name) if _settled(world, each).status == RUNNING]
    if len(running) >= world.settings.offline_limit:
        raise ApiError(36013)
    task = world.offline.add(call.user.name, url, clean_path(save_path), _size(url), time.time())
    world.save()
    world.in_background(_later(world, task))
    return {"task_id": str(task.task_id)}


def _size(url: str) -> int:
    return 1 + int.from_bytes(hashlib.sha256(url.encode()).digest()[:4], "big") % _LARGEST


async def _later(world: World, task: OfflineTask) -> None:
    await asyncio.sleep(world.settings.offline_s)
    _end(world, task)


def _settled(world: World, task: OfflineTask) -> OfflineTask:
    """Return a task, ended if its time has come: after a restart nothing else ends it."""
    if task.create_time + world.settings.offline_s <= time.time():
        _end(world, task)
    return task


def _end(world: World, task: OfflineTask) -> None:
    if task.status == RUNNING and task.task_id in world.offline.by_id:
        task.finish_time = time.time()
        task.status = world.settings.offline_outcome or _saved(world, task)
        world.save()


def _saved(world: World, task: OfflineTask) -> int:
    """Put the file in its place and return the status that comes of it."""
    drive, user = world.drive(task.user), world.user(task.user)
    assert user
    name = unquote(urlsplit(task.source_url).path.rpartition("/")[2])
    folder = drive.find(task.save_path)
    into = folder.isdir if folder else _means_folder(task.save_path)
    path = f"{task.save_path}/{name if valid_name(name) else 'download'}" if into else task.save_path
    if drive.used() + task.size > user.total:
        return FULL
    content = f"offline:{task.source_url}"
    try:
        world.change(task.user, {"op": "file", "path": path, "size": task.size, "content": content, "rtype": 0})
    except ApiError as refusal:
        return _CODES.get(refusal.code, SAVE_FAILED)
    return DONE


def _means_folder(path: str) -> bool:
    # A path that is not there yet: only the missing extension tells that a folder is meant.
    return "." not in path.rpartition("/")[2]


@legacy("offline_query", PATH, "query_task", FRONT_END, kind="offline")
async def query_task(call: Call) -> Payload:
    """Tell about tasks by their numbers; ``result`` 1 is a number nobody knows."""
    wanted = [each for each in given(call, "task_ids").split(",") if each]
    if not wanted or not all(each.isdigit() for each in wanted):
        raise ApiError(31023)
    progress = given(call, "op_type", "1") == "1"
    return {"task_info": {each: _info(call, int(each), progress=progress) for each in wanted}}


def _mine(call: Call, number: int) -> OfflineTask | None:
    task = call.world.offline.by_id.get(number)
    return _settled(call.world, task) if task and task.user == call.user.name else None


def _info(call: Call, number: int, *, progress: bool) -> dict[str, Any]:
    task = _mine(call, number)
    if not task:
        return {"result": 1}
    told: dict[str, Any] = {
        "result": 0,
        "status": str(task.status),
        "create_time": str(int(task.create_time)),
        "start_time": str(int(task.create_time)),
        "finish_time": str(int(task.finish_time)),
        "source_url": task.source_url,
        "save_path": task.save_path,
    }
    if progress:
        told |= {"file_size": str(task.size), "finished_size": str(_finished_size(call, task))}
    return told


def _finished_size(call: Call, task: OfflineTask) -> int:
    if task.status != RUNNING:
        return task.size if task.status == DONE else 0
    passed = (time.time() - task.create_time) / max(call.world.settings.offline_s, 0.001)
    return int(task.size * min(passed, 1))


@legacy("offline_list", PATH, "list_task", FRONT_END, kind="offline")
async def list_task(call: Call) -> Payload:
    """List one's tasks, the latest first unless ``asc=1``."""
    tasks = [_settled(call.world, each) for each in call.world.offline.of(call.user.name)]
    if status := given(call, "status"):
        tasks = [each for each in tasks if str(each.status) == status]
    if given(call, "asc", "0") != "1":
        tasks.reverse()
    start, limit = whole(call, "start", 0), whole(call, "limit", 10)
    rows: list[dict[str, Any]] = []
    for task in tasks[start : start + limit]:
        more = _info(call, task.task_id, progress=False) if given(call, "need_task_info", "1") == "1" else {}
        rows.append({"task_id": str(task.task_id)} | more)
    return {"task_info": rows, "total": str(len(tasks))}


@legacy("offline_cancel", PATH, "cancel_task", FRONT_END, verbs=("POST",), kind="offline")
async def cancel_task(call: Call) -> Payload:
    """Cancel a task that is still running."""
    task = _mine(call, whole(call, "task_id", 0))
    if not task or task.status != RUNNING:
        raise ApiError(36016)
    task.status, task.finish_time = CANCELLED, time.time()
    call.world.save()
    return {}
