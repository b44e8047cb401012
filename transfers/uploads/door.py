"""The ASGI side of uploads: Django would collect a whole body in a temporary file before it calls a view, so that nothing of it
would be durable before its end. Here the site answers first, with all its middleware, and the body goes to the disk as it comes.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import structlog
from django.core.handlers.asgi import ASGIRequest
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from core.api import as_app_error
from core.errors import AppError
from core.request import NOWHERE, RequestInfo, enter, leave

from .finishing import settle
from .staging import BLOCK, Append

log = structlog.get_logger(__name__)
THREADS = 8
SILENCE = 15.0  # seconds without a byte after which a request counts as lost; what came is kept
TAKE_OVER = 5.0
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


class BodyOnTheWay(ASGIRequest):
    """A request without its body: the view says with `append` where the bytes have to go."""

    append: Append | None = None
    info: RequestInfo = NOWHERE


class Body:
    """The body of one request, in blocks. Another request that asks where the upload stands may end it."""

    def __init__(self) -> None:
        self.done = asyncio.Event()
        self._ended = False
        self._patience: asyncio.Timeout | None = None

    def stop(self) -> None:
        self._ended = True
        with contextlib.suppress(RuntimeError, AttributeError):  # nobody waits for a byte at the moment
            self._patience.reschedule(0)  # type: ignore[union-attr]

    async def blocks(self, receive: Receive) -> AsyncIterator[bytearray]:
        """Blocks of about `BLOCK` bytes, the next when the last is written: a fast client waits, memory stays bounded."""
        while not self._ended:
            block = bytearray()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(SILENCE) as self._patience:
                    while len(block) < BLOCK and not self._ended:
                        message = await receive()
                        block += message.get("body", b"")
                        self._ended |= not message.get("more_body", False)
            if not block:
                return
            yield block


class UploadDoor:
    """ASGI application. `site` answers a request as the rest of the site does, synchronously."""

    def __init__(self, site: Callable[[HttpRequest], Any]) -> None:
        self._site = site
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="uploads")
        self._bodies: dict[str, Body] = {}

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        try:
            request = BodyOnTheWay(scope, BytesIO())
        except UnicodeDecodeError:
            await _send(HttpResponse(status=400), send)
            return
        response = await self._run(self._answer, request)
        if request.append is not None:
            response = await self._take(request, request.append, response, receive)
        elif request.method == "HEAD" and response.status_code == 200 and await self._take_over(request):
            response = await self._run(self._answer, request)
        await _send(response, send)

    async def _run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._threads, _with_connection, function, *arguments)

    def _answer(self, request: BodyOnTheWay) -> HttpResponse:
        response: HttpResponse = self._site(request)
        response.close()
        return response

    async def _take(
        self, request: BodyOnTheWay, append: Append, response: HttpResponse, receive: Receive
    ) -> HttpResponse:
        body = self._bodies[str(append.row.pk)] = Body()
        try:
            async for block in body.blocks(receive):
                await self._run(append.write, block)
            await self._run(_settle, request, append, response)
        except asyncio.CancelledError:
            await self._run(append.keep)  # the server stops
            raise
        except Exception as error:
            await self._run(_refuse, request, error, response)
        finally:
            append.close()
            del self._bodies[str(append.row.pk)]
            body.done.set()
        return response

    async def _take_over(self, request: BodyOnTheWay) -> bool:
        """A client that asks where its upload stands has lost the request that still seems to send: end it first."""
        match = request.resolver_match
        body = self._bodies.get(str(match.kwargs.get("pk"))) if match else None
        if body is None:
            return False
        body.stop()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(body.done.wait(), TAKE_OVER)
        return True


def _with_connection(function: Callable[..., Any], *arguments: Any) -> Any:
    close_old_connections()  # Django looks after the connections of its own threads only (F24)
    return function(*arguments)


@contextlib.contextmanager
def _as_asked(request: BodyOnTheWay) -> Iterator[None]:
    """Request id, address and language of the request, as its view had them."""
    token = enter(request.info)
    try:
        with translation.override(request.LANGUAGE_CODE):
            yield
    finally:
        leave(token)


def _settle(request: BodyOnTheWay, append: Append, response: HttpResponse) -> None:
    with _as_asked(request):
        settle(append, response)


def _refuse(request: BodyOnTheWay, error: Exception, response: HttpResponse) -> None:
    known = as_app_error(error)
    if known is None:
        log.error("upload.crashed", request_id=request.info.request_id, exc_info=error)
        known = AppError()
    with _as_asked(request):
        response.content = json.dumps(known.as_problem(request.info.request_id), ensure_ascii=False).encode()
    response.status_code = known.status
    response["Content-Type"], response["Content-Length"] = "application/problem+json", str(len(response.content))
    if known.retry_after is not None:
        response["Retry-After"] = str(max(1, round(known.retry_after)))


async def _send(response: HttpResponse, send: Send) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in response.items()]
    headers += [
        (b"Set-Cookie", cookie.output(header="").strip().encode("latin-1")) for cookie in response.cookies.values()
    ]
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": response.content})
