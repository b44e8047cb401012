"""A real HTTP server on loopback that misbehaves on request."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

Behaviour = Callable[["Exchange"], None]


@dataclass
class Exchange:
    """One request, and the means to answer it."""

    server: FaultyServer
    socket: socket.socket
    path: str
    headers: dict[str, str]
    sent: int = 0

    @property
    def range(self) -> tuple[int, int] | None:
        """(start, stop) of what was asked for."""
        match = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("range", ""))
        if match is None:
            return None
        return int(match[1]), min(int(match[2]) + 1 if match[2] else self.size, self.size)

    @property
    def is_probe(self) -> bool:
        return self.headers.get("range") == "bytes=0-0"

    @property
    def size(self) -> int:
        return len(self.server.content)

    def head(self, status: int, **fields: object) -> None:
        lines = [f"HTTP/1.1 {status} X", "Connection: close"]
        shown = {**self.server.headers, **{k.replace("_", "-"): v for k, v in fields.items()}}
        lines += [f"{name}: {value}" for name, value in shown.items() if value is not None]
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())

    def range_head(self, start: int, stop: int, **fields: object) -> None:
        self.head(
            206,
            **{"Content_Range": f"bytes {start}-{stop - 1}/{self.size}", "Content_Length": stop - start} | fields,
        )

    def send(self, start: int, stop: int) -> None:
        self.raw(self.server.content[start:stop])

    def raw(self, data: bytes) -> None:
        self.socket.sendall(data)
        self.sent += len(data)

    def begin(self) -> tuple[int, int]:
        """Sends the head that a correct server would send; the range whose body is due."""
        validators = (None, self.server.headers.get("ETag"), self.server.headers.get("Last-Modified"))
        current = self.headers.get("if-range") in validators
        if self.range is None or not current or not self.server.ranges:
            self.head(200, Content_Length=self.size)
            return 0, self.size
        if self.range[0] >= self.size:
            self.head(416, Content_Range=f"bytes */{self.size}", Content_Length=0)
            return 0, 0
        self.range_head(*self.range)
        return self.range


def serve(exchange: Exchange) -> None:
    exchange.send(*exchange.begin())


class FaultyServer:
    """Serves `content`. `behave` answers requests; entries of `script` are used up first, one request each.

    Probes (the first byte) are answered correctly unless `probes_too`.
    """

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.headers: dict[str, str | None] = {"ETag": '"v1"'}
        self.ranges = True
        self.behave: Behaviour = serve
        self.script: deque[Behaviour] = deque()
        self.probes_too = False
        self.requests: list[Exchange] = []
        self.lock = threading.Lock()
        self.closing = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/files/some%20file.bin"
        self._threads: list[threading.Thread] = []
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    @property
    def sent(self) -> int:
        """Bytes of body sent to the requests since `forget`."""
        return sum(request.sent for request in list(self.requests))

    def forget(self) -> None:
        self.requests = []

    def ranges_served(self) -> list[tuple[int, int] | None]:
        return [request.range for request in self.requests if not request.is_probe]

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._answer, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _answer(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            head = b""
            while b"\r\n\r\n" not in head:
                piece = connection.recv(65536)
                if not piece:
                    return
                head += piece
            lines = head.decode("latin-1").split("\r\n")
            fields = dict(line.split(": ", 1) for line in lines[1:] if ": " in line)
            exchange = Exchange(self, connection, lines[0].split()[1], {k.lower(): v for k, v in fields.items()})
            with self.lock:
                self.requests.append(exchange)
            self._choose(exchange)(exchange)

    def _choose(self, exchange: Exchange) -> Behaviour:
        if exchange.is_probe and not self.probes_too:
            return serve
        with self.lock:
            return self.script.popleft() if self.script else self.behave

    def close(self) -> None:
        self.closing.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._accepting.join(5)
        for thread in self._threads:
            thread.join(5)


@contextlib.contextmanager
def serving(content: bytes) -> Iterator[FaultyServer]:
    server = FaultyServer(content)
    try:
        yield server
    finally:
        server.close()


def status(code: int, **fields: object) -> Behaviour:
    return lambda exchange: exchange.head(code, Content_Length=0, **fields)


def cut_after(count: int) -> Behaviour:
    """Announces everything, sends `count` bytes, closes."""

    def behave(exchange: Exchange) -> None:
        start, stop = exchange.begin()
        exchange.send(start, min(start + count, stop))

    return behave


def reset_after(count: int) -> Behaviour:
    """As `cut_after`, with a TCP reset."""

    def behave(exchange: Exchange) -> None:
        start, stop = exchange.begin()
        exchange.send(start, min(start + count, stop))
        exchange.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")

    return behave


def silent_after(count: int) -> Behaviour:
    """Sends `count` bytes and then nothing, but stays connected."""

    def behave(exchange: Exchange) -> None:
        start, stop = exchange.begin()
        exchange.send(start, min(start + count, stop))
        exchange.server.closing.wait(30)

    return behave


def silent_before_head(exchange: Exchange) -> None:
    exchange.server.closing.wait(30)


def trickle(bytes_at_once: int, pause: float) -> Behaviour:
    def behave(exchange: Exchange) -> None:
        start, stop = exchange.begin()
        while start < stop and not exchange.server.closing.wait(pause):
            exchange.send(start, min(start + bytes_at_once, stop))
            start += bytes_at_once

    return behave


def flip_bit(position: int) -> Behaviour:
    """One bit of the byte at `position` arrives wrong."""

    def behave(exchange: Exchange) -> None:
        start, stop = exchange.begin()
        body = bytearray(exchange.server.content[start:stop])
        if start <= position < stop:
            body[position - start] ^= 0x10
        exchange.raw(bytes(body))

    return behave


def chunked(surplus: bytes = b"", *, cut: bool = False, partial: bool = False) -> Behaviour:
    """The body in chunks without a length, optionally followed by surplus bytes or without its end."""

    def behave(exchange: Exchange) -> None:
        start, stop = exchange.range if partial and exchange.range else (0, exchange.size)
        if partial:
            exchange.range_head(start, stop, Content_Length=None, Transfer_Encoding="chunked")
        else:
            exchange.head(200, Transfer_Encoding="chunked")
        body = exchange.server.content[start:stop] + surplus
        half = len(body) // 2
        for piece in (body[:half], body[half:])[: 1 if cut else 2]:
            exchange.raw(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        if not cut:
            exchange.raw(b"0\r\n\r\n")

    return behave
