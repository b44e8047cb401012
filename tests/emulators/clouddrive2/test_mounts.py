"""Mount points: wire/clouddrive2.md §3.2."""

from __future__ import annotations

import hashlib
import random
from pathlib import Path

import grpc
import pytest

from protos import clouddrive_pb2 as pb
from tests.emulators.clouddrive2.standin import Control, Plain, status
from tests.support.waiting import until

DATA = random.Random(6).randbytes(100_000)


def option(folder: Path, source: str = "/CloudNAS", **more: bool) -> pb.MountOption:
    return pb.MountOption(mountPoint=str(folder), sourceDir=source, name="test", **more)


def mount(plain: Plain, folder: Path) -> None:
    assert plain.call("AddMountPoint", option(folder)).success
    assert plain.call("Mount", pb.MountPointRequest(MountPoint=str(folder))).success


def test_a_mount_shows_folders_and_uploads_what_is_written(plain: Plain, control: Control, tmp_path: Path) -> None:
    folder = tmp_path / "mnt"
    mount(plain, folder)
    assert (folder / "测试").is_dir()
    (folder / "新" / "深").mkdir(parents=True)
    (folder / "新" / "深" / "a.bin").write_bytes(DATA)
    path = "/CloudNAS/新/深/a.bin"
    until(lambda: control.states(path) == ["Finish"])
    assert control.file(path)["sha256"] == hashlib.sha256(DATA).hexdigest()
    tasks = plain.call("GetUploadFileList", pb.GetUploadFileListRequest(itemsPerPage=5, operatorTypeFilter=0))
    assert tasks.uploadFiles[0].destPath == path
    plain.call("CreateFolder", pb.CreateFolderRequest(parentPath="/CloudNAS", folderName="made"))
    assert (folder / "made").is_dir()
    (folder / "新" / "深" / "a.bin").unlink()
    (folder / "新" / "深").rmdir()
    until(lambda: not control("GET", "files", path="/CloudNAS/新/深")["exists"])
    plain.call("DeleteFile", pb.FileRequest(path="/CloudNAS/made"))
    assert not (folder / "made").exists()
    assert plain.call("Unmount", pb.MountPointRequest(MountPoint=str(folder))).success
    assert list(folder.iterdir()) == []


def test_a_file_that_is_still_written_waits(plain: Plain, control: Control, tmp_path: Path) -> None:
    control.settings(mount_settle_s=1)
    mount(plain, tmp_path / "mnt")
    with (tmp_path / "mnt" / "slow.bin").open("wb") as file:
        for _ in range(12):
            file.write(DATA)
            file.flush()
            until(lambda: control("GET", "state"))
            assert control.states("/CloudNAS/slow.bin") == []
    until(lambda: control.states("/CloudNAS/slow.bin") == ["Finish"])
    assert control.file("/CloudNAS/slow.bin")["size"] == 12 * len(DATA)


def test_reasons_why_a_mount_fails(plain: Plain, control: Control, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()
    plain.call("AddMountPoint", option(tmp_path / "full"))
    refused = plain.call("Mount", pb.MountPointRequest(MountPoint=str(tmp_path / "full")))
    assert (refused.success, refused.failReason) == (False, "mount point is not empty")
    point = plain.call("GetMountPoints").mountPoints[0]
    assert (point.isMounted, point.failReason) == (False, "mount point is not empty")
    assert not plain.call("AddMountPoint", option(tmp_path / "full")).success
    with pytest.raises(grpc.RpcError) as error:
        plain.call("Mount", pb.MountPointRequest(MountPoint="/none"))
    assert status(error)[0] == 5
    control.settings(mounts_allowed=1)
    with pytest.raises(grpc.RpcError) as error:
        plain.call("AddMountPoint", option(tmp_path / "more"))
    assert status(error) == (7, "invalid user plan")
    assert not plain.call("CanAddMoreMountPoints").success
    plain.call("RemoveMountPoint", pb.MountPointRequest(MountPoint=str(tmp_path / "full")))
    assert len(plain.call("GetMountPoints").mountPoints) == 0


def test_a_mount_can_be_changed(plain: Plain, tmp_path: Path) -> None:
    mount(plain, tmp_path / "a")
    changed = pb.UpdateMountPointRequest(
        mountPoint=str(tmp_path / "a"), newMountOption=option(tmp_path / "b", "/PikPak", readOnly=True)
    )
    assert plain.call("UpdateMountPoint", changed).success
    point = plain.call("GetMountPoints").mountPoints[0]
    assert (point.mountPoint, point.sourceDir, point.readOnly, point.isMounted) == (
        str(tmp_path / "b"),
        "/PikPak",
        True,
        True,
    )
    plain.call("RemoveMountPoint", pb.MountPointRequest(MountPoint=point.mountPoint))
