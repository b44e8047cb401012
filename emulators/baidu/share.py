"""The share API for apps with the entitlement (§7.1), and the old one that is gone (§7.2)."""

from __future__ import annotations

import asyncio
import hmac
import json
import re
import secrets
from typing import Any

from emulators.baidu.call import APAAS, Call, Handler, Payload, operation
from emulators.baidu.drive import Change, cutting
from emulators.baidu.errors import ApiError
from emulators.baidu.links import sign
from emulators.baidu.listing import below, ordered
from emulators.baidu.rows import Row, times
from emulators.baidu.shares import Share
from emulators.baidu.tree import Node
from emulators.baidu.world import Task, World

MOST_ITEMS = 999
_PWD = re.compile(r"[0-9a-z]{4}")
_TASK_STATUS = {"failed": "fail"}


def _call_of(name: str, *verbs: str) -> Any:
    """Register a call of the share API; it needs the entitlement, ``product`` and ``appid``."""

    def register(run: Handler) -> Handler:
        @operation(f"share_{name}", f"/apaas/1.0/share/{name}", family=APAAS, verbs=verbs, kind="share", text_id=True)
        async def checked(call: Call) -> Any:
            settings = call.world.settings
            if not settings.share_entitled:
                raise ApiError(settings.share_refusal, "应用无此接口权限")
            if call.query.get("product") != "netdisk" or not call.query.get("appid", "").isdigit():
                raise ApiError(2)
            return {"show_msg": "请求成功", "data": await run(call)}

        return run

    return register


def _field(call: Call, name: str) -> str:
    return call.form.get(name) or call.query.get(name, "")


def _ids(call: Call) -> list[int]:
    """Return the numbers of ``fsid_list``, a JSON array of texts; raises 2, or -33 when they are too many."""
    try:
        values = [int(str(each)) for each in json.loads(_field(call, "fsid_list"))]
    except (ValueError, TypeError):
        raise ApiError(2) from None
    if not values:
        raise ApiError(2)
    if len(values) > MOST_ITEMS:
        raise ApiError(-33)
    return values


# -- making and opening


@_call_of("set", "POST")
async def share_set(call: Call) -> Payload:
    """Share files of one's own for some days, behind exactly four characters."""
    ids, pwd, period = _ids(call), _field(call, "pwd"), _period(call)
    if not _PWD.fullmatch(pwd):
        raise ApiError(2, "pwd: 4 of 0-9a-z")
    if any(each not in call.drive.by_id for each in ids):
        raise ApiError(-9)
    given = {"period": period, "pwd": pwd, "remark": _field(call, "remark")}
    share = call.world.shares.make(call.user.name, int(call.query["appid"]), ids, **given)
    call.world.save()
    return {"share_id": share.share_id, "short_url": share.short_url, "link": _link(call, share), **given}


def _period(call: Call) -> int:
    text, offered = _field(call, "period"), call.world.settings.share_periods
    allowed = {int(each) for each in offered.split(",")} if offered else set(range(1, 366))
    if not text.isdigit() or int(text) not in allowed:
        raise ApiError(2, "period")
    return int(text)


def _link(call: Call, share: Share) -> str:
    return f"{call.origin}/netdisk/share?surl={share.short_url}"


def find_share(world: World, short_url: str) -> Share:
    """Return a share by its short address; raises 2131 unknown, 105 over."""
    share = world.shares.by_url.get(short_url)
    if not share:
        raise ApiError(2131, "分享不存在")
    if share.over:
        raise ApiError(105, "分享已过期")
    return share


def session_of(world: World, share: Share) -> str:
    """Return what proves that the four characters were known."""
    return sign(world, "spwd", share.short_url, {"pwd": share.pwd})


def _opened(call: Call) -> Share:
    """Return the share of a call that carries the right ``spwd``; raises 13003."""
    share = find_share(call.world, call.query.get("short_url", ""))
    if not hmac.compare_digest(session_of(call.world, share).encode(), _field(call, "spwd").encode()):
        raise ApiError(13003, "需要提取码")
    return share


@_call_of("verify", "POST")
async def verify(call: Call) -> Payload:
    """Trade the four characters for ``spwd``."""
    share = find_share(call.world, call.query.get("short_url", ""))
    if _field(call, "pwd") != share.pwd:
        raise ApiError(13003, "提取码错误")
    return {"spwd": session_of(call.world, share)}


@_call_of("info", "POST", "GET")
async def info(call: Call) -> Payload:
    """Tell about a share and who shared it."""
    share = _opened(call)
    sharer = call.world.user(share.user)
    assert sharer
    told = {"short_url": share.short_url, "share_id": share.share_id, "share_uk": sharer.uk, "remark": share.remark}
    told |= {"vdt_limit": 0, "period": share.period, "ctime": share.ctime, "mtime": share.ctime}
    told |= {"appid": share.appid, "link": _link(call, share), "status": 0, "pwd": "", "extra": ""}
    told |= {"file_cnt": len(shared_nodes(call.world, share)), "pwd_pass": 1}
    avatar = f"{call.origin}/avatar/{sharer.uk}.png"
    return {"link_info": told, "share_user_info": {"user_name": sharer.display_name, "user_avatar": avatar}}


