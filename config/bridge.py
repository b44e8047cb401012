"""Small requests on threads of their own: the body is read before and the answer sent after, so that a request changes threads
once each way. a2wsgi, which takes the large ones, does so for each piece.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import Executor
from contextvars import copy_context
from functools import partial
from io import BytesIO
from typing import Any, cast

from a2wsgi import WSGIMiddleware
from a2wsgi.wsgi import build_environ

SMALL = 1 << 20  # bytes of a body


class Bridge:
    """An ASGI application in front of a WSGI one that runs on `threads`."""

    def __init__(self, application: Any, threads: Executor) -> None:
        self._application, self._threads = application, threads
        self._large = WSGIMiddleware(application, workers=1)
        self._large.executor = cast(Any, threads)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if not _is_small(scope):
            await self._large(scope, receive, send)
            return
        if (body := await _read(receive)) is None:
            return
        loop = asyncio.get_running_loop()
        run = partial(copy_context().run, self._answer, scope, body, _Sender(loop, send))
        for message in await loop.run_in_executor(self._threads, run):
            await send(message)

    def _answer(self, scope: Any, body: bytes, sender: _Sender) -> list[Any]:
        """The messages that are left to send; those of a streaming answer are sent from here, as they come."""
        environ = build_environ(scope, cast(Any, BytesIO(body)))
        start: dict[str, Any] = {"type": "http.response.start"}
        response = self._application(environ, partial(_note_start, start))
        try:
            if getattr(response, "streaming", False):
                sender.send(start)
                for chunk in response:
                    sender.send({"type": "http.response.body", "body": chunk, "more_body": True})
                return [{"type": "http.response.body", "body": b""}]
            return [start, {"type": "http.response.body", "body": b"".join(response)}]
        finally:
            response.close()


class _Sender:
    """Sends from a thread and waits until it is sent."""

    def __init__(self, loop: asyncio.AbstractEventLoop, send: Any) -> None:
        self._loop, self._send = loop, send

    def send(self, message: Any) -> None:
        asyncio.run_coroutine_threadsafe(self._send(message), self._loop).result()


def _is_small(scope: Any) -> bool:
    headers = dict(scope["headers"])
    length = headers.get(b"content-length", b"0")
    return b"transfer-encoding" not in headers and length.isdigit() and len(length) < 9 and int(length) <= SMALL


async def _read(receive: Any) -> bytes | None:
    """None when the sender left before the end."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if not message.get("more_body"):
            return bytes(body)


def _note_start(start: dict[str, Any], status: str, headers: list[tuple[str, str]], _error: Any = None) -> None:
    start["status"] = int(status.split(" ", 1)[0])
    start["headers"] = [(name.lower().encode("latin1"), value.encode("latin1")) for name, value in headers]
