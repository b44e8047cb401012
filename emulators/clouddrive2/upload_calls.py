"""The methods of the upload queue, of running downloads, and of remote uploads."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable

from google.protobuf.empty_pb2 import Empty
from grpc import StatusCode

from emulators.clouddrive2.call import Call, rpc
from emulators.clouddrive2.errors import SESSION_LOST, Refusal, invalid
from emulators.clouddrive2.remote import Session
from emulators.clouddrive2.tree import split
from emulators.clouddrive2.uploads import Task
from protos import clouddrive_pb2 as pb

# -- the queue


@rpc("get_transfer_tasks")
def get_upload_file_count(call: Call, _: Empty) -> pb.GetUploadFileCountResult:
    """Tell how many uploads have not ended."""
    return pb.GetUploadFileCountResult(fileCount=len(call.world.uploads.running))


@rpc("get_transfer_tasks")
def get_upload_file_list(call: Call, request: pb.GetUploadFileListRequest) -> pb.GetUploadFileListResult:
    """Tell a page of the uploads, newest first; pages count from 0."""
    if request.getAll:
        raise invalid("getAll is not supported")
    everything = call.world.uploads.all[::-1]
    wanted = [each for each in everything if _wanted(request, each)]
    step = request.itemsPerPage or 20
    page = wanted[request.pageNumber * step : (request.pageNumber + 1) * step]
    return pb.GetUploadFileListResult(
        totalCount=len(everything),
        uploadFiles=[_shown(call, each) for each in page],
        totalBytes=sum(each.size for each in everything),
        finishedBytes=sum(each.sent for each in everything),
        totalCountFiltered=len(wanted),
    )


def _wanted(request: pb.GetUploadFileListRequest, task: Task) -> bool:
    name = split(task.path)[1]
    return (
        (not request.filter or request.filter in name)
        and (not request.HasField("statusFilter") or request.statusFilter == task.status)
        and (not request.HasField("operatorTypeFilter") or request.operatorTypeFilter == task.operator)
    )


def _shown(call: Call, task: Task) -> pb.UploadFileInfo:
    info = task.info
    info.destPath = call.shown(task.path)
    return info


def _some(call: Call, keys: Iterable[str]) -> list[Task]:
    return call.world.uploads.find(keys)


@rpc("modify_transfer_tasks")
def cancel_all_upload_files(call: Call, _: Empty) -> Empty:
    """End all uploads."""
    return _cancel(call, call.world.uploads.running)


@rpc("modify_transfer_tasks")
def cancel_upload_files(call: Call, request: pb.MultpleUploadFileKeyRequest) -> Empty:
    """End some uploads."""
    return _cancel(call, _some(call, request.keys))


def _cancel(call: Call, tasks: list[Task]) -> Empty:
    for task in tasks:
        call.world.uploads.cancel(task)
    return Empty()


@rpc("modify_transfer_tasks")
def pause_all_upload_files(call: Call, _: Empty) -> Empty:
    """Let all uploads rest."""
    return _pause(call, call.world.uploads.running)


@rpc("modify_transfer_tasks")
def pause_upload_files(call: Call, request: pb.MultpleUploadFileKeyRequest) -> Empty:
    """Let some uploads rest."""
    return _pause(call, _some(call, request.keys))


def _pause(call: Call, tasks: list[Task]) -> Empty:
    for task in tasks:
        call.world.uploads.pause(task)
    return Empty()


@rpc("modify_transfer_tasks")
def resume_all_upload_files(call: Call, _: Empty) -> Empty:
    """Let all uploads go on."""
    return _resume(call, call.world.uploads.running)


@rpc("modify_transfer_tasks")
def resume_upload_files(call: Call, request: pb.MultpleUploadFileKeyRequest) -> Empty:
    """Let some uploads go on."""
    return _resume(call, _some(call, request.keys))


def _resume(call: Call, tasks: list[Task]) -> Empty:
    for task in tasks:
        call.world.uploads.resume(task)
    return Empty()


@rpc("get_transfer_tasks")
def get_all_tasks_count(call: Call, _: Empty) -> pb.GetAllTasksCountResult:
    """Tell the numbers of all kinds of tasks."""
    running = call.world.uploads.running
    version = pb.PushMessage(clouddriveVersion=call.world.settings.version)
    return pb.GetAllTasksCountResult(
        uploadCount=len(running), copyTaskCount=len(call.world.copies.all), pushMessage=version
    )


@rpc("get_transfer_tasks")
def get_download_file_count(call: Call, _: Empty) -> pb.GetDownloadFileCountResult:
    """Tell how many downloads run."""
    return pb.GetDownloadFileCountResult(fileCount=len(call.world.downloads))


@rpc("get_transfer_tasks")
def get_download_file_list(call: Call, _: Empty) -> pb.GetDownloadFileListResult:
    """Tell the downloads that run."""
    files = [pb.DownloadFileInfo(filePath=path, downloadThreadCount=1) for path in call.world.downloads]
    return pb.GetDownloadFileListResult(downloadFiles=files)


# -- remote uploads


@rpc("write")
def start_remote_upload(call: Call, request: pb.StartRemoteUploadRequest) -> pb.RemoteUploadStarted:
    """Begin an upload; its requests come over the channel."""
    folder, name = split(request.file_path)
    if not name:
        raise invalid("invalid file path")
    call.folder(folder)
    path = call.writable(request.file_path)
    taken = call.world.tree.find(path)
    if taken and taken.isdir:
        raise invalid("a folder is in the way")
    session = call.world.remote.start(_owner(call), path, request)
    return pb.RemoteUploadStarted(upload_id=session.task.key)


@rpc("write")
async def remote_upload_channel(
    call: Call, request: pb.RemoteUploadChannelRequest
) -> AsyncIterator[pb.RemoteUploadChannelReply]:
    """Stream what the server asks for."""
    async for message in call.world.remote.messages(_owner(call), request.device_id):
        yield message


def _owner(call: Call) -> str:
    return call.grant.owner if call.grant else ""


def _session(call: Call, upload_id: str) -> Session:
    session = call.world.remote.find(upload_id)
    if not session or session.owner != _owner(call):
        raise Refusal(StatusCode.NOT_FOUND, SESSION_LOST)
    return session


@rpc("write")
def remote_read_data(call: Call, request: pb.RemoteReadDataUpload) -> pb.RemoteReadDataReply:
    """Take bytes that were asked for, or are sent again."""
    world = call.world
    try:
        session = _session(call, request.upload_id)
    except Refusal as refusal:
        if not world.settings.lost_as_reply:
            raise
        return pb.RemoteReadDataReply(success=False, error_message=refusal.details)
    data = request.data  # each look at the field copies it
    stop = request.offset + len(data)
    if request.length != len(data) or stop > session.size:
        return pb.RemoteReadDataReply(success=False, error_message="bytes outside the file")
    if request.is_last_chunk != (stop >= session.size):
        world.counters["wrong_last_chunk"] += 1
    if fault := world.faults.take("chunk_refused", call.facts):
        return pb.RemoteReadDataReply(success=False, error_message=fault.text("message", "write failed"))
    if fault := world.faults.take("chunk_short", call.facts):
        data = data[: max(0, len(data) - fault.count("bytes", 1))]
    world.counters["remote_bytes"] += len(data)
    session.take(request.offset, data)
    return pb.RemoteReadDataReply(success=True, bytes_received=len(data), is_last_chunk=stop >= session.size)


@rpc("write")
def remote_hash_progress(call: Call, request: pb.RemoteHashProgressUpload) -> pb.RemoteHashProgressReply:
    """Take note of how far a hash is, or of its value."""
    call.world.counters["hash_values" if request.HasField("hash_value") else "hash_progress"] += 1
    _session(call, request.upload_id).hashed(request)
    return pb.RemoteHashProgressReply()


@rpc("write")
def remote_upload_control(call: Call, request: pb.RemoteUploadControlRequest) -> Empty:
    """Cancel, pause or resume; the channel tells the effect."""
    session = _session(call, request.upload_id)
    actions = {"cancel": session.cancel, "pause": session.pause, "resume": session.resume}
    wanted = request.WhichOneof("control")
    if wanted not in actions:
        raise invalid("no control given")
    actions[wanted]()
    return Empty()
