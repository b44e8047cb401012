"""Direct write: a handle, bytes at any offset, close (§3.3)."""

from __future__ import annotations

import itertools
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from google.protobuf.empty_pb2 import Empty
from google.protobuf.timestamp_pb2 import Timestamp

from emulators.clouddrive2.call import Call, rpc
from emulators.clouddrive2.contents import Draft
from emulators.clouddrive2.errors import invalid, not_found
from protos import clouddrive_pb2 as pb

if TYPE_CHECKING:
    from emulators.clouddrive2.world import World

_numbers = itertools.count(1000)
MOUNT = pb.UploadFileInfo.OperatorType.Mount


@dataclass
class Handle:
    """An open file; ``path`` is that of the tree."""

    number: int
    path: str
    draft: Draft
    opened: float


@rpc("create_file+write")
def create_file(call: Call, request: pb.CreateFileRequest) -> pb.CreateFileResult:
    """Open a file for writing; one that exists is replaced when the handle is closed."""
    if not request.fileName or "/" in request.fileName:
        raise invalid("invalid file name")
    call.folder(request.parentPath)
    path = call.writable(f"{request.parentPath}/{request.fileName}")
    taken = call.world.tree.find(path)
    if taken and taken.isdir:
        raise invalid("a folder is in the way")
    handle = Handle(next(_numbers), path, call.world.draft(), time.time())
    call.world.handles[handle.number] = handle
    return pb.CreateFileResult(fileHandle=handle.number)


def _handle(world: World, number: int) -> Handle:
    handle = world.handles.get(number)
    if not handle:
        raise not_found(f"file handle {number}")
    return handle


def _write(call: Call, request: pb.WriteFileRequest) -> int:
    handle = _handle(call.world, request.fileHandle)
    data = request.buffer  # each look at the field copies it
    if request.length != len(data):
        raise invalid(f"length is {request.length}, the buffer has {len(data)} bytes")
    if fault := call.world.faults.take("chunk_short", {"op": "WriteToFile", "path": handle.path}):
        data = data[: max(0, len(data) - fault.count("bytes", 1))]
    if data:
        handle.draft.write(request.startPos, data)
    if request.closeFile:
        _close(call.world, handle, at_once=request.uploadImmediately)
    return len(data)


def _close(world: World, handle: Handle, *, at_once: bool) -> None:
    del world.handles[handle.number]
    world.uploads.written(handle.path, handle.draft, MOUNT, at_once=at_once)


@rpc("create_file+write")
def write_to_file(call: Call, request: pb.WriteFileRequest) -> pb.WriteFileResult:
    """Write one piece."""
    return pb.WriteFileResult(bytesWritten=_write(call, request))


@rpc("create_file+write")
async def write_to_file_stream(call: Call, requests: AsyncIterator[pb.WriteFileRequest]) -> pb.WriteFileResult:
    """Write many pieces."""
    total = last = 0
    async for request in requests:
        last = _write(call, request)
        total += last
    return pb.WriteFileResult(bytesWritten=last if call.world.settings.stream_reply == "last" else total)


@rpc("create_file+write")
def close_file(call: Call, request: pb.CloseFileRequest) -> pb.FileOperationResult:
    """Close a handle: the file is accepted, its upload follows."""
    handle = _handle(call.world, request.fileHandle)
    _close(call.world, handle, at_once=request.uploadImmediately)
    return pb.FileOperationResult(success=True, resultFilePaths=[call.shown(handle.path)])


@rpc("any")
def get_open_file_handles(call: Call, _: Empty) -> pb.OpenFileHandleList:
    """Tell the handles that nobody closed yet."""
    handles = [
        pb.OpenFileHandle(
            fileHandle=each.number,
            processPath="grpc",
            filePath=call.shown(each.path),
            openTime=Timestamp(seconds=int(each.opened)),
        )
        for each in call.world.handles.values()
    ]
    return pb.OpenFileHandleList(openFileHandles=handles)
