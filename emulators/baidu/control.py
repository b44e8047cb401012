"""The control API under ``/control/``: what tests and demonstrations steer the stand-in with."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from emulators.baidu.errors import ApiError
from emulators.baidu.faults import CATALOGUE
from emulators.baidu.settings import Settings
from emulators.baidu.tree import Node
from emulators.baidu.users import find_user
from emulators.baidu.world import World

Json = dict[str, Any]
Action = Callable[[World, Json, Request], Any]


def control_routes(world: World) -> list[Route]:
    """Return the routes of the control API; all speak JSON, a bad order gets 400 and ``error``."""
    table: list[tuple[str, str, Action]] = [
        ("GET", "state", state),
        ("POST", "reset", reset),
        ("GET", "faults", faults),
        ("POST", "faults", add_fault),
        ("DELETE", "faults", remove_faults),
        ("DELETE", "faults/{name}", remove_faults),
        ("GET", "settings", lambda world, *_: world.settings.as_dict()),
        ("POST", "settings", change_settings),
        ("DELETE", "settings/{name}", reset_setting),
        ("GET", "log", log),
        ("DELETE", "log", clear_log),
        ("GET", "counters", counters),
        ("POST", "expire-tokens", expire_tokens),
        ("POST", "expire-links", expire_links),
        ("POST", "revoke", revoke),
        ("POST", "token", issue_token),
        ("POST", "touch", touch),
        ("POST", "change", change),
        ("GET", "user", user),
        ("POST", "user", change_user),
        ("GET", "uploads", uploads),
        ("POST", "expire-uploads", expire_uploads),
    ]
    routes = [Route(f"/control/{path}", _endpoint(world, run), methods=[verb]) for verb, path, run in table]
    told = (("files", _files(world)), ("file", _file(world)))
    return [*routes, *(Route(f"/control/{path}", run, methods=["GET"]) for path, run in told)]


def _endpoint(world: World, run: Action) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        try:
            return JSONResponse(run(world, await _body(request), request))
        except (ValueError, KeyError, TypeError) as problem:
            return JSONResponse({"error": str(problem)}, 400)
        except ApiError as refusal:
            return JSONResponse({"error": f"errno {refusal.code}"}, 400)

    return endpoint


async def _body(request: Request) -> Json:
    value = await request.json() if await request.body() else {}
    if not isinstance(value, dict):
        raise TypeError("a JSON object is expected")
    return value


# -- state, faults and settings


def state(world: World, *_: Any) -> Json:
    """Tell everything that is switched on and how much there is."""
    now = time.time()
    live = [each for each in world.grants.by_access.values() if not each.access_dead and each.access_expires > now]
    return {
        "name": "baidu",
        "seed": world.options.seed,
        "download_port": world.options.download_port,
        "settings": world.settings.as_dict(),
        "faults": faults(world),
        "catalogue": CATALOGUE,
        "drives": {name: len(drive.by_id) for name, drive in world.drives.items()},
        "live_access_tokens": len(live),
        "connections": sum(world.connections.values()),
    }


def faults(world: World, *_: Any) -> list[Json]:
    """Tell the faults that are on, with how often they were met and hit."""
    return [vars(each) for each in world.faults.active]


def reset(world: World, *_: Any) -> Json:
    """Forget everything that happened since the start, authorizations included."""
    world.reset()
    return {"ok": True}


def add_fault(world: World, order: Json, _: Request) -> Json:
    """Switch a fault on; a setting's name with ``params.value`` works as well."""
    if order.get("name") in Settings().as_dict():
        world.settings.change({order["name"]: (order.get("params") or {})["value"]})
        return {"name": order["name"], "params": order["params"]}
    return vars(world.faults.add(order))


def remove_faults(world: World, _: Json, request: Request) -> Json:
    """Switch off one kind of fault, or all of them; a setting goes back to its default."""
    name = request.path_params.get("name")
    if name in Settings().as_dict():
        world.settings.reset(str(name))
    else:
        world.faults.remove(name)
    return {"ok": True}


def change_settings(world: World, order: Json, _: Request) -> Json:
    """Change settings by name."""
    world.settings.change(order)
    return world.settings.as_dict()


def reset_setting(world: World, _: Json, request: Request) -> Json:
    """Give a setting its default back."""
    world.settings.reset(request.path_params["name"])
    return world.settings.as_dict()


# -- what happened


def log(world: World, _: Json, request: Request) -> Json:
    """Tell the recent calls, oldest first; ``op``, ``user`` and ``since`` (Unix seconds) narrow it."""
    query = request.query_params
    since = float(query.get("since", 0))
    wanted = {name: query[name] for name in ("op", "user") if name in query}
    calls = [
        each
        for each in world.log
        if each["time"] >= since and all(each[name] == value for name, value in wanted.items())
    ]
    return {"calls": calls}


def clear_log(world: World, *_: Any) -> Json:
    """Empty the log, the counters and the rate windows."""
    world.forget()
    return {"ok": True}


def counters(world: World, *_: Any) -> Json:
    """Tell the totals: calls per operation, refusals per code, refresh calls per token generation, downloads, bytes."""
    names = ("token_calls", "refreshes_done", "downloads", "bytes_sent", "bytes_received")
    calls = {key.removeprefix("calls."): n for key, n in world.counters.items() if key.startswith("calls.")}
    refused = {key.removeprefix("refused."): n for key, n in world.counters.items() if key.startswith("refused.")}
    totals = {name: world.counters[name] for name in names}
    return {**totals, "calls": calls, "refused": refused, "refresh_calls": dict(world.refreshes)}


