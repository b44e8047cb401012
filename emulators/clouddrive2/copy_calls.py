"""The methods of moving and copying and of their tasks."""

from __future__ import annotations

from collections.abc import Iterable

from google.protobuf.empty_pb2 import Empty

from emulators.clouddrive2.call import Call, rpc
from emulators.clouddrive2.clouds import cloud_of
from emulators.clouddrive2.copying import Copy, Order, State
from emulators.clouddrive2.errors import not_found
from emulators.clouddrive2.results import done, failed
from protos import clouddrive_pb2 as pb


def _carry_out(call: Call, orders: Iterable[Order]) -> pb.FileOperationResult:
    copies = call.world.copies
    for order in orders:
        if copies.is_long(order):
            copies.begin(order)
        elif reason := copies.carry_out(order):
            return failed(reason)
    return done()


@rpc("move")
def move_file(call: Call, request: pb.MoveFileRequest) -> pb.FileOperationResult:
    """Move files and folders into a folder."""
    call.folder(request.destPath)
    folder = call.writable(request.destPath)
    policy = request.conflictPolicy if request.HasField("conflictPolicy") else None
    orders = []
    for path in request.theFilePaths:
        call.node(path)
        source = call.writable(path)
        if cloud_of(source) != cloud_of(folder) and not request.moveAcrossClouds:
            return failed("moving across clouds was not asked for")
        orders.append(Order(source, folder, True, policy, request.handleConflictRecursively))
    return _carry_out(call, orders)


@rpc("copy")
def copy_file(call: Call, request: pb.CopyFileRequest) -> pb.FileOperationResult:
    """Copy files and folders into a folder."""
    call.folder(request.destPath)
    folder = call.writable(request.destPath)
    policy = request.conflictPolicy if request.HasField("conflictPolicy") else None
    for path in request.theFilePaths:
        call.node(path)
    orders = [
        Order(call.real(path), folder, False, policy, request.handleConflictRecursively)
        for path in request.theFilePaths
    ]
    return _carry_out(call, orders)


def _task(call: Call, source: str, folder: str) -> Copy:
    task = call.world.copies.find(source, folder)
    if not task:
        raise not_found(f"copy task {source}:{folder}")
    return task


def _with_keys(call: Call, keys: Iterable[str]) -> list[Copy]:
    wanted = set(keys)
    return [each for each in call.world.copies.all if each.key in wanted]


def _result(tasks: list[Copy]) -> pb.BatchOperationResult:
    return pb.BatchOperationResult(success=True, affectedCount=len(tasks))


@rpc("get_transfer_tasks")
def get_copy_tasks(call: Call, _: Empty) -> pb.GetCopyTaskResult:
    """Tell all tasks."""
    return pb.GetCopyTaskResult(copyTasks=[each.message for each in call.world.copies.all])


@rpc("modify_transfer_tasks")
def cancel_copy_task(call: Call, request: pb.CopyTaskRequest) -> Empty:
    """End a task."""
    call.world.copies.cancel(_task(call, request.sourcePath, request.destPath))
    return Empty()


@rpc("modify_transfer_tasks")
def pause_copy_task(call: Call, request: pb.PauseCopyTaskRequest) -> Empty:
    """Let a task rest or go on."""
    call.world.copies.pause(_task(call, request.sourcePath, request.destPath), pause=request.pause)
    return Empty()


@rpc("modify_transfer_tasks")
def restart_copy_task(call: Call, request: pb.CopyTaskRequest) -> Empty:
    """Begin a task again."""
    call.world.copies.restart(_task(call, request.sourcePath, request.destPath))
    return Empty()


@rpc("modify_transfer_tasks")
def remove_completed_copy_tasks(call: Call, _: Empty) -> Empty:
    """Forget the tasks that are done."""
    for task in [each for each in call.world.copies.all if each.state == State.Completed]:
        call.world.copies.cancel(task)
    return Empty()


@rpc("modify_transfer_tasks")
def remove_all_copy_tasks(call: Call, _: Empty) -> pb.BatchOperationResult:
    """End and forget all tasks."""
    tasks = list(call.world.copies.all)
    call.world.copies.clear()
    return _result(tasks)


@rpc("modify_transfer_tasks")
def remove_copy_tasks(call: Call, request: pb.CopyTaskBatchRequest) -> pb.BatchOperationResult:
    """End and forget some tasks."""
    tasks = _with_keys(call, request.taskKeys)
    for task in tasks:
        call.world.copies.cancel(task)
    return _result(tasks)


def _paused(call: Call, tasks: list[Copy], *, pause: bool) -> pb.BatchOperationResult:
    for task in tasks:
        call.world.copies.pause(task, pause=pause)
    return _result(tasks)


@rpc("modify_transfer_tasks")
def pause_all_copy_tasks(call: Call, request: pb.PauseAllCopyTasksRequest) -> pb.BatchOperationResult:
    """Let all tasks rest or go on."""
    return _paused(call, call.world.copies.all, pause=request.pause)


@rpc("modify_transfer_tasks")
def pause_copy_tasks(call: Call, request: pb.PauseCopyTasksRequest) -> pb.BatchOperationResult:
    """Let some tasks rest or go on."""
    return _paused(call, _with_keys(call, request.taskKeys), pause=request.pause)


@rpc("modify_transfer_tasks")
def resume_all_copy_tasks(call: Call, _: Empty) -> pb.BatchOperationResult:
    """Let all tasks go on."""
    return _paused(call, call.world.copies.all, pause=False)


@rpc("modify_transfer_tasks")
def resume_copy_tasks(call: Call, request: pb.CopyTaskBatchRequest) -> pb.BatchOperationResult:
    """Let some tasks go on."""
    return _paused(call, _with_keys(call, request.taskKeys), pause=False)


@rpc("get_transfer_tasks")
def get_merge_tasks(_call: Call, _: Empty) -> pb.GetMergeTasksResult:
    """Tell the tasks that merge folders: here merging is part of the copy."""
    return pb.GetMergeTasksResult()


@rpc("modify_transfer_tasks")
def cancel_merge_task(_call: Call, request: pb.CancelMergeTaskRequest) -> Empty:
    """Refuse: there is none."""
    raise not_found(f"merge task {request.sourcePath}")
