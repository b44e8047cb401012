"""From a dlink to bytes: the link, the redirect to the second host, and that host (§4)."""

from __future__ import annotations

import asyncio
import secrets
import time
from email.utils import formatdate
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from emulators.baidu.access import is_live
from emulators.baidu.body import STREAM_FAULTS, Download, Plan
from emulators.baidu.call import Call
from emulators.baidu.errors import ApiError
from emulators.baidu.gate import Facts
from emulators.baidu.links import holds, signed_url
from emulators.baidu.ranges import UnsatisfiableError, precondition_fails, wanted_range
from emulators.baidu.tree import EXACT_HASH_LIMIT, Node
from emulators.baidu.users import User, find_uk
from emulators.baidu.world import World

AGENT = "pan.baidu.com"
LARGE = 50_000_000
_DLINK_SIGNED = (
    "fid",
    "rt",
    "expires",
    "chkbd",
    "chkv",
    "dp-logid",
    "dp-callid",
    "dstime",
    "r",
    "origin_appid",
    "file_type",
)
_CDN_SIGNED = ("bkt", "fid", "time", "dp-logid", "size")


def dlink_for(call: Call, node: Node) -> str:
    """Return a fresh dlink of a file; ``dp-logid`` is its time of issue in nanoseconds."""
    params = {
        "fid": f"{call.user.uk}-250528-{node.fs_id}",
        "rt": "pr",
        "expires": "8h",
        "chkbd": "0",
        "chkv": "0",
        "dp-logid": str(time.time_ns()),
        "dp-callid": "0",
        "dstime": str(int(time.time())),
        "r": str(secrets.randbelow(10**9)),
        "origin_appid": "10000001",
        "file_type": "0",
    }
    return signed_url(call.world, "dlink", f"{call.origin}/file/{node.md5}", params)


def link_facts(world: World, query: dict[str, str], op: str, path: str) -> Facts:
    """Return what faults may match of a link: its op, user and fs_id."""
    user, fs_id = _owner(query.get("fid", ""))
    return {"op": op, "user": user.name if user else "", "fs_id": fs_id, "path": path}


def _owner(fid: str) -> tuple[User | None, int]:
    uk, _, rest = fid.partition("-")
    number = rest.rpartition("-")[2]
    if not (uk.isascii() and uk.isdigit() and number.isascii() and number.isdigit()):
        return None, 0
    return find_uk(int(uk)), int(number)


def _refuse_by_fault(world: World, facts: Facts) -> None:
    for name, code in (("dlink_expired", 31360), ("sign_error", 31362), ("blacklist", 31329)):
        if fault := world.faults.take(name, facts):
            raise ApiError(fault.count("code", code))
    if fault := world.faults.take("user_limited", facts):
        raise ApiError(31326, f"user is not authorized, hitcode:{fault.params.get('hitcode', 119)}")


def _linked_node(call: Call, kind: str, signed: tuple[str, ...]) -> tuple[User, Node]:
    """Return whom and what a link is about; raises 31362 altered, 31360 expired, 31326 agent, 31066 gone."""
    world, query = call.world, call.query
    if not holds(world, kind, call.request.url.path.rpartition("/")[2], query, signed):
        raise ApiError(31362)
    user, fs_id = _owner(query["fid"])
    node = world.drive(user.name).by_id.get(fs_id) if user else None
    if not user or not node or node.isdir:
        raise ApiError(31066)
    _check_agent(call, node.size)
    issued = int(query["dp-logid"])
    if issued < world.links_dead_before or issued / 1e9 + world.settings.dlink_s <= time.time():
        raise ApiError(31360)
    return user, node


def _check_agent(call: Call, size: int) -> None:
    rule = call.world.settings.ua_rule
    needed = rule == "all" or (rule == "large" and size >= LARGE)
    if needed and not call.request.headers.get("user-agent", "").startswith(AGENT):
        raise ApiError(31326)


