"""The HTTP/1.1 side, and the program around both sides: one port, one loop."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from uvicorn.loops.auto import auto_loop_factory
from uvicorn.server import ServerState

from emulators.clouddrive2 import (  # noqa: F401  (they register their methods)
    copy_calls,
    dav_calls,
    direct,
    files,
    mount_calls,
    offline,
    push,
    system,
    token_calls,
    upload_calls,
)
from emulators.clouddrive2.call import SERVICE
from emulators.clouddrive2.control import control_routes
from emulators.clouddrive2.dav import METHODS, dav
from emulators.clouddrive2.downloads import direct as direct_link
from emulators.clouddrive2.downloads import static
from emulators.clouddrive2.front import Front
from emulators.clouddrive2.grpc_side import server as grpc_server
from emulators.clouddrive2.web_side import answer
from emulators.clouddrive2.world import World
from emulators.serving import DRAIN_SECONDS, Protocol, port_of

Handler = Callable[[World, Request], Awaitable[Response]]
_PAGE = (
    "<!DOCTYPE html><title>CloudDrive2 stand-in</title><h1>CloudDrive2 stand-in</h1><p>gRPC, /dav, /static, /control"
)


def application(world: World, front: Callable[[], Front]) -> Starlette:
    """Return the HTTP/1.1 side."""

    def route(path: str, handler: Handler, *methods: str) -> Route:
        async def endpoint(request: Request) -> Response:
            return await handler(world, request)

        return Route(path, endpoint, methods=methods)

    async def page(_world: World, _: Request) -> Response:
        return HTMLResponse(_PAGE)

    routes = [
        *control_routes(world, front),
        route(f"/{SERVICE.full_name}/{{method}}", answer, "POST"),
        route("/static/{scheme}/{host}/{preview}/{path:path}", static, "GET", "HEAD"),
        route("/direct/{path:path}", direct_link, "GET", "HEAD"),
        route("/dav", dav, *METHODS),
        route("/dav/{path:path}", dav, *METHODS),
        route("/", page, "GET"),
    ]
    return Starlette(routes=routes)


def run(world: World, listening: socket.socket) -> None:
    """Serve until SIGINT or SIGTERM; running answers get a second to finish, then they are cut off."""
    with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
        runner.run(_serve(world, listening))


async def _serve(world: World, listening: socket.socket) -> None:
    state, connections = ServerState(), set[asyncio.Task[object]]()
    config = uvicorn.Config(
        application(world, lambda: front),
        http=Protocol,
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
    )
    config.load()
    loop = asyncio.get_running_loop()

    def hand_over(client: socket.socket, first: bytes) -> None:
        def protocol() -> asyncio.Protocol:
            return _Begun(config, state, first)

        task = loop.create_task(loop.connect_accepted_socket(protocol, client))
        connections.add(task)
        task.add_done_callback(connections.discard)

    front = Front(world.faults, hand_over)
    grpc_side, front.grpc_port = grpc_server(world, front.relay)
    world.port = port_of(listening)
    world.begin()
    await grpc_side.start()
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    serving = loop.create_task(front.serve(listening))
    await stopping.wait()
    serving.cancel()
    await grpc_side.stop(DRAIN_SECONDS)
    for each in list(state.connections):
        each.transport.abort()


class _Begun(Protocol):
    """A connection whose first bytes were read already."""

    def __init__(self, config: uvicorn.Config, state: ServerState, first: bytes) -> None:
        super().__init__(config, state, {})
        self._first = first

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)  # type: ignore[arg-type]
        self.data_received(self._first)
