"""The two applications: the main address with every host but one, and the download host."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from emulators.baidu import (  # noqa: F401  (they register their operations)
    listing,
    manage,
    media,
    meta,
    offline,
    parts,
    pcs,
    search,
    share,
    upload,
    web,
)
from emulators.baidu.access import authenticate, check_rate, peek_user
from emulators.baidu.call import PCS, XPAN, Call, Operation, failure, find_operation, read_call, success
from emulators.baidu.control import control_routes
from emulators.baidu.download import cdn, dlink, link_facts
from emulators.baidu.errors import ApiError
from emulators.baidu.gate import Facts, Silence, gate, note
from emulators.baidu.links import holds
from emulators.baidu.media import segment, subtitle
from emulators.baidu.oauth import oauth_routes
from emulators.baidu.pictures import draw
from emulators.baidu.share_page import share_page
from emulators.baidu.thumbs import SIGNED, wanted_size
from emulators.baidu.world import World

LinkHandler = Callable[[Call, Facts], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]


def main_app(world: World) -> Starlette:
    """Return the application of the OAuth, pan and pcs hosts, with the control API."""

    async def api(request: Request) -> Response:
        return await answer_api(world, request)

    routes = [
        *oauth_routes(world),
        *control_routes(world),
        Route("/file/{md5}", _link(world, "dlink", dlink), methods=["GET"]),
        Route("/thumbnail/{name}", _link(world, "thumb", thumbnail), methods=["GET"]),
        Route("/segment/{name}", _link(world, "segment", segment), methods=["GET"]),
        Route("/subtitle/{name}", _link(world, "subtitle", subtitle), methods=["GET"]),
        Route("/netdisk/share", share_page(world), methods=["GET", "POST"]),
        Route("/avatar/{name}", avatar, methods=["GET"]),
        Route("/{path:path}", api, methods=["GET", "POST", "PUT"]),
    ]
    return Starlette(routes=routes)


def download_app(world: World) -> Starlette:
    """Return the application of the download host."""
    return Starlette(routes=[Route("/file/{md5}", _link(world, "cdn", cdn), methods=["GET"])])


async def answer_api(world: World, request: Request) -> Response:
    """Answer a call of the metadata API: find the operation, let faults strike, authenticate, run, wrap."""
    call = await read_call(world, request)
    path = request.url.path
    op = find_operation(path, call)
    family = op.family if op else _family_of(path)
    call.facts = facts = {
        "op": op.name if op else "unknown",
        "user": peek_user(call),
        "path": path,
        "method": request.method,
        "class": op.kind if op else "",
        **{name: value for name in _TELLING if (value := call.query.get(name) or call.form.get(name))},
    }
    response = await gate(world, family, facts)
    if not response:
        try:
            response = await _run(call, op, path)
        except ApiError as refusal:
            response = failure(world, family, refusal, text_id=bool(op and op.text_id))
        if world.faults.take("answer_lost", facts):
            response = Silence(0)
    note(world, request, facts, response)
    return response


_TELLING = ("uploadid", "partseq")
"""Parameters that faults may match."""


async def _run(call: Call, op: Operation | None, path: str) -> Response:
    if not op:
        if not path.startswith(("/rest/", "/api/", "/share/", "/xpan/", "/apaas/")):
            return Response("Not Found", 404)
        raise ApiError(3)
    if call.request.method not in op.verbs:
        raise ApiError(2)
    if not op.public:
        authenticate(call, op)
    check_rate(call, op)
    result = await op.run(call)
    return result if isinstance(result, Response) else success(call.world, op, result)


def _family_of(path: str) -> str:
    return PCS if path.startswith("/rest/2.0/pcs/") else XPAN


def _link(world: World, op: str, handler: LinkHandler) -> Endpoint:
    """Return the endpoint of a kind of signed link; its refusals wear the envelope of the PCS hosts."""

    async def endpoint(request: Request) -> Response:
        call = await read_call(world, request)
        facts = link_facts(world, call.query, op, request.url.path) | {"method": request.method}
        response = await gate(world, PCS, facts)
        if not response:
            try:
                response = await handler(call, facts)
            except ApiError as refusal:
                response = failure(world, PCS, refusal)
        note(world, request, facts, response)
        return response

    return endpoint


async def thumbnail(call: Call, facts: Facts) -> Response:
    """Answer a thumbnail's address with its picture."""
    world, query = call.world, call.query
    size = wanted_size(query.get("size", ""))
    if not size or not holds(world, "thumb", call.request.path_params["name"], query, SIGNED):
        raise ApiError(31362)
    if world.settings.thumb_ua_rule and call.request.headers.get("user-agent") != "pan.baidu.com":
        raise ApiError(31326)
    picture = await asyncio.to_thread(draw, query["fid"] + query["time"], *size)
    return Response(picture, media_type="image/png", headers={"Cache-Control": "max-age=86400"})


async def avatar(request: Request) -> Response:
    """Answer a user's avatar."""
    return Response(draw(f"avatar {request.path_params['name']}", 128, 128), media_type="image/png")
