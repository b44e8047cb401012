"""Mount points: where the server shows a drive as a folder of its own machine (wire/clouddrive2.md §3.2)."""

from __future__ import annotations

from google.protobuf.empty_pb2 import Empty

from protos import clouddrive_pb2 as pb

from .caller import Caller
from .errors import refused


class MountCalls:
    caller: Caller

    def mounts(self) -> list[pb.MountPoint]:
        """All mount points, mounted or not; `failReason` says why one is not."""
        return list(self.caller.call("GetMountPoints", Empty(), pb.GetMountPointsResult, again=True).mountPoints)

    def can_add_mount(self) -> bool:
        """Whether the plan of the account allows another one."""
        return self.caller.call("CanAddMoreMountPoints", Empty(), pb.FileOperationResult, again=True).success

    def add_mount(self, option: pb.MountOption) -> None:
        self._change("AddMountPoint", option)

    def remove_mount(self, point: str) -> None:
        self._change("RemoveMountPoint", pb.MountPointRequest(MountPoint=point))

    def mount(self, point: str) -> None:
        self._change("Mount", pb.MountPointRequest(MountPoint=point))

    def unmount(self, point: str) -> None:
        self._change("Unmount", pb.MountPointRequest(MountPoint=point))

    def update_mount(self, point: str, option: pb.MountOption) -> None:
        self._change("UpdateMountPoint", pb.UpdateMountPointRequest(mountPoint=point, newMountOption=option))

    def _change(self, method: str, request: pb.MountOption | pb.MountPointRequest | pb.UpdateMountPointRequest) -> None:
        result = self.caller.call(method, request, pb.MountPointResult)
        if not result.success:
            raise refused(result.failReason, method)
