"""Downloads: addresses from GetDownloadUrlPath, and the bytes below /static (§3.6)."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import AsyncIterator
from email.utils import formatdate
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from emulators.baidu.content import Source
from emulators.baidu.ranges import UnsatisfiableError, wanted_range
from emulators.clouddrive2.access import Grant
from emulators.clouddrive2.call import Call, rpc
from emulators.clouddrive2.errors import invalid
from emulators.clouddrive2.tree import Node, clean
from emulators.clouddrive2.world import World
from emulators.serving import TRANSPORT
from protos import clouddrive_pb2 as pb

AGENT = "stand-in/1.0"


def _signature(world: World, path: str, expires: int) -> str:
    return hmac.new(world.key, f"{path} {expires}".encode(), hashlib.sha256).hexdigest()[:32]


@rpc("read")
def get_download_url_path(call: Call, request: pb.GetDownloadUrlPathRequest) -> pb.DownloadUrlPathInfo:
    """Tell where a file can be fetched: a template for the caller's view of this host."""
    node, world = call.node(request.path), call.world
    if node.isdir:
        raise invalid("a folder has no download address")
    life = world.settings.link_s
    path, expires = call.real(request.path), int(time.time() + life) if life else 0
    shown = quote(call.shown(path))
    secret = f"sign={_signature(world, path, expires)}&expires={expires}"
    if call.grant and call.grant.api:
        secret = f"token={call.grant.token}"
    info = pb.DownloadUrlPathInfo(downloadUrlPath=f"/static/{{SCHEME}}/{{HOST}}/{{PREVIEW}}{shown}?{secret}")
    if life:
        info.expiresIn = int(life)
    if world.settings.direct_urls and request.get_direct_url:
        info.directUrl = f"http://{{HOST}}/direct{quote(path)}?sign={_signature(world, path, 0)}"
        info.userAgent = AGENT
        info.additionalHeaders["X-Stand-In"] = "direct"
    return info


async def static(world: World, request: Request) -> Response:
    """Answer an address below /static."""
    path = clean(request.path_params["path"])
    refusal = _gate(world, request, path)
    if refusal:
        return refusal
    grant = world.grants.find(request.query_params.get("token", ""))
    real = clean(f"{grant.root}/{path}") if grant and grant.api else path
    node = world.find(real)
    if not node or node.isdir:
        return Response("not found", 404)
    if world.faults.take("fresh_502", {"path": real}):
        return Response("upstream is not ready", 502)
    return bytes_of(world, request, node, real)


def _gate(world: World, request: Request, path: str) -> Response | None:
    query = request.query_params
    grant: Grant | None = world.grants.find(query.get("token", ""))
    if "token" in query and not (grant and grant.live and grant.may("read")):
        return Response("invalid token", 403)
    told = query.get("expires", "")
    expires = int(told) if told.isdecimal() else 0
    signed = hmac.compare_digest(query.get("sign", ""), _signature(world, path, expires))
    if "sign" in query and not signed:
        return Response("invalid signature", 403)
    if signed and expires and expires < time.time():
        return Response("link expired", 403)
    if world.settings.signed_downloads and not signed and not grant:
        return Response("signed link required", 403)
    return None


async def direct(world: World, request: Request) -> Response:
    """Answer a direct address: as a cloud that wants its own agent and headers."""
    path = clean(request.path_params["path"])
    proper = request.headers.get("user-agent") == AGENT and request.headers.get("x-stand-in") == "direct"
    if not proper or not hmac.compare_digest(request.query_params.get("sign", ""), _signature(world, path, 0)):
        return Response("forbidden", 403)
    node = world.find(path)
    return bytes_of(world, request, node, path) if node and not node.isdir else Response("not found", 404)


def bytes_of(world: World, request: Request, node: Node, path: str) -> Response:
    """Return a file, or the range of it that a request names."""
    etag, modified = f'"{node.id}-{node.size}-{node.modified}"', formatdate(node.modified, usegmt=True)
    headers = {"Accept-Ranges": "bytes", "ETag": etag, "Last-Modified": modified}
    try:
        part = wanted_range(request.headers, node.size, etag, modified)
    except UnsatisfiableError:
        return Response(status_code=416, headers={"Content-Range": f"bytes */{node.size}"})
    first, last = part or (0, node.size - 1)
    if part:
        headers["Content-Range"] = f"bytes {first}-{last}/{node.size}"
    headers["Content-Length"] = str(last - first + 1)
    status, kind = 206 if part else 200, "application/octet-stream"
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers, media_type=kind)
    source = world.contents.open(node.content, node.size)
    body = _pieces(world, request, source, path, first, last - first + 1)
    return StreamingResponse(body, status, headers, kind)


async def _pieces(
    world: World, request: Request, source: Source, path: str, start: int, length: int
) -> AsyncIterator[bytes | memoryview]:
    cut = world.faults.take("download_cut", {"path": path})
    if cut:
        length = min(length, cut.count("after", 65_536))
    world.downloads.append(path)
    try:
        for piece in source.chunks(start, length):
            if request.scope[TRANSPORT].is_closing():
                break  # nobody reads any more; nothing else would end this before the end of the file
            world.counters["bytes_sent"] += len(piece)
            yield piece
        if cut:
            request.scope[TRANSPORT].close()
    finally:
        world.downloads.remove(path)
