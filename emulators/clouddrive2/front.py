"""One port for everything: HTTP/2 goes on to the gRPC server, HTTP/1.1 to the application beside it.

The first bytes of a connection decide. HTTP/2 is passed on byte by byte, so that the gRPC library alone speaks
it, and so that connections can be cut, slowed down or told to go away.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable
from contextlib import suppress

from emulators.clouddrive2.faults import Fault, Faults

PREFACE = b"PRI * HTTP/2.0"
PIECE = 1 << 20
GOAWAY = struct.pack(">HBBBL", 0, 8 + 14, 7, 0, 0) + struct.pack(">LL", 0x7FFFFFFF, 11) + b"too_many_pings"
"""A whole frame: last stream 2^31-1, ENHANCE_YOUR_CALM, and the text that gRPC clients look for."""

HandOver = Callable[[socket.socket, bytes], None]


class Relay:
    """One HTTP/2 connection: the client, the gRPC server, and what is to go wrong between them."""

    def __init__(self, client: socket.socket, server: socket.socket, faults: dict[str, Fault]) -> None:
        self.client = client
        self.server = server
        self._slow = faults.get("slow")
        self._cut = faults.get("cut")
        self._away = faults.get("goaway")
        self._loop = asyncio.get_running_loop()
        self._frames = _Frames()
        self._writing = asyncio.Lock()
        self._warned = False

    async def run(self, first: bytes) -> None:
        """Pass bytes on until either side ends; then both end."""
        pumps = [asyncio.ensure_future(each) for each in (self._up(first), self._down())]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            self.client.close()
            self.server.close()

    def cut(self) -> None:
        """End the connection at once."""
        with suppress(OSError):
            self.client.shutdown(socket.SHUT_RDWR)

    def warn(self) -> None:
        """Tell the client to go away at the next boundary between two frames."""
        self._warned = True
        self._goodbye = asyncio.ensure_future(self._say_goodbye())

    async def _up(self, first: bytes) -> None:
        taken, buffer = len(first), memoryview(bytearray(PIECE))
        await self._loop.sock_sendall(self.server, first)
        while count := await self._loop.sock_recv_into(self.client, self._room(buffer, taken)):
            taken += count
            if self._slow:
                await asyncio.sleep(count / self._slow.number("bytes_per_s", 65_536))
            await self._loop.sock_sendall(self.server, buffer[:count])
            if self._away and taken >= self._away.count("after", 0):
                self._away = None
                self.warn()
            if self._cut and taken >= self._cut.count("after", 0):
                return

    def _room(self, buffer: memoryview, taken: int) -> memoryview:
        room = PIECE
        if self._slow:
            room = max(1, int(self._slow.number("bytes_per_s", 65_536) / 20))
        if self._cut:
            room = min(room, max(1, self._cut.count("after", 0) - taken))
        return buffer[: min(room, PIECE)]

    async def _down(self) -> None:
        buffer = memoryview(bytearray(PIECE))
        while count := await self._loop.sock_recv_into(self.server, buffer):
            async with self._writing:
                await self._loop.sock_sendall(self.client, buffer[:count])
                self._frames.pass_on(buffer[:count])
            if self._warned:
                await self._say_goodbye()

    async def _say_goodbye(self) -> None:
        async with self._writing:
            if self._warned and self._frames.between:
                self._warned = False
                with suppress(OSError):
                    await self._loop.sock_sendall(self.client, GOAWAY)


class _Frames:
    """Follows HTTP/2 frames in a stream of bytes; ``between`` is true where another frame may be put in."""

    def __init__(self) -> None:
        self._head = b""
        self._left = 0

    @property
    def between(self) -> bool:
        return not self._head and not self._left

    def pass_on(self, data: memoryview) -> None:
        at = 0
        while at < len(data):
            if self._left:
                step = min(self._left, len(data) - at)
                self._left -= step
                at += step
                continue
            step = min(9 - len(self._head), len(data) - at)
            self._head += bytes(data[at : at + step])
            at += step
            if len(self._head) == 9:
                self._left = int.from_bytes(self._head[:3], "big")
                self._head = b""


class Front:
    """The public socket. ``hand_over`` gets each HTTP/1.1 connection with its first bytes."""

    def __init__(self, faults: Faults, hand_over: HandOver) -> None:
        self._faults = faults
        self.grpc_port = 0
        self._hand_over = hand_over
        self._relays: dict[int, Relay] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self, listening: socket.socket) -> None:
        """Accept connections until cancelled."""
        loop = asyncio.get_running_loop()
        listening.setblocking(False)
        try:
            while True:
                try:
                    client, _ = await loop.sock_accept(listening)
                except OSError:  # too many open files: they become fewer
                    await asyncio.sleep(0.1)
                    continue
                task = asyncio.ensure_future(self._take(client))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        finally:
            for task in list(self._tasks):
                task.cancel()

    def relay(self, port: int) -> Relay | None:
        """Return the connection that reaches the gRPC server from a port."""
        return self._relays.get(port)

    @property
    def relays(self) -> list[Relay]:
        """Return all HTTP/2 connections."""
        return list(self._relays.values())

    async def _take(self, client: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        client.setblocking(False)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        first = b""
        try:
            while len(first) < len(PREFACE) and PREFACE.startswith(first):
                more = await loop.sock_recv(client, len(PREFACE) - len(first))
                if not more:
                    client.close()
                    return
                first += more
            await (self._pass_on(client, first) if first == PREFACE else self._beside(client, first))
        except OSError:
            client.close()

    async def _beside(self, client: socket.socket, first: bytes) -> None:
        if self._faults.take("cut", {"kind": "http"}):
            client.close()
        else:
            self._hand_over(client, first)

    async def _pass_on(self, client: socket.socket, first: bytes) -> None:
        loop = asyncio.get_running_loop()
        server = socket.socket()
        server.setblocking(False)
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            await loop.sock_connect(server, ("127.0.0.1", self.grpc_port))
        except OSError:
            server.close()
            raise
        port = server.getsockname()[1]
        names = ("cut", "slow", "goaway")
        struck = {name: fault for name in names if (fault := self._faults.take(name, {"kind": "h2"}))}
        self._relays[port] = relay = Relay(client, server, struck)
        try:
            await relay.run(first)
        finally:
            del self._relays[port]
