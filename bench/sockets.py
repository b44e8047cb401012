"""A crowd of WebSockets that costs little: frames are only counted and timed.

Every event carries `"bench":NNNNNN`, its number in six digits.
"""

from __future__ import annotations

import asyncio
import time
from array import array
from collections.abc import Sequence
from typing import cast

MARK = b'"bench":'
DIGITS = 6
FIRST = 10 ** (DIGITS - 1)
TOGETHER = 25
LEAVE_SECONDS = 5.0
GOODBYE = bytes([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xE8])  # masked with zeros: code 1000
TEXT, CLOSE, PING = 0x81, 0x88, 0x89


class Crowd:
    """`times` holds the seconds from sending to receipt of every delivery."""

    def __init__(self, port: int, count: int, protocol: str = "") -> None:
        self._port, self._count, self._protocol = port, count, protocol
        self._sockets: list[_Socket] = []
        self._sent: list[float] = []
        self._wanted = 0
        self.times = array("d")
        self.last = 0.0

    async def join(self) -> None:
        """Open all sockets and wait until the server has taken them."""
        loop = asyncio.get_running_loop()
        for start in range(0, self._count, TOGETHER):
            some = range(start, min(self._count, start + TOGETHER))
            opened = await asyncio.gather(
                *(loop.create_connection(lambda: _Socket(self), "127.0.0.1", self._port) for _ in some)
            )
            fresh = [socket for _, socket in opened]
            for socket in fresh:
                socket.upgrade(self._port, self._protocol)
            await asyncio.gather(*(socket.open for socket in fresh))
            self._sockets += fresh

    def expect(self, events: int) -> Sequence[int]:
        """Forget what was, get ready for so many events and return their numbers."""
        self._sent, self.times = [0.0] * events, array("d")
        self._wanted = events * len(self._sockets)
        self._done = asyncio.get_running_loop().create_future()
        return range(FIRST, FIRST + events)

    def sending(self, number: int) -> None:
        """Called just before an event is sent."""
        self._sent[number - FIRST] = time.perf_counter()

    async def all_received(self) -> float:
        """Wait for the last delivery; returns the seconds since the first event was sent."""
        await self._done
        return self.last - min(self._sent)

    def received(self, numbers: list[int]) -> None:
        self.last = now = time.perf_counter()
        for number in numbers:
            self.times.append(now - self._sent[number - FIRST])
        if len(self.times) >= self._wanted and not self._done.done():
            self._done.set_result(None)

    def lost(self, reason: str) -> None:
        if self._wanted > len(self.times) and not self._done.done():
            self._done.set_exception(ConnectionResetError(reason))

    async def leave(self) -> None:
        """Say goodbye on every socket and wait until the server has let go of it."""
        self._wanted = 0
        for socket in self._sockets:
            socket.say_goodbye()
        if self._sockets:
            await asyncio.wait([socket.gone for socket in self._sockets], timeout=LEAVE_SECONDS)
        for socket in self._sockets:
            socket.close()


class _Socket(asyncio.Protocol):
    def __init__(self, crowd: Crowd) -> None:
        self._crowd = crowd
        self._rest = b""
        loop = asyncio.get_running_loop()
        self.open: asyncio.Future[None] = loop.create_future()
        self.gone: asyncio.Future[None] = loop.create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def upgrade(self, port: int, protocol: str) -> None:
        lines = [
            "GET /ws HTTP/1.1",
            f"Host: 127.0.0.1:{port}",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            *([f"Sec-WebSocket-Protocol: {protocol}"] if protocol else []),
        ]
        self._transport.write("\r\n".join([*lines, "", ""]).encode())

    def data_received(self, data: bytes) -> None:
        data = self._rest + data if self._rest else data
        if not self.open.done():
            head, found, data = data.partition(b"\r\n\r\n")
            if not found:
                self._rest = head
                return
            if not head.startswith(b"HTTP/1.1 101"):
                self.open.set_exception(OSError(f"no upgrade: {head[:100]!r}"))
                return
            self.open.set_result(None)
        self._rest = self._frames(data)

    def _frames(self, data: bytes) -> bytes:
        """Take all whole frames; returns what is left."""
        at, numbers = 0, []
        while len(data) - at >= 4:
            start, length = at + 2, data[at + 1]
            if length == 126:
                start, length = at + 4, int.from_bytes(data[at + 2 : at + 4])
            if len(data) < start + length:
                break
            if data[at] == TEXT:
                mark = data.find(MARK, start, start + length)
                if mark >= 0:
                    numbers.append(int(data[mark + len(MARK) : mark + len(MARK) + DIGITS]))
            else:
                self._control(data[at], data[start : start + length])
            at = start + length
        if numbers:
            self._crowd.received(numbers)
        return data[at:]

    def _control(self, kind: int, payload: bytes) -> None:
        if kind == PING:  # answered with a mask of zeros, which leaves the bytes as they are
            self._transport.write(bytes([0x8A, 0x80 | len(payload), 0, 0, 0, 0]) + payload)
        elif kind == CLOSE:
            self._crowd.lost(f"the server closed a socket with {int.from_bytes(payload[:2])}")

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.open.done():
            self.open.set_exception(exc or ConnectionResetError("closed during the upgrade"))
        self._crowd.lost("a socket was cut")
        self.gone.set_result(None)

    def say_goodbye(self) -> None:
        self._transport.write(GOODBYE)

    def close(self) -> None:
        self._transport.close()
