"""What every stand-in needs to listen: sockets bound before anything is promised, one loop, a clean end."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import signal
import socket
from collections.abc import Iterator
from dataclasses import dataclass

import uvicorn
from starlette.types import ASGIApp
from uvicorn.loops.auto import auto_loop_factory
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

TRANSPORT = "emulator.transport"
"""Scope key of the connection's asyncio transport: broken answers are written past the server."""

DRAIN_SECONDS = 1
"""How long running answers may take when the program is told to end."""


class Protocol(HttpToolsProtocol):
    """The HTTP protocol of uvicorn that lets an application reach its connection, to cut it or lie on it."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope[TRANSPORT] = self.transport  # type: ignore[literal-required]


class Server(uvicorn.Server):
    """A server among several in one loop; signals are handled once, by :func:`run`."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@dataclass(frozen=True)
class Listener:
    """An application and the bound socket it answers on."""

    app: ASGIApp
    socket: socket.socket


def bind(host: str, port: int, *, move: bool = False) -> socket.socket:
    """Return a listening socket; port 0 lets the system choose, ``move`` does so when the port is taken.

    Raises ``OSError`` when the address cannot be used.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
        bound.listen(2048)
    except OSError as problem:
        bound.close()
        if move and port and problem.errno == errno.EADDRINUSE:
            return bind(host, 0)
        raise
    return bound


def port_of(bound: socket.socket) -> int:
    """Return the port number a socket is bound to."""
    number: int = bound.getsockname()[1]
    return number


def _server(listener: Listener) -> Server:
    config = uvicorn.Config(
        listener.app,
        http=Protocol,
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=10 * DRAIN_SECONDS,
    )
    return Server(config)


def run(listeners: list[Listener]) -> None:
    """Serve until SIGINT or SIGTERM; running answers get a second to finish, then they are cut off."""
    with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
        runner.run(_serve(listeners))


async def _serve(listeners: list[Listener]) -> None:
    servers = [_server(listener) for listener in listeners]

    loop = asyncio.get_running_loop()

    def stop() -> None:
        for server in servers:
            server.should_exit = True
        loop.call_later(DRAIN_SECONDS, cut_off)

    def cut_off() -> None:
        for server in servers:
            for connection in list(server.server_state.connections):
                connection.transport.abort()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    await asyncio.gather(
        *(server.serve(sockets=[each.socket]) for server, each in zip(servers, listeners, strict=True))
    )
