"""The methods of mount points and of the server's own file system."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

from google.protobuf.empty_pb2 import Empty

from emulators.clouddrive2.call import Call, rpc
from emulators.clouddrive2.errors import INVALID_PLAN, forbidden, not_found
from emulators.clouddrive2.mounting import Mount, mount_of
from protos import clouddrive_pb2 as pb


def _known(call: Call, point: str) -> Mount:
    mount = call.world.mounts.find(point)
    if not mount:
        raise not_found(f"mount point {point}")
    return mount


def _result(reason: str = "") -> pb.MountPointResult:
    return pb.MountPointResult(success=not reason, failReason=reason)


def _room(call: Call) -> bool:
    return len(call.world.mounts.all) < call.world.settings.mounts_allowed


@rpc("get_mounts")
def can_add_more_mount_points(call: Call, _: Empty) -> pb.FileOperationResult:
    """Tell whether the plan allows another one."""
    room = _room(call)
    return pb.FileOperationResult(success=room, errorMessage="" if room else INVALID_PLAN)


@rpc("get_mounts")
def get_mount_points(call: Call, _: Empty) -> pb.GetMountPointsResult:
    """Tell all."""
    return pb.GetMountPointsResult(mountPoints=[each.message for each in call.world.mounts.all])


@rpc("modify_mounts")
def add_mount_point(call: Call, option: pb.MountOption) -> pb.MountPointResult:
    """Add one, and mount it when it is to be mounted automatically."""
    if not _room(call):
        raise forbidden(INVALID_PLAN)
    if not option.mountPoint.startswith("/") or call.world.mounts.find(option.mountPoint):
        return _result("mount point is invalid or exists already")
    mount = mount_of(option)
    call.world.mounts.add(mount)
    return _result(call.world.mounts.mount(mount) if mount.auto else "")


@rpc("modify_mounts")
def remove_mount_point(call: Call, request: pb.MountPointRequest) -> pb.MountPointResult:
    """Remove one."""
    call.world.mounts.remove(_known(call, request.MountPoint))
    return _result()


@rpc("modify_mounts")
def mount(call: Call, request: pb.MountPointRequest) -> pb.MountPointResult:
    """Mount."""
    found = _known(call, request.MountPoint)
    return _result("already mounted" if found.mounted else call.world.mounts.mount(found))


@rpc("modify_mounts")
def unmount(call: Call, request: pb.MountPointRequest) -> pb.MountPointResult:
    """Unmount."""
    found = _known(call, request.MountPoint)
    if not found.mounted:
        return _result("not mounted")
    call.world.mounts.unmount(found)
    return _result()


@rpc("modify_mounts")
def update_mount_point(call: Call, request: pb.UpdateMountPointRequest) -> pb.MountPointResult:
    """Change one; a mounted one is mounted anew."""
    mounts, found = call.world.mounts, _known(call, request.mountPoint)
    mounted = found.mounted
    mounts.remove(found)
    changed = mount_of(request.newMountOption)
    mounts.add(changed)
    return _result(mounts.mount(changed) if mounted else "")


@rpc("list_local")
def get_available_drive_letters(_call: Call, _: Empty) -> pb.GetAvailableDriveLettersResult:
    """Tell the free drive letters: none here."""
    return pb.GetAvailableDriveLettersResult()


@rpc("list_local")
def has_drive_letters(_call: Call, _: Empty) -> pb.HasDriveLettersResult:
    """Tell whether there are drive letters."""
    return pb.HasDriveLettersResult(hasDriveLetters=False)


@rpc("any")
def can_mount_both_local_and_cloud(_call: Call, _: Empty) -> pb.BoolResult:
    """Tell whether both kinds of mounts may exist together."""
    return pb.BoolResult(result=True)


@rpc("list_local")
async def local_get_sub_files(
    _call: Call, request: pb.LocalGetSubFilesRequest
) -> AsyncIterator[pb.LocalGetSubFilesResult]:
    """Stream what a folder of the server's own machine holds."""
    yield pb.LocalGetSubFilesResult(subFiles=_local(request.parentFolder, folders=request.folderOnly))


def _local(path: str, *, folders: bool) -> list[str]:
    folder = Path(path or "/")
    if not folder.is_dir():
        raise not_found(path)
    return [str(each) for each in sorted(folder.iterdir()) if each.is_dir() or not folders]


@rpc("list_local")
def local_create_folder(_call: Call, request: pb.LocalCreateFolderRequest) -> pb.LocalCreateFolderResult:
    """Make a folder on the server's own machine."""
    folder = Path(request.parentFolder) / request.folderName
    try:
        folder.mkdir()
    except OSError as problem:
        return pb.LocalCreateFolderResult(success=False, errorMessage=problem.strerror or "failed")
    return pb.LocalCreateFolderResult(success=True, createdPath=str(folder))
