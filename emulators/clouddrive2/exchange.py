"""What happens to every call on either transport: log, faults, token, permission, limit, then the method."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

from google.protobuf.message import DecodeError, Message
from grpc import StatusCode

from emulators.clouddrive2.access import Grant
from emulators.clouddrive2.call import METHODS, Call, finished, path_of
from emulators.clouddrive2.errors import INVALID_PLAN, Dropped, Refusal, forbidden, status_of
from emulators.clouddrive2.faults import Fault
from emulators.clouddrive2.world import World

SINCE_0_9 = """
    StartRemoteUpload RemoteUploadChannel RemoteReadData RemoteHashProgress RemoteUploadControl GetDownloadUrlPath
    CreateToken ModifyToken RemoveToken ListTokens GetApiTokenInfo GetDavServerConfig SetDavServerConfig AddDavUser
    RemoveDavUser ModifyDavUser GetDavUser PauseCopyTask RestartCopyTask RemoveAllCopyTasks RemoveCopyTasks
    PauseAllCopyTasks PauseCopyTasks ResumeAllCopyTasks ResumeCopyTasks GetMergeTasks CancelMergeTask
"""
SINCE_1_0 = ("LocalCreateFolder", "GetServiceCapabilities")
"""Methods that servers before 0.9.24 and 1.0.0 do not have (§2)."""


LONGEST = 4096
"""Characters of a path that the log keeps."""


def opened(world: World, name: str, authorization: str, transport: str) -> Call:
    """Return a call of a method with its place in the log; raises :class:`Refusal` for an unknown method."""
    world.counters[f"calls.{name}"] += 1
    method = METHODS.get(name)
    if not method or name in _missing(world.settings.version):
        raise Refusal(StatusCode.UNIMPLEMENTED, "")
    token = authorization.removeprefix("Bearer ").strip()
    call = Call(world, method, transport, world.grants.find(token) if token else None)
    call.facts |= {"op": name, "user": call.user, "transport": transport, "time": time.time(), "path": ""}
    world.log.append(call.facts)
    return call


def _missing(version: str) -> set[str]:
    number = tuple(int(part) for part in version.split("."))
    return set(SINCE_1_0 if number < (1, 0) else ()) | set(SINCE_0_9.split() if number < (0, 9) else ())


def parsed(call: Call, raw: bytes) -> Message:
    """Return the request in a message; raises :class:`Refusal` when it is too long or malformed."""
    settings = call.world.settings
    call.world.counters["bytes_received"] += len(raw)
    if len(raw) > settings.message_limit:
        found = f"found {len(raw)} bytes, the limit is: {settings.message_limit} bytes"
        raise Refusal(status_of(settings.message_limit_status), f"Error, decoded message length too large: {found}")
    try:
        return call.method.request.FromString(raw)
    except DecodeError:
        raise Refusal(StatusCode.INTERNAL, "failed to decode Protobuf message") from None


async def admitted(call: Call, request: Message) -> None:
    """Let faults strike, then check the token and its permission; raises :class:`Refusal` or :class:`Dropped`."""
    call.facts["path"] = path_of(call.world, request)[:LONGEST]
    await _strike(call)
    _authorize(call)


_STATUSES = {
    "auth_expired": (StatusCode.UNAUTHENTICATED, "token expired"),
    "permission": (StatusCode.PERMISSION_DENIED, "permission denied"),
    "plan": (StatusCode.PERMISSION_DENIED, INVALID_PLAN),
    "unimplemented": (StatusCode.UNIMPLEMENTED, ""),
    "unavailable": (StatusCode.UNAVAILABLE, "server is restarting"),
}
_STRIKING = frozenset(_STATUSES) | {"status", "hang", "drop"}


async def _strike(call: Call) -> None:
    world = call.world
    late = world.faults.take("latency", call.facts)
    delay = world.settings.latency_ms + (late.number("ms", 1000) if late else 0)
    if delay:
        await asyncio.sleep(delay / 1000)
    for fault in list(world.faults.active):
        if fault.name in _STRIKING and fault.strikes(call.facts):
            await _end(fault)


async def _end(fault: Fault) -> None:
    if fault.name == "hang":
        await asyncio.Event().wait()
    if fault.name == "drop":
        raise Dropped
    if fault.name == "status":
        raise Refusal(status_of(fault.count("code", 2)), fault.text("details", "fault"))
    raise Refusal(*_STATUSES[fault.name])


def _authorize(call: Call) -> None:
    if call.method.public:
        return
    grant: Grant | None = call.grant
    if not grant:
        raise Refusal(StatusCode.UNAUTHENTICATED, "missing or invalid token")
    if not grant.live:
        raise Refusal(StatusCode.UNAUTHENTICATED, "token expired")
    needed = call.method.permission
    if needed != "any" and not all(grant.may(each) for each in needed.split("+")):
        raise forbidden(f"permission denied: allow_{needed.replace('+', ', allow_')}" if needed else "admin only")


async def unary(call: Call, raw: bytes) -> bytes:
    """Run a call with one request and one reply."""
    request = parsed(call, raw)
    await admitted(call, request)
    reply: Message = await finished(call.method.run(call, request))
    return _answer(call, reply)


async def streamed_in(call: Call, messages: AsyncIterator[bytes]) -> bytes:
    """Run a call with a stream of requests and one reply."""

    async def requests() -> AsyncIterator[Message]:
        first = True
        async for raw in messages:
            request = parsed(call, raw)
            if first:
                await admitted(call, request)
                first = False
            yield request

    _authorize(call)
    return _answer(call, await call.method.run(call, requests()))


async def streamed_out(call: Call, raw: bytes) -> AsyncIterator[bytes]:
    """Admit a call with one request and a stream of replies, and return the stream."""
    request = parsed(call, raw)
    await admitted(call, request)
    return _serialized(call.method.run(call, request))


async def _serialized(replies: AsyncIterator[Message]) -> AsyncIterator[bytes]:
    async for reply in replies:
        yield reply.SerializeToString()


def _answer(call: Call, reply: Any) -> bytes:
    if call.world.faults.take("answer_lost", call.facts):
        raise Dropped
    call.facts["status"] = 0
    return bytes(reply.SerializeToString())
