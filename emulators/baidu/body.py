"""The bytes of a download on their way, and everything that may go wrong with them."""

from __future__ import annotations

import asyncio
import socket
import struct
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from emulators.baidu.content import BLOCK, Source
from emulators.baidu.faults import Fault
from emulators.baidu.world import World
from emulators.serving import TRANSPORT

STREAM_FAULTS = (
    "slow",
    "stall",
    "cut",
    "flip",
    "truncate",
    "longer",
    "wrong_length",
    "gzip",
    "multipart",
    "change_midway",
    "dlink_expired_midway",
)
BREAKING = frozenset({"cut", "change_midway", "dlink_expired_midway"})
DEFAULT_AFTER = 65_536
Piece = bytes | bytearray | memoryview


@dataclass
class Plan:
    """What to send: ``length`` bytes of ``content`` from ``start``, under ``status`` and ``headers``."""

    content: Source
    start: int
    length: int
    status: int
    headers: dict[str, str]


class Download(Response):
    """A streamed answer. It stops when the reader leaves, and buffers no more than a block."""

    def __init__(self, world: World, user: str, plan: Plan, faults: dict[str, Fault], midway: Callable[[str], None]):
        self.plan, self.faults, self.world, self.user, self.midway = plan, faults, world, user, midway
        self.surplus = self._bend_lengths()
        self.frame = self._bend_form()
        super().__init__(None, plan.status, plan.headers)
        if "Content-Length" not in plan.headers:
            del self.headers["content-length"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        gone = asyncio.ensure_future(_disconnected(receive))
        self.world.connections[self.user] += 1
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            complete = await self._stream(send, gone)
            if complete and not self.surplus and "wrong_length" not in self.faults:
                await send({"type": "http.response.body", "body": b"", "more_body": False})
            elif not gone.done():
                await self._break_off(scope[TRANSPORT], gone)
        finally:
            self.world.connections[self.user] -= 1
            gone.cancel()

    def _bend_lengths(self) -> int:
        """Apply the faults that lie about lengths; return how many bytes more than announced will be sent."""
        plan, surplus = self.plan, 0
        if fault := self.faults.get("truncate"):
            plan.length = max(0, plan.length - fault.count("bytes", 1))
            if "Content-Range" in plan.headers:
                size = plan.content.size
                plan.headers["Content-Range"] = f"bytes {plan.start}-{plan.start + plan.length - 1}/{size}"
        announced = plan.length
        if fault := self.faults.get("wrong_length"):
            announced = max(0, announced + fault.count("delta", 1))
            surplus = max(0, plan.length - announced)
        if fault := self.faults.get("longer"):
            surplus += fault.count("bytes", 1)
        plan.headers["Content-Length"] = str(announced)
        if (fault := self.faults.get("cut")) and fault.params.get("chunked"):
            del plan.headers["Content-Length"]
        return surplus

    def _bend_form(self) -> tuple[bytes, bytes]:
        """Apply the faults that wrap the body; return what goes before and after it."""
        headers, frame = self.plan.headers, (b"", b"")
        if "gzip" in self.faults:
            headers["Content-Encoding"] = "gzip"
            headers.pop("Content-Length", None)
        if "multipart" in self.faults and "Content-Range" in headers:
            part = f"Content-Type: {headers['Content-Type']}\r\nContent-Range: {headers.pop('Content-Range')}"
            frame = f"--standin\r\n{part}\r\n\r\n".encode(), b"\r\n--standin--\r\n"
            headers["Content-Type"] = "multipart/byteranges; boundary=standin"
            headers["Content-Length"] = str(self.plan.length + sum(map(len, frame)))
        return frame

    def _pieces(self) -> Iterator[Piece]:
        """Yield what goes out within the announced length: flipped, cut off and portioned as faults say."""
        limit = self.plan.length
        if "wrong_length" in self.faults:
            limit -= self.surplus
        for name in BREAKING | {"stall"}:
            if fault := self.faults.get(name):
                limit = min(limit, fault.count("after", DEFAULT_AFTER))
        pieces: Iterator[Piece] = self.plan.content.chunks(self.plan.start, limit)
        if fault := self.faults.get("flip"):
            pieces = _flipped(pieces, fault.count("offset", 0))
        if any(self.frame):
            pieces = chain(self.frame[:1], pieces, self.frame[1:])
        return _gzipped(pieces) if "gzip" in self.faults else pieces

    async def _stream(self, send: Send, gone: asyncio.Future[None]) -> bool:
        """Send the body; return False when it must not be finished properly."""
        slow = self.faults.get("slow")
        sender = _Paced(send, gone, slow.number("bytes_per_s", 65_536)) if slow else None
        for piece in self._pieces():
            if sender:
                await sender.send(piece)
            else:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            self.world.counters["bytes_sent"] += len(piece)
            if gone.done():
                return False
        if "stall" in self.faults:
            await gone
        struck = BREAKING & self.faults.keys()
        for name in struck:
            self.midway(name)
        return not struck and not gone.done()

    async def _break_off(self, transport: Any, gone: asyncio.Future[None]) -> None:
        """Send what is too much, then end the connection, by a reset where the fault wants it hard."""
        if self.surplus:
            transport.write(b"\0" * self.surplus)
        cut = self.faults.get("cut")
        if cut and cut.params.get("hard"):
            while transport.get_write_buffer_size() and not gone.done():
                await asyncio.sleep(0.002)
            linger = struct.pack("ii", 1, 0)
            with suppress(OSError):
                transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            transport.abort()
        else:
            transport.close()
        await gone


@dataclass
class _Paced:
    """Sends at a given rate, in portions of a twentieth of a second."""

    forward: Send
    gone: asyncio.Future[None]
    rate: float

    async def send(self, piece: Piece) -> None:
        portion = max(1, min(BLOCK, int(self.rate / 20)))
        due = time.monotonic()
        for at in range(0, len(piece), portion):
            part = piece[at : at + portion]
            await self.forward({"type": "http.response.body", "body": part, "more_body": True})
            due += len(part) / self.rate
            await asyncio.wait([self.gone], timeout=max(0, due - time.monotonic()))
            if self.gone.done():
                return


def _flipped(pieces: Iterator[Piece], offset: int) -> Iterator[Piece]:
    for piece in pieces:
        if 0 <= offset < len(piece):
            wrong = bytearray(piece)
            wrong[offset] ^= 1
            yield wrong
        else:
            yield piece
        offset -= len(piece)


def _gzipped(pieces: Iterator[Piece]) -> Iterator[Piece]:
    packer = zlib.compressobj(1, wbits=31)
    for piece in pieces:
        yield packer.compress(piece)
    yield packer.flush()


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
