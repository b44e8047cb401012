"""gRPC-Web over HTTP/1.1 (§5.1): the same methods, in frames inside ordinary answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import quote

from grpc import StatusCode
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from emulators.clouddrive2 import exchange
from emulators.clouddrive2.call import Call
from emulators.clouddrive2.errors import Dropped, Refusal
from emulators.clouddrive2.world import World
from emulators.serving import TRANSPORT
from protos.clouddrive_pb2 import JWTToken

KIND = "application/grpc-web+proto"
LARGEST = 32 << 20


def frame(payload: bytes, flag: int = 0) -> bytes:
    """Return a payload with its five bytes of head; flag 0x80 marks trailers."""
    return bytes([flag]) + len(payload).to_bytes(4, "big") + payload


def trailer(code: int, message: str = "") -> bytes:
    """Return the frame that ends an answer."""
    return frame(f"grpc-status:{code}\r\ngrpc-message:{quote(message)}\r\n".encode(), 0x80)


def refused(refusal: Refusal) -> Response:
    """Return an answer without data: the status is in the headers, the HTTP status is 200."""
    headers = {"grpc-status": str(refusal.number), "grpc-message": quote(refusal.details)}
    return Response(b"", 200, headers, KIND)


async def answer(world: World, request: Request) -> Response:
    """Answer a call over HTTP/1.1."""
    kind = request.headers.get("content-type", "")
    if not kind.startswith("application/grpc-web"):
        return Response("invalid content type for HTTP/1.1", 400)
    name = request.path_params["method"]
    try:
        call = exchange.opened(world, name, request.headers.get("authorization", ""), "web")
        return await _run(call, await _message(request))
    except Refusal as refusal:
        world.refused(name, refusal.number)
        return refused(refusal)
    except (Dropped, ClientDisconnect):
        request.scope[TRANSPORT].abort()
        return Response()


async def _message(request: Request) -> bytes:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST:
            raise Refusal(StatusCode.RESOURCE_EXHAUSTED, "message is too large")
    if len(body) < 5:
        raise Refusal(StatusCode.INTERNAL, "Missing request message.")
    length = int.from_bytes(body[1:5], "big")
    if body[0] or len(body) != 5 + length:
        raise Refusal(StatusCode.INTERNAL, "malformed frame")
    return bytes(memoryview(body)[5:])


async def _run(call: Call, raw: bytes) -> Response:
    if call.method.client_stream:
        raise Refusal(StatusCode.UNIMPLEMENTED, "client streams need HTTP/2")
    if call.method.server_stream:
        return Streamed(await exchange.streamed_out(call, raw))
    reply = await exchange.unary(call, raw)
    quiet = call.method.name == "GetToken" and call.world.settings.web_empty_refusal
    if quiet and not JWTToken.FromString(reply).success:
        return Response(b"", 200, media_type=KIND)
    return Response(frame(reply) + trailer(0), 200, media_type=KIND)


class Streamed(Response):
    """The frames of a server stream; the stream is closed when the reader leaves."""

    def __init__(self, replies: AsyncIterator[bytes]) -> None:
        super().__init__(media_type=KIND)
        del self.headers["content-length"]
        self.replies = replies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        work = asyncio.ensure_future(self._send(send))
        gone = asyncio.ensure_future(_gone(receive))
        await asyncio.wait([work, gone], return_when=asyncio.FIRST_COMPLETED)
        for each in (work, gone):
            each.cancel()
        ended = await asyncio.gather(work, gone, return_exceptions=True)
        if isinstance(ended[0], Dropped):
            scope[TRANSPORT].abort()

    async def _send(self, send: Send) -> None:
        end = trailer(0)
        try:
            async for reply in self.replies:
                await send({"type": "http.response.body", "body": frame(reply), "more_body": True})
        except Refusal as refusal:
            end = trailer(refusal.number, refusal.details)
        await send({"type": "http.response.body", "body": end, "more_body": False})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