def shared_nodes(world: World, share: Share) -> list[Node]:
    """Return what is shared and still there."""
    by_id = world.drive(share.user).by_id
    return [by_id[each] for each in share.fs_ids if each in by_id]


@_call_of("list", "POST", "GET")
async def share_list(call: Call) -> Payload:
    """List what is shared, or a folder in it, a page (at most 100 rows) at a time."""
    share = _opened(call)
    nodes = nodes_at(call.world, share, _field(call, "dir"))
    nodes = ordered(nodes, _field(call, "order_by"), descending=_field(call, "desc_order") == "1")
    try:
        page, size = int(_field(call, "page") or 1), min(int(_field(call, "page_size") or 100), 100)
    except ValueError:
        raise ApiError(2) from None
    if page < 1 or size < 1:
        raise ApiError(2)
    return {"count": len(nodes), "list": [_row(node) for node in nodes[(page - 1) * size : page * size]]}


def nodes_at(world: World, share: Share, path: str) -> list[Node]:
    """Return the nodes in a shared folder, '' for what was shared itself; raises -9 for any other folder."""
    roots = shared_nodes(world, share)
    if path in ("", "/"):
        return roots
    folder = world.drive(share.user).find(path)
    if not folder or not folder.isdir or not any(folder is root or folder in root.walk() for root in roots):
        raise ApiError(-9)
    return list(below(folder, recursive=False))


def _row(node: Node) -> Row:
    row: Row = {"fsid": node.fs_id, "path": node.path, "server_filename": node.name, "isdir": int(node.isdir)}
    md5 = "" if node.isdir else node.md5
    return row | {"size": node.size, "category": node.category, "md5": md5, **times(node)}


# -- taking over


@_call_of("transfer", "POST")
async def transfer(call: Call) -> Payload:
    """Copy shared files into one's own drive, in a task."""
    share, wanted, ondup = _opened(call), set(_ids(call)), _field(call, "ondup") or "fail"
    roots = shared_nodes(call.world, share)
    nodes = [each for root in roots for each in (root, *root.walk()) if each.fs_id in wanted]
    target = call.drive.find(_field(call, "to_path") or "/")
    if len(nodes) < len(wanted) or not target or not target.isdir:
        raise ApiError(-9)
    if ondup not in ("fail", "newcopy"):
        raise ApiError(2)
    _check_amount(call, nodes)
    changes = [{"op": "graft", "dest": target.path, "tree": cutting(each), "ondup": ondup} for each in nodes]
    origins = [each.path for each in nodes]
    if any(task.user == call.user.name and task.status in ("pending", "running") for task in call.world.tasks.values()):
        raise ApiError(13071)
    task = Task(10**14 + secrets.randbelow(10**14), call.user.name, len(nodes))
    call.world.start_task(task, _take_over(call.world, task, changes, origins))
    return {"task_id": task.number, "tkbind_errno": 0}


def _check_amount(call: Call, nodes: list[Node]) -> None:
    files = [each for node in nodes for each in (node, *node.walk()) if not each.isdir]
    if call.user.vip_type == 0 and len(files) > call.world.settings.transfer_limit:
        raise ApiError(120)
    if call.drive.used() + sum(each.size for each in files) > call.user.total:
        raise ApiError(-10)


async def _take_over(world: World, task: Task, changes: list[Change], origins: list[str]) -> None:
    await asyncio.sleep(world.settings.task_s / 2)
    task.status = "running"
    await asyncio.sleep(world.settings.task_s / 2)
    for change, origin in zip(changes, origins, strict=True):
        try:
            node = world.change(task.user, change)
        except ApiError as refusal:
            task.errno = refusal.code
        else:
            assert node
            task.rows.append({"from": origin, "to": node.path, "to_fs_id": node.fs_id})
    task.status = "failed" if task.errno else "success"


@_call_of("taskquery", "GET", "POST")
async def share_task(call: Call) -> Payload:
    """Tell how far a transfer is."""
    task = call.world.tasks.get(call.integer("task_id"))
    if not task or task.user != call.user.name:
        raise ApiError(2)
    done = task.status in ("success", "failed")
    desc = {"succNum": len(task.rows), "num_limit": 0, "num_limit_no_vip": 0, "list": task.rows}
    status = _TASK_STATUS.get(task.status, task.status)
    return {"task_id": task.number, "progress": 100 if done else 0, "status": status, "desc": desc}


@operation("share_old", "/rest/2.0/xpan/share", kind="share")
async def old_share(_: Call) -> Payload:
    """Answer the share API of former days: parameter error, whatever is asked."""
    raise ApiError(2)