# -- people, tokens and links


def user(world: World, _: Json, request: Request) -> Json:
    """Tell who ``user`` is: uk, vip_type, capacity and use in bytes."""
    person = world.user(_known(request.query_params.get("user", "demo")))
    assert person
    return vars(person) | {"used": world.drive(person.name).used()}


def change_user(world: World, order: Json, request: Request) -> Json:
    """Give a user a ``vip_type`` (0, 1, 2) and a ``total`` capacity in bytes; what is left out goes with it."""
    person = world.user(_known(order.get("user", "demo")))
    assert person
    vip_type = int(order.get("vip_type", person.vip_type))
    if vip_type not in (0, 1, 2):
        raise ValueError("vip_type: 0, 1 or 2")
    world.members[person.name] = (vip_type, int(order["total"]) if "total" in order else None)
    world.save()
    return vars(world.user(person.name))


def _known(name: str) -> str:
    if not find_user(name):
        raise ValueError(f"unknown user: {name}")
    return name


def expire_tokens(world: World, order: Json, _: Request) -> Json:
    """End the access tokens of a user, or of all; the refresh tokens live on."""
    ended = world.grants.kill_access(order.get("user"))
    world.save()
    return {"expired": ended}


def expire_links(world: World, *_: Any) -> Json:
    """End every dlink and download address issued so far."""
    world.links_dead_before = time.time_ns()
    return {"ok": True}


def revoke(world: World, order: Json, _: Request) -> Json:
    """Unlink the app for a user: access and refresh tokens are refused from now on."""
    world.grants.revoke(_known(order["user"]))
    world.save()
    return {"ok": True}


def issue_token(world: World, order: Json, _: Request) -> Json:
    """Return a fresh token pair for a user, without the pages; ``expires_in`` shortens its access token."""
    user = _known(order.get("user", "demo"))
    scope = order.get("scope", "basic netdisk")
    grant = world.grants.issue(user, world.settings.client_id, scope)
    if "expires_in" in order:
        grant.access_expires = time.time() + float(order["expires_in"])
    world.save()
    return grant.reply(time.time()) | {"generation": grant.generation, "user": user}


# -- files


def touch(world: World, order: Json, _: Request) -> Json:
    """Change a file upstream: new contents, etag and mtime, a new ``size`` where given."""
    size = {"size": int(order["size"])} if "size" in order else {}
    node = world.change(_known(order.get("user", "demo")), {"op": "touch", "path": str(order["path"]), **size})
    assert node
    return _told(node)


def change(world: World, order: Json, _: Request) -> Json:
    """Change the tree upstream: ``op`` mkdir, copy, move, rename or delete, with its arguments."""
    if order.get("op") not in ("mkdir", "copy", "move", "rename", "delete"):
        raise ValueError("op: mkdir, copy, move, rename or delete")
    user = _known(order.pop("user", "demo"))
    node = world.change(user, {name: str(value) for name, value in order.items()})
    return _told(node) if node else {"ok": True}


def uploads(world: World, _: Json, request: Request) -> Json:
    """Tell the uploads, oldest first, each with its parts, how often each came whole, and the create calls."""
    user = request.query_params.get("user")
    return {"uploads": [each.told() for each in world.uploads.by_id.values() if user in (None, each.user)]}


def expire_uploads(world: World, order: Json, _: Request) -> Json:
    """End every upload begun so far, or one ``uploadid``; the parts are lost."""
    ended = [each for each in world.uploads.open() if order.get("uploadid") in (None, each.uploadid)]
    for upload in ended:
        world.uploads.expire(upload)
    return {"expired": len(ended)}


def _file(world: World) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        """Tell a file's size, fs_id and the true md5 and sha256 of its bytes."""
        query = request.query_params
        user = query.get("user", "demo")
        node = world.drive(user).find(query.get("path", "/")) if find_user(user) else None
        if not node or node.isdir:
            return JSONResponse({"error": "no such file"}, 404)
        source = world.bytes_of(node.content, node.size)
        md5 = await asyncio.to_thread(world.md5_of, node.content, node.size)
        told = {"path": node.path, "size": node.size, "fs_id": node.fs_id, "md5": md5, "cloud_md5": node.md5}
        return JSONResponse(told | {"sha256": await asyncio.to_thread(source.sha256)})

    return endpoint


def _files(world: World) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        """Tell a file with its sha256 (``hash=0`` leaves it out), or a folder with what is in it."""
        query = request.query_params
        user = query.get("user", "demo")
        node = world.drive(user).find(query.get("path", "/")) if find_user(user) else None
        if not node:
            return JSONResponse({"error": "no such file"}, 404)
        if node.isdir:
            return JSONResponse(_told(node) | {"children": [_told(each) for each in node.children.values()]})
        hashed = query.get("hash", "1") != "0"
        source = world.bytes_of(node.content, node.size)
        digest = {"sha256": await asyncio.to_thread(source.sha256)} if hashed else {}
        return JSONResponse(_told(node) | digest)

    return endpoint


def _told(node: Node) -> Json:
    told: Json = {"fs_id": node.fs_id, "path": node.path, "isdir": node.isdir, "size": node.size}
    if not node.isdir:
        told |= {"mtime": node.mtime, "etag": node.etag, "content": node.content}
    return told
