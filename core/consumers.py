"""`/ws`: a user's events and progress (architecture §3)."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from typing import Any
from urllib.parse import parse_qs

from channels.generic.websocket import AsyncWebsocketConsumer
from django.utils import timezone

from core import metrics
from core.events.frames import notice
from core.events.hub import HEARTBEAT_SECONDS, Socket, hub
from core.sockets import Identity, SocketRefused, authenticators

AUTHENTICATE_SECONDS = 10.0
MAX_FRAME = 64 * 1024
FRAMES_PER_SECOND = 20
BURST = 100
CLOSE = {"unauthenticated": 4401, "origin": 4403, "too_many": 4429, "flood": 1008, "frame": 1009, "protocol": 1003}


class EventsConsumer(AsyncWebsocketConsumer):
    """Pushes frames; from the client it takes `{"type": "auth", "token"}`, `heartbeat` and `pong`, nothing else."""

    socket: Socket | None = None

    async def connect(self) -> None:
        self._tasks: list[asyncio.Task[Any]] = []
        self._allowance, self._asked = float(BURST), time.monotonic()
        query = parse_qs(self.scope.get("query_string", b"").decode("latin-1"))
        self._last_event_id = _number(query.get("last_event_id", [""])[0])
        try:
            identity = await self._identify(query)
        except SocketRefused as refusal:
            await self.accept()
            await self.close(code=CLOSE[refusal.reason])
            return
        await self.accept(subprotocol=identity.subprotocol if identity else None)
        if identity:
            await self._join(identity)
        else:
            self._spawn(self._expect_authentication())

    async def _identify(self, query: dict[str, list[str]]) -> Identity | None:
        for authenticate in authenticators:
            identity = await hub.run(authenticate, self.scope, query)
            if identity is not None:
                return identity
        return None

    async def _join(self, identity: Identity) -> None:
        if hub.full(identity.user):
            await self._refuse("too_many")
            return
        self.socket = Socket(identity.user, identity.session, self._send_text)
        metrics.SOCKETS.inc()
        self._spawn(self._write())
        self._spawn(self._heartbeat())
        await hub.attach(self.socket, self._last_event_id)

    async def _send_text(self, text: str) -> None:
        await self.base_send({"type": "websocket.send", "text": text})

    async def _write(self) -> None:
        assert self.socket is not None
        code = await self.socket.write()
        await self.close(code=code)

    async def _heartbeat(self) -> None:
        while self.socket is not None:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            self.socket.push_progress("", notice("heartbeat", server_time=timezone.now()))

    async def _expect_authentication(self) -> None:
        await asyncio.sleep(AUTHENTICATE_SECONDS)
        if self.socket is None:
            await self._refuse("unauthenticated")

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if len(text_data or bytes_data or "") > MAX_FRAME:
            await self._refuse("frame")
        elif not self._within_rate():
            await self._refuse("flood")
        elif text_data is None:
            await self._refuse("protocol")
        else:
            await self._handle(text_data)

    def _within_rate(self) -> bool:
        now = time.monotonic()
        self._allowance = min(BURST, self._allowance + (now - self._asked) * FRAMES_PER_SECOND) - 1
        self._asked = now
        return self._allowance >= 0

    async def _handle(self, text: str) -> None:
        try:
            frame = json.loads(text)
            kind = frame.get("type")
        except (ValueError, AttributeError, RecursionError):
            await self._send_text(notice("error", code="invalid", detail="Send a JSON object with a type."))
            return
        if self.socket is None:
            await self._authenticate(frame if kind == "auth" else {})
        elif kind == "heartbeat":
            await self._send_text(notice("pong", server_time=timezone.now()))
        elif kind != "pong":
            await self._send_text(notice("error", code="unknown_type", detail="Known types: heartbeat, pong."))

    async def _authenticate(self, frame: dict[str, Any]) -> None:
        try:
            identity = await self._identify({"first_frame": [str(frame.get("token", ""))]})
        except SocketRefused as refusal:
            await self._refuse(refusal.reason)
            return
        if identity is None:
            await self._refuse("unauthenticated")
            return
        known = _number(frame.get("last_event_id"))
        self._last_event_id = self._last_event_id if known is None else known
        await self._join(identity)

    async def _refuse(self, reason: str) -> None:
        await self.close(code=CLOSE[reason])

    async def disconnect(self, code: int) -> None:
        if self.socket is not None:
            hub.detach(self.socket)
            metrics.SOCKETS.dec()
        for task in self._tasks:
            if task is not asyncio.current_task():
                task.cancel()

    def _spawn(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        task.add_done_callback(_swallow)
        self._tasks.append(task)


def _swallow(task: asyncio.Task[Any]) -> None:
    """A writer whose peer went away ends with an error that is no news."""
    with contextlib.suppress(asyncio.CancelledError):
        task.exception()


def _number(value: Any) -> int | None:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
