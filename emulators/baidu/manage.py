"""Changes of names and places: mkdir and the file manager with its tasks (§2.7, §2.8)."""

from __future__ import annotations

import asyncio
import json
import secrets
from typing import Any

from emulators.baidu.call import MKDIR, Call, Payload, operation
from emulators.baidu.drive import Change, clean_path
from emulators.baidu.errors import ApiError
from emulators.baidu.listing import FILE
from emulators.baidu.tree import Node
from emulators.baidu.world import Task, World

MOST_ITEMS = 999
ADAPTIVE_LIMIT = 100
"""With ``async=1`` more items than this go into a task."""

VERBS = ("copy", "move", "rename", "delete")


def inside(world: World, path: str, code: int = -7) -> None:
    """Refuse a path outside the app's folder."""
    box = world.settings.sandbox
    if box and not clean_path(path).startswith(box + "/"):
        raise ApiError(code)


@operation("mkdir", FILE, MKDIR, verbs=("POST",), kind="write")
async def mkdir(call: Call) -> Payload:
    """Make a folder (``create`` with ``isdir=1``); a taken path is -8, or gets a new name with ``rtype=1``."""
    path = call.form.get("path", "")
    if not path:
        raise ApiError(2)
    inside(call.world, path)
    change = {"op": "mkdir", "path": path, "rename": call.form.get("rtype") == "1"}
    node = call.world.change(call.user.name, change)
    assert node
    made = {"fs_id": node.fs_id, "category": 6, "path": node.path, "name": node.path}
    return made | {"ctime": node.ctime, "mtime": node.mtime, "isdir": 1, "status": 0}


@operation("filemanager", FILE, "filemanager", verbs=("POST",), kind="write")
async def filemanager(call: Call) -> Payload:
    """Copy, move, rename or delete; at once, or in a task when ``async`` says so."""
    verb, world = call.query.get("opera", ""), call.world
    items = _items(verb, call.form)
    mode = call.form.get("async", "0")
    if verb == "rename" and not world.within_rate(f"rename {call.user.name}", world.settings.rename_per_minute):
        raise ApiError(31034)
    if mode == "2" or (mode == "1" and len(items) > ADAPTIVE_LIMIT):
        return {"info": [], "taskid": _in_background(world, call.user.name, items).number}
    info = [_carry_out(world, call.user.name, each)[0] for each in items]
    failed = any(each["errno"] for each in info)
    return {"errno": 12 if failed else 0, "info": info, "taskid": 0}


@operation("taskquery", "/share/taskquery")
async def taskquery(call: Call) -> Payload:
    """Tell how far a task is."""
    task = call.world.tasks.get(call.integer("taskid"))
    if not task or task.user != call.user.name:
        raise ApiError(2)
    done = task.status in ("success", "failed")
    answer: Payload = {"status": task.status, "progress": 100 if done else 0, "task_errno": task.errno}
    return answer | {"total": task.total, "list": task.rows}


def _items(verb: str, form: dict[str, str]) -> list[Change]:
    """Read ``filelist`` into changes; an item's own ``ondup`` wins over the call's."""
    try:
        rows = json.loads(form.get("filelist", ""))
    except ValueError:
        raise ApiError(2) from None
    if verb not in VERBS or not isinstance(rows, list) or not rows:
        raise ApiError(2)
    if len(rows) > MOST_ITEMS:
        raise ApiError(-33)
    return [_item(verb, row, form.get("ondup", "fail")) for row in rows]


def _item(verb: str, row: Any, ondup: str) -> Change:
    fields = {"path": row} if isinstance(row, str) and verb == "delete" else row
    needed = {"copy": "dest", "move": "dest", "rename": "newname", "delete": "path"}[verb]
    if not isinstance(fields, dict) or not isinstance(fields.get("path"), str) or needed not in fields:
        raise ApiError(2)
    known = {key: str(fields[key]) for key in ("path", "dest", "newname") if key in fields}
    return {"op": verb, **known, "ondup": str(fields.get("ondup") or ondup)}


def _carry_out(world: World, user: str, item: Change) -> tuple[dict[str, Any], Node | None]:
    row: dict[str, Any] = {"errno": 0, "path": item["path"]}
    try:
        for path in (item["path"], item.get("dest") and f"{item['dest']}/x"):
            if path:
                inside(world, path)
        return row, world.change(user, item)
    except ApiError as refusal:
        return row | {"errno": refusal.code}, None


def _in_background(world: World, user: str, items: list[Change]) -> Task:
    busy = any(task.user == user and task.status in ("pending", "running") for task in world.tasks.values())
    if busy:
        raise ApiError(111, "another asynchronous task is running")
    task = Task(10**14 + secrets.randbelow(10**14), user, len(items))
    return world.start_task(task, _work(world, task, items))


async def _work(world: World, task: Task, items: list[Change]) -> None:
    """Carry a task out after its time; half of that time it is pending, half running."""
    await asyncio.sleep(world.settings.task_s / 2)
    task.status = "running"
    await asyncio.sleep(world.settings.task_s / 2)
    for item in items:
        row, node = _carry_out(world, task.user, item)
        target = node.path if node and item["op"] != "delete" else ""
        told = {"from": item["path"], "to": target, "error_code": row["errno"], "ondup": item["ondup"]}
        task.rows.append(told | {"from_meta": {}, "to_meta": {}})
        task.errno = 12 if row["errno"] else task.errno
    task.status = "failed" if task.errno else "success"
