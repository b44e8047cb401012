"""The gRPC server: every method of the service as raw bytes, answered by :mod:`emulators.clouddrive2.exchange`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import grpc
import grpc.aio

from emulators.clouddrive2 import exchange
from emulators.clouddrive2.call import METHODS, SERVICE, Call
from emulators.clouddrive2.errors import Dropped, Refusal
from emulators.clouddrive2.front import Relay
from emulators.clouddrive2.world import World

FindRelay = Callable[[int], Relay | None]
LARGEST = 32 << 20
"""Most bytes of a message that are taken at all; the limit of the settings is far below."""

OPTIONS = (
    ("grpc.max_receive_message_length", LARGEST),
    ("grpc.max_send_message_length", -1),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.min_ping_interval_without_data_ms", 1000),
    ("grpc.http2.max_ping_strikes", 0),
    ("grpc.so_reuseport", 0),
    ("grpc.max_concurrent_streams", 128),
    ("grpc.http2.lookahead_bytes", 4 << 20),
    ("grpc.http2.max_frame_size", 1 << 20),
)


class Service(grpc.GenericRpcHandler):
    """Finds the handler of a path; an unknown one is UNIMPLEMENTED."""

    def __init__(self, world: World, find_relay: FindRelay) -> None:
        self._world = world
        self._find_relay = find_relay

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[Any, Any] | None:
        service, _, name = details.method.lstrip("/").partition("/")
        if service != SERVICE.full_name or name not in METHODS:
            return None
        method = METHODS[name]
        if method.client_stream:
            return grpc.stream_unary_rpc_method_handler(self._unary(name, exchange.streamed_in))
        if method.server_stream:
            return grpc.unary_stream_rpc_method_handler(self._stream(name))
        return grpc.unary_unary_rpc_method_handler(self._unary(name, exchange.unary))

    def _unary(self, name: str, run: Callable[[Call, Any], Awaitable[bytes]]) -> Any:
        async def answer(request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> bytes:
            try:
                return await run(self._open(name, context), request)
            except Refusal as refusal:
                self._world.refused(name, refusal.number)
                await context.abort(refusal.code, refusal.details)
            except Dropped:
                self._cut(context)
                await context.abort(grpc.StatusCode.UNAVAILABLE, "dropped")

        return answer

    def _stream(self, name: str) -> Any:
        async def answer(request: bytes, context: grpc.aio.ServicerContext[Any, Any]) -> AsyncIterator[bytes]:
            try:
                async for reply in await exchange.streamed_out(self._open(name, context), request):
                    yield reply
            except Refusal as refusal:
                self._world.refused(name, refusal.number)
                await context.abort(refusal.code, refusal.details)
            except Dropped:
                self._cut(context)

        return answer

    def _open(self, name: str, context: grpc.aio.ServicerContext[Any, Any]) -> Call:
        metadata = dict(context.invocation_metadata() or ())
        call = exchange.opened(self._world, name, str(metadata.get("authorization", "")), "grpc")
        call.cut = lambda: self._cut(context)
        return call

    def _cut(self, context: grpc.aio.ServicerContext[Any, Any]) -> None:
        relay = self._find_relay(int(context.peer().rpartition(":")[2]))
        if relay:
            relay.cut()


def server(world: World, find_relay: FindRelay) -> tuple[grpc.aio.Server, int]:
    """Return a server that is bound to a free port of the loopback interface, and that port."""
    made = grpc.aio.server(handlers=[Service(world, find_relay)], options=OPTIONS)
    return made, made.add_insecure_port("127.0.0.1:0")
