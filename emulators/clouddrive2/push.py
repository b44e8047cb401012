"""Push messages: what changes is told to everybody who listens (§3.7)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from google.protobuf.empty_pb2 import Empty

from emulators.clouddrive2.call import Call, rpc
from protos import clouddrive_pb2 as pb

if TYPE_CHECKING:
    from emulators.clouddrive2.world import World

Kind = pb.CloudDrivePushMessage.MessageType
DEPTH = 10_000
"""Messages that wait for a slow listener; then the oldest are lost."""


class Hub:
    """Everybody who listens."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._listeners: set[asyncio.Queue[pb.CloudDrivePushMessage]] = set()

    def tell(self, message: pb.CloudDrivePushMessage) -> None:
        """Tell everybody."""
        for listener in self._listeners:
            if listener.full():
                listener.get_nowait()
            listener.put_nowait(message)

    def uploads(self, changed: list[pb.UploadFileInfo]) -> None:
        """Tell that uploads have changed."""
        world = self._world
        if not self._listeners:
            return
        status = pb.TransferTaskStatus(
            uploadCount=world.uploads.count,
            copyTaskCount=len(world.copies.all),
            clouddriveVersion=world.settings.version,
            uploadFileStatusChanges=changed,
            hasUpdate=False,
        )
        self.tell(pb.CloudDrivePushMessage(messageType=Kind.UPLOADER_COUNT, transferTaskStatus=status))

    def files(self, change: pb.FileSystemChange) -> None:
        """Tell that a file or folder has changed; the path is that of the tree."""
        self.tell(pb.CloudDrivePushMessage(messageType=Kind.FILE_SYSTEM_CHANGE, fileSystemChange=change))

    def mount(self, action: pb.MountPointChange) -> None:
        """Tell that a mount point has changed."""
        self.tell(pb.CloudDrivePushMessage(messageType=Kind.MOUNT_POINT_CHANGE, mountPointChange=action))

    async def listen(self) -> AsyncIterator[pb.CloudDrivePushMessage]:
        """Yield messages from now on."""
        mine: asyncio.Queue[pb.CloudDrivePushMessage] = asyncio.Queue(DEPTH)
        self._listeners.add(mine)
        try:
            while True:
                yield await mine.get()
        finally:
            self._listeners.discard(mine)


@rpc("push_message")
async def push_message(call: Call, _: Empty) -> AsyncIterator[pb.CloudDrivePushMessage]:
    """Stream what changes; paths are those below the token's root, others are not told."""
    async for message in call.world.hub.listen():
        shown = _below_root(call, message) if message.messageType == Kind.FILE_SYSTEM_CHANGE else message
        if shown:
            yield shown


def _below_root(call: Call, message: pb.CloudDrivePushMessage) -> pb.CloudDrivePushMessage | None:
    change = message.fileSystemChange
    if not f"{change.path}/".startswith(f"{call.root}/"):
        return None
    shown = pb.CloudDrivePushMessage()
    shown.CopyFrom(message)
    shown.fileSystemChange.path = call.shown(change.path)
    if change.newPath:
        shown.fileSystemChange.newPath = call.shown(change.newPath)
    return shown


@rpc("push_message")
async def push_task_change(call: Call, _: Empty) -> AsyncIterator[pb.GetAllTasksCountResult]:
    """Stream the numbers of tasks, the older way."""
    async for message in call.world.hub.listen():
        if message.HasField("transferTaskStatus"):
            status = message.transferTaskStatus
            yield pb.GetAllTasksCountResult(
                uploadCount=status.uploadCount,
                copyTaskCount=status.copyTaskCount,
                pushMessage=pb.PushMessage(clouddriveVersion=status.clouddriveVersion),
                uploadFileStatusChanges=status.uploadFileStatusChanges,
            )
