"""A load client that costs little: raw HTTP/1.1 on asyncio, so that the server under test is the limit."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import cast

import uvloop

GIVE_UP = 30.0


@dataclass(frozen=True, slots=True)
class Load:
    """Requests per second, and times in milliseconds."""

    rate: float
    p50: float
    p99: float


class Connection(asyncio.Protocol):
    """One keep-alive connection with one request at a time."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._waiting: asyncio.Future[bytes] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    async def ask(self, request: bytes) -> bytes:
        """Send a whole request and return the body of the answer; raises `OSError` for any answer but 200."""
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._waiting

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0 or self._waiting is None:
            return
        head = bytes(self._buffer[:end]).lower()
        stop = end + 4 + _length(head)
        if len(self._buffer) < stop:
            return
        body = bytes(self._buffer[end + 4 : stop])
        self._buffer.clear()
        if head.startswith(b"http/1.1 200"):
            self._waiting.set_result(body)
        else:
            self._waiting.set_exception(OSError(f"{head[:40]!r} {body[:200]!r}"))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(exc or ConnectionResetError("the server closed the connection"))

    def close(self) -> None:
        self._transport.close()


def _length(head: bytes) -> int:
    at = head.find(b"content-length:")
    if at < 0:
        raise OSError("the answer has no Content-Length")
    return int(head[at + 15 :].split(b"\r\n", 1)[0])


async def connect(port: int) -> Connection:
    _, connection = await asyncio.get_running_loop().create_connection(Connection, "127.0.0.1", port)
    return connection


def request(method: str, path: str, port: int, token: str = "", body: bytes = b"") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Accept: application/json"]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


def measure(port: int, message: bytes, *, connections: int, seconds: float) -> Load:
    """Ask on every connection without a pause, first a while to warm up, then for `seconds`."""
    return uvloop.run(_measure(port, message, connections, seconds))


async def _measure(port: int, message: bytes, connections: int, seconds: float) -> Load:
    opened = [await connect(port) for _ in range(connections)]
    try:
        async with asyncio.timeout(seconds * 2 + GIVE_UP):
            await _rush(opened, message, min(1.0, seconds / 3))
            began = time.perf_counter()
            times = await _rush(opened, message, seconds)
            elapsed = time.perf_counter() - began
    finally:
        for connection in opened:
            connection.close()
    return Load(len(times) / elapsed, percentile(times, 50) * 1000, percentile(times, 99) * 1000)


async def _rush(opened: list[Connection], message: bytes, seconds: float) -> list[float]:
    times: list[float] = []
    stop = time.perf_counter() + seconds

    async def go(connection: Connection) -> None:
        while (before := time.perf_counter()) < stop:
            await connection.ask(message)
            times.append(time.perf_counter() - before)

    await asyncio.gather(*(go(connection) for connection in opened))
    return times


def percentile(values: list[float], percent: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]