async def dlink(call: Call, facts: Facts) -> Response:
    """Answer a dlink: 302 to the download host for its owner."""
    world = call.world
    _refuse_by_fault(world, facts)
    user, node = _linked_node(call, "dlink", _DLINK_SIGNED)
    grant = world.grants.by_access.get(call.query.get("access_token", ""))
    if not grant or not is_live(grant) or grant.user != user.name:
        raise ApiError(31045)
    if world.faults.take("redirect_loop", facts):
        return RedirectResponse(str(call.request.url), 302)
    if fault := world.faults.take("redirect_to", facts):
        return RedirectResponse(str(fault.params.get("url", "http://169.254.169.254/")), 302)
    return RedirectResponse(_cdn_url(call, node), 302)


def _cdn_url(call: Call, node: Node) -> str:
    host = call.request.url.hostname or "127.0.0.1"
    netloc = f"[{host}]" if ":" in host else host
    base = f"{call.request.url.scheme}://{netloc}:{call.world.options.download_port}/file/{node.md5}"
    params = {
        "bkt": f"en-{node.etag}",
        "fid": call.query["fid"],
        "time": call.query["dstime"],
        "dp-logid": call.query["dp-logid"],
        "size": str(node.size),
    }
    return signed_url(call.world, "cdn", base, params)


async def cdn(call: Call, facts: Facts) -> Response:
    """Answer on the download host: the file, or a range of it."""
    world = call.world
    _refuse_by_fault(world, facts)
    user, node = _linked_node(call, "cdn", _CDN_SIGNED)
    limit = world.settings.max_connections
    if limit and world.connections[user.name] >= limit:
        raise ApiError(31326, "user is not authorized, hitcode:122")
    headers = await _headers(world, node)
    asked = call.request.headers
    if precondition_fails(asked, headers["ETag"]):
        return Response(status_code=412, headers={"ETag": headers["ETag"]})
    try:
        part = wanted_range(asked, node.size, headers["ETag"], headers["Last-Modified"])
    except UnsatisfiableError:
        return Response(status_code=416, headers={"Content-Range": f"bytes */{node.size}"})
    if part and world.faults.take("ignore_range", facts):
        part = None
    plan = _plan(world, node, part, headers, facts)
    if call.request.method == "HEAD":
        return Response(status_code=plan.status, headers=plan.headers | {"Content-Length": str(plan.length)})
    world.counters["downloads"] += 1
    struck = {name: fault for name in STREAM_FAULTS if (fault := world.faults.take(name, facts))}
    return Download(world, user.name, plan, struck, lambda name: _midway(world, user, node, name))


async def _headers(world: World, node: Node) -> dict[str, str]:
    headers = {
        "Accept-Ranges": "bytes",
        "Content-Type": "application/octet-stream",
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(node.name, safe='')}",
        "ETag": f'"{node.etag}"',
        "Last-Modified": formatdate(node.mtime, usegmt=True),
    }
    if node.size <= EXACT_HASH_LIMIT:
        headers["Content-MD5"] = await asyncio.to_thread(world.md5_of, node.content, node.size)
    return headers


def _plan(world: World, node: Node, part: tuple[int, int] | None, headers: dict[str, str], facts: Facts) -> Plan:
    if not part:
        return Plan(world.bytes_of(node.content, node.size), 0, node.size, 200, headers)
    first, last = part
    if fault := world.faults.take("wrong_range", facts):
        first += fault.count("shift", 1)
        last = min(last + fault.count("shift", 1), node.size - 1)
        first = max(0, min(first, last))
    headers["Content-Range"] = f"bytes {first}-{last}/{node.size}"
    return Plan(world.bytes_of(node.content, node.size), first, last - first + 1, 206, headers)


def _midway(world: World, user: User, node: Node, name: str) -> None:
    if name == "change_midway":
        world.change(user.name, {"op": "touch", "path": node.path})
    elif name == "dlink_expired_midway":
        world.links_dead_before = time.time_ns()
