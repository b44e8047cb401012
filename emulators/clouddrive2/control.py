"""The control API under ``/control/``: what tests and demonstrations steer the stand-in with."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from emulators.clouddrive2.access import ALL
from emulators.clouddrive2.clouds import MD5, PIKPAK, SHA1, hash_of
from emulators.clouddrive2.errors import Refusal
from emulators.clouddrive2.faults import CATALOGUE
from emulators.clouddrive2.front import Front
from emulators.clouddrive2.tree import Node, clean
from emulators.clouddrive2.world import World

Json = dict[str, Any]
Action = Callable[[World, Json, Request], Any]


def control_routes(world: World, front: Callable[[], Front]) -> list[Route]:
    """Return the routes of the control API; all speak JSON, a bad order gets 400 and ``error``."""

    def connections(_world: World, order: Json, _: Request) -> Json:
        """Cut all HTTP/2 connections, or tell them to go away."""
        relays = front().relays
        for relay in relays:
            relay.warn() if order.get("do") == "goaway" else relay.cut()
        return {"connections": len(relays)}

    table: list[tuple[str, str, Action]] = [
        ("GET", "state", state),
        ("POST", "reset", reset),
        ("GET", "faults", faults),
        ("POST", "faults", lambda world, order, _: vars(world.faults.add(order))),
        ("DELETE", "faults", remove_faults),
        ("DELETE", "faults/{name}", remove_faults),
        ("GET", "settings", lambda world, *_: world.settings.as_dict()),
        ("POST", "settings", change_settings),
        ("GET", "log", log),
        ("DELETE", "log", clear_log),
        ("GET", "counters", lambda world, *_: dict(world.counters)),
        ("POST", "token", issue_token),
        ("POST", "expire-tokens", lambda world, *_: {"expired": world.grants.expire()}),
        ("POST", "restart", restart),
        ("POST", "drop-channels", drop_channels),
        ("POST", "connections", connections),
        ("POST", "change", change),
        ("GET", "files", files),
        ("GET", "uploads", uploads),
        ("GET", "handles", lambda world, *_: {"open": [each.path for each in world.handles.values()]}),
    ]
    routes = [Route(f"/control/{path}", _endpoint(world, run), methods=[verb]) for verb, path, run in table]
    return [*routes, Route("/control/file", _file(world), methods=["GET"])]


def _endpoint(world: World, run: Action) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        try:
            order = await request.json() if await request.body() else {}
            answer = run(world, order, request)
            return JSONResponse(await answer if asyncio.iscoroutine(answer) else answer)
        except (ValueError, KeyError, TypeError) as problem:
            return JSONResponse({"error": str(problem)}, 400)
        except Refusal as refusal:
            return JSONResponse({"error": refusal.details}, 404)

    return endpoint


# -- state, faults and settings


def state(world: World, *_: Any) -> Json:
    """Tell everything that is switched on and how much there is."""
    return {
        "name": "clouddrive2",
        "seed": world.options.seed,
        "settings": world.settings.as_dict(),
        "faults": faults(world),
        "catalogue": CATALOGUE,
        "files": world.tree.totals(world.tree.root)[0],
        "uploads": len(world.uploads.running),
        "sessions": len(world.remote.all),
    }


def faults(world: World, *_: Any) -> list[Json]:
    """Tell the faults that are on, with how often they were met and hit."""
    return [vars(each) for each in world.faults.active]


def reset(world: World, *_: Any) -> Json:
    """Forget everything that happened since the start."""
    world.reset()
    return {"ok": True}


def remove_faults(world: World, _: Json, request: Request) -> Json:
    """Switch off one kind of fault, or all of them."""
    world.faults.remove(request.path_params.get("name"))
    return {"ok": True}


def change_settings(world: World, order: Json, _: Request) -> Json:
    """Change settings by name."""
    world.settings.change(order)
    return world.settings.as_dict()


def log(world: World, _: Json, request: Request) -> Json:
    """Tell the recent calls, oldest first; ``op`` and ``transport`` narrow it."""
    query = request.query_params
    wanted = {name: query[name] for name in ("op", "transport") if name in query}
    return {"calls": [each for each in world.log if all(each[name] == value for name, value in wanted.items())]}


def clear_log(world: World, *_: Any) -> Json:
    """Empty the log and the counters."""
    world.forget()
    return {"ok": True}


# -- tokens, restarts and connections


def issue_token(world: World, order: Json, _: Request) -> Json:
    """Issue an API token: ``user``, ``root``, ``permissions`` (without ``allow_``; all unless told), or all but ``without``."""
    permissions = order.get("permissions", sorted(ALL - set(order.get("without", []))))
    grant = world.grants.issue(order.get("user", "demo"), order.get("root", "/"), permissions)
    return {"token": grant.token, "permissions": grant.permissions, "root": grant.root}


def restart(world: World, *_: Any) -> Json:
    """Lose sessions, handles and tasks, as a restart of the server does."""
    world.restart()
    return {"ok": True}


def drop_channels(world: World, order: Json, _: Request) -> Json:
    """End all channels of remote uploads, broken or as if replaced."""
    return {"channels": world.remote.channels.drop(broken=bool(order.get("broken", True)))}


# -- the truth about files


def change(world: World, order: Json, _: Request) -> Json:
    """Change the files past all rules: ``op`` mkdir, file (``size``) or delete, and ``path``."""
    path = clean(order["path"])
    if order["op"] == "mkdir":
        world.make_folder(path)
    elif order["op"] == "file":
        world.put(path, int(order["size"]), order.get("content") or f"control:{path}:{order['size']}")
    elif order["op"] == "delete":
        world.remove(path)
    else:
        raise ValueError(f"unknown op: {order['op']}")
    return {"path": path, "exists": world.tree.find(path) is not None}


async def files(world: World, _: Json, request: Request) -> Json:
    """Tell what is at ``path``; ``hash=1`` adds the real hashes of a file."""
    path = clean(request.query_params["path"])
    node = world.tree.find(path)
    if not node:
        return {"path": path, "exists": False}
    told = {"path": path, "exists": True, "isdir": node.isdir, "size": node.size, "hashes": node.hashes}
    if node.isdir:
        return told | {"children": [_child(each) for each in world.tree.children(node)]}
    if request.query_params.get("hash"):
        source = world.contents.open(node.content, node.size)
        for name, number in (("md5", MD5), ("sha1", SHA1), ("pikpak", PIKPAK)):
            told[name] = await asyncio.to_thread(hash_of, source, number)
        told["sha256"] = await asyncio.to_thread(source.sha256)
    return told


def _child(node: Node) -> Json:
    return {"name": node.name, "isdir": node.isdir, "size": node.size}


def uploads(world: World, *_: Any) -> Json:
    """Tell the uploads, and which sessions of remote uploads live."""
    listed = [{"key": each.key, "path": each.path, "status": each.info.status} for each in world.uploads.all]
    sessions = [
        {"id": each.task.key, "path": each.path, "reads": len(each.reads), "hashing": bool(each.hashing)}
        for each in world.remote.all
    ]
    return {"uploads": listed, "sessions": sessions}


def _file(world: World) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        node = world.tree.find(clean(request.query_params["path"]))
        if not node or node.isdir:
            return JSONResponse({"error": "not found"}, 404)
        source = world.contents.open(node.content, node.size)
        return StreamingResponse(source.chunks(0, node.size), media_type="application/octet-stream")

    return endpoint
