"""WebDAV below /dav: enough of RFC 4918 for rclone, davfs2 and browsers (§5.2)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email.utils import formatdate
from urllib.parse import quote, unquote, urlsplit
from xml.sax.saxutils import escape

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from emulators.clouddrive2.clouds import cloud_of
from emulators.clouddrive2.dav_calls import DavUser, config, user_for
from emulators.clouddrive2.direct import MOUNT
from emulators.clouddrive2.downloads import bytes_of
from emulators.clouddrive2.results import Change
from emulators.clouddrive2.tree import Node, clean, split, within
from emulators.clouddrive2.world import World

METHODS = ("OPTIONS", "PROPFIND", "MKCOL", "PUT", "GET", "HEAD", "DELETE", "MOVE", "COPY")


@dataclass
class Visit:
    """One request of one user; ``path`` is that of the tree."""

    world: World
    request: Request
    user: DavUser
    path: str

    @property
    def node(self) -> Node | None:
        """Return what is there."""
        return self.world.find(self.path)

    def href(self, path: str, *, folder: bool) -> str:
        """Return the address of a path of the tree as this user sees it."""
        seen = path.removeprefix(clean(self.user.root).rstrip("/"))
        return quote(clean(f"/dav{seen}")) + ("/" if folder else "")


async def dav(world: World, request: Request) -> Response:
    """Answer a WebDAV request."""
    world.counters[f"dav.{request.method}"] += 1
    if not config(world).enabled:
        return Response("not found", 404)
    if fault := world.faults.take("dav_status", {"op": request.method}):
        await request.body()
        return Response("fault", fault.count("code", 503))
    user = _user(world, request)
    if not user:
        return Response("Authentication required", 401, {"WWW-Authenticate": 'Basic realm="CloudDrive"'})
    visit = Visit(world, request, user, clean(f"{user.root}/{request.path_params.get('path', '')}"))
    handler = _HANDLERS.get(request.method)
    if not handler:
        return Response(status_code=405, headers={"Allow": ", ".join(METHODS)})
    if request.method in ("MKCOL", "PUT", "DELETE", "MOVE", "COPY") and not _may_write(user, visit.path):
        return Response("read only", 403)
    return await handler(visit)


def _user(world: World, request: Request) -> DavUser | None:
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return user_for(world, "", "")
    try:
        name, _, password = base64.b64decode(secret).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return user_for(world, name, password)


def _may_write(user: DavUser, path: str) -> bool:
    cloud = cloud_of(path)
    return not user.read_only and cloud is not None and not cloud.read_only and path.count("/") > 1


async def _options(_: Visit) -> Response:
    return Response(headers={"DAV": "1", "Allow": ", ".join(METHODS)})


async def _propfind(visit: Visit) -> Response:
    node = visit.node
    if not node:
        return Response("not found", 404)
    rows = [_row(visit, node, visit.path)]
    if visit.request.headers.get("depth", "1") != "0" and node.isdir:
        children = visit.world.tree.children(node)
        rows += [_row(visit, each, clean(f"{visit.path}/{each.name}")) for each in children]
    body = f'<?xml version="1.0" encoding="utf-8"?><D:multistatus xmlns:D="DAV:">{"".join(rows)}</D:multistatus>'
    return Response(body, 207, media_type="application/xml")


def _row(visit: Visit, node: Node, path: str) -> str:
    kind = "<D:collection/>" if node.isdir else ""
    size = "" if node.isdir else f"<D:getcontentlength>{node.size}</D:getcontentlength>"
    return (
        f"<D:response><D:href>{visit.href(path, folder=node.isdir)}</D:href><D:propstat><D:prop>"
        f"<D:displayname>{escape(node.name)}</D:displayname><D:resourcetype>{kind}</D:resourcetype>{size}"
        f"<D:getlastmodified>{formatdate(node.modified, usegmt=True)}</D:getlastmodified>"
        "</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>"
    )


async def _mkcol(visit: Visit) -> Response:
    folder, _ = split(visit.path)
    if visit.node:
        return Response("exists", 405)
    if not visit.world.find(folder):
        return Response("conflict", 409)
    visit.world.make_folder(visit.path)
    return Response(status_code=201)


async def _put(visit: Visit) -> Response:
    parent, taken = visit.world.find(split(visit.path)[0]), visit.node
    if not parent or not parent.isdir or (taken and taken.isdir):
        return Response("conflict", 409)
    draft = visit.world.draft()
    try:
        async for piece in visit.request.stream():
            draft.write(draft.size, piece)
    except ClientDisconnect:
        draft.discard()
        return Response(status_code=400)
    except BaseException:
        draft.discard()
        raise
    visit.world.counters["dav_bytes"] += draft.size
    visit.world.uploads.written(visit.path, draft, MOUNT)
    return Response(status_code=204 if taken else 201)


async def _get(visit: Visit) -> Response:
    node = visit.node
    if not node:
        return Response("not found", 404)
    if node.isdir:
        return Response("a folder", 405)
    return bytes_of(visit.world, visit.request, node, visit.path)


async def _delete(visit: Visit) -> Response:
    return Response(status_code=204 if visit.world.remove(visit.path) else 404)


async def _move(visit: Visit) -> Response:
    return _carry(visit, move=True)


async def _copy(visit: Visit) -> Response:
    return _carry(visit, move=False)


def _carry(visit: Visit, *, move: bool) -> Response:
    world, node = visit.world, visit.node
    target = unquote(urlsplit(visit.request.headers.get("destination", "")).path)
    if not target.startswith("/dav/"):
        return Response("bad destination", 400)
    path = clean(f"{visit.user.root}/{target.removeprefix('/dav/')}")
    folder, name = split(path)
    taken = world.find(path)
    if not node or not world.find(folder):
        return Response(status_code=409 if node else 404)
    if not _may_write(visit.user, path) or within(path, visit.path) or within(visit.path, path):
        return Response("read only, or one inside the other", 403)
    if taken and visit.request.headers.get("overwrite", "T") == "F":
        return Response("exists", 412)
    if taken:
        world.remove(path)
    if not move:
        world.told(Change.CREATE, path, world.tree.copy(node, world.tree.folder(folder), name))
    else:
        world.tree.place(node, world.tree.folder(folder), name)
        world.told(Change.RENAME, visit.path, node, path)
    return Response(status_code=204 if taken else 201)


_HANDLERS: dict[str, Callable[[Visit], Awaitable[Response]]] = {
    "OPTIONS": _options,
    "PROPFIND": _propfind,
    "MKCOL": _mkcol,
    "PUT": _put,
    "GET": _get,
    "HEAD": _get,
    "DELETE": _delete,
    "MOVE": _move,
    "COPY": _copy,
}
