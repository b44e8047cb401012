"""The channels of remote uploads: who is asked for bytes and hashes (§3.4)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from grpc import StatusCode

from emulators.clouddrive2.errors import Refusal
from protos.clouddrive_pb2 import RemoteUploadChannelReply

if TYPE_CHECKING:
    from emulators.clouddrive2.world import World


DEPTH = 10_000
"""Messages that wait for a slow reader; then its channel breaks, and a new one is told again what is still open."""


@dataclass(eq=False)
class Channel:
    """An open stream of one device; None ends it, a refusal breaks it."""

    owner: str
    device: str
    waiting: asyncio.Queue[RemoteUploadChannelReply | Refusal | None] = field(default_factory=asyncio.Queue)


class Channels:
    """All open channels, oldest first."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._open: list[Channel] = []

    def open(self, owner: str, device: str) -> Channel:
        """Open a channel; the one that its device had before ends."""
        for earlier in [each for each in self._open if (each.owner, each.device) == (owner, device)]:
            self._world.counters["channels_replaced"] += 1
            self._end(earlier, None)
        channel = Channel(owner, device)
        self._open.append(channel)
        self._world.counters["channels_opened"] += 1
        return channel

    async def messages(self, channel: Channel) -> AsyncIterator[RemoteUploadChannelReply]:
        """Yield what is told to a channel until it ends; raises :class:`Refusal` when it breaks."""
        try:
            while (message := await channel.waiting.get()) is not None:
                if isinstance(message, Refusal):
                    raise message
                yield message
        finally:
            if channel in self._open:
                self._open.remove(channel)

    def has(self, owner: str) -> bool:
        """Tell whether an owner of uploads has a channel."""
        return any(each.owner == owner for each in self._open)

    def tell(self, owner: str, path: str, message: RemoteUploadChannelReply) -> None:
        """Send a message about an upload to the channels of its owner, unless a fault is in the way."""
        mine = [each for each in self._open if each.owner == owner]
        facts = {"path": path, "kind": message.WhichOneof("request")}
        if self._world.settings.route == "newest":
            mine = mine[-1:]
        if mine and (fault := self._world.faults.take("channel_drop", facts)):
            self.drop(broken=bool(fault.params.get("error", True)))
            return
        if not self._world.faults.take("channel_mute", facts):
            for channel in mine:
                self._send(channel, message)

    def _send(self, channel: Channel, message: RemoteUploadChannelReply) -> None:
        if channel.waiting.qsize() < DEPTH:
            channel.waiting.put_nowait(message)
        else:
            self._world.counters["channels_overrun"] += 1
            self._end(channel, Refusal(StatusCode.UNAVAILABLE, "channel reader is too slow"))

    def drop(self, *, broken: bool) -> int:
        """End all channels, as if the server had gone, or as if they were replaced; return how many."""
        ended = list(self._open)
        for channel in ended:
            self._end(channel, Refusal(StatusCode.UNAVAILABLE, "transport is closing") if broken else None)
        return len(ended)

    def _end(self, channel: Channel, how: Refusal | None) -> None:
        self._open.remove(channel)
        channel.waiting.put_nowait(how)
