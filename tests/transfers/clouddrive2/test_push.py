"""Push messages through the client, and streams that are opened again: wire/clouddrive2.md §3.7."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from protos import clouddrive_pb2 as pb
from tests.emulators.clouddrive2.standin import Control
from tests.support.waiting import until
from tests.transfers.clouddrive2.conftest import Source, Work
from transfers.clouddrive2.client import CloudDrive
from transfers.clouddrive2.errors import CloudDriveError, Kind
from transfers.clouddrive2.push import Push

Make = Callable[..., CloudDrive]
Kinds = pb.CloudDrivePushMessage.MessageType


class Hearing:
    def __init__(self, drive: CloudDrive) -> None:
        self.messages: list[pb.CloudDrivePushMessage] = []
        self.opened = 0
        self.push = Push(drive.caller, self._open)
        self.work = Work(self._read)

    def _open(self) -> None:
        self.opened += 1

    def _read(self) -> None:
        for message in self.push:
            self.messages.append(message)

    def paths(self, kind: int) -> list[str]:
        changes = [each.fileSystemChange for each in self.messages if each.HasField("fileSystemChange")]
        return [each.path for each in changes if each.changeType == kind]

    def close(self) -> Any:
        self.push.close()
        return self.work.join(5)


@pytest.fixture
def hearing(drive: CloudDrive, control: Control) -> Any:
    made = Hearing(drive)
    until(lambda: control.counter("calls.PushMessage"))
    yield made
    assert made.close() is None


def heard(hearing: Hearing, drive: CloudDrive, path: str) -> bool:
    """Whether a change is told; made again until the stream is there."""
    if drive.find(path):
        drive.delete([path])
    drive.mkdir(path)
    return path in hearing.paths(pb.FileSystemChange.CREATE)


def test_files_uploads_and_mounts_are_told(hearing: Hearing, drive: CloudDrive, tmp_path: Any) -> None:
    until(lambda: heard(hearing, drive, "/CloudNAS/a"))
    drive.rename("/CloudNAS/a", "b")
    drive.write("/CloudNAS/x.bin", 5, Source(5))
    drive.delete(["/CloudNAS/b"])
    drive.add_mount(pb.MountOption(mountPoint=str(tmp_path / "m"), sourceDir="/CloudNAS", autoMount=True))
    until(lambda: Kinds.MOUNT_POINT_CHANGE in {each.messageType for each in hearing.messages})
    assert hearing.paths(pb.FileSystemChange.DELETE)[-1] == "/CloudNAS/b"
    renamed = [each.fileSystemChange for each in hearing.messages if each.fileSystemChange.newPath]
    assert [(each.path, each.newPath) for each in renamed] == [("/CloudNAS/a", "/CloudNAS/b")]

    def states() -> set[str]:
        return {info.status for each in hearing.messages for info in each.transferTaskStatus.uploadFileStatusChanges}

    until(lambda: "Finish" in states())


def test_F57_a_stream_that_is_cut_is_opened_again(hearing: Hearing, drive: CloudDrive, control: Control) -> None:
    until(lambda: heard(hearing, drive, "/CloudNAS/a"))
    control("POST", "connections", {"do": "cut"})
    until(lambda: hearing.opened >= 2)
    until(lambda: heard(hearing, drive, "/CloudNAS/b"))
    control("POST", "expire-tokens")
    control("POST", "connections", {"do": "cut"})
    until(lambda: heard(hearing, drive, "/CloudNAS/c"))


def test_paths_are_those_of_the_token(make: Make, drive: CloudDrive, control: Control) -> None:
    narrow = Hearing(make(token=control.token(root="/CloudNAS")))

    def told() -> bool:
        drive.mkdir("/PikPak/elsewhere")
        drive.mkdir("/CloudNAS/here")
        drive.delete(["/PikPak/elsewhere", "/CloudNAS/here"])
        return "/here" in narrow.paths(pb.FileSystemChange.DELETE)

    until(told)
    assert not any("elsewhere" in path for path in narrow.paths(pb.FileSystemChange.DELETE))
    assert narrow.close() is None


def test_a_token_that_may_not_listen_is_told(make: Make, control: Control) -> None:
    with pytest.raises(CloudDriveError) as error:
        list(Push(make(token=control.token(without=["push_message"])).caller))
    assert error.value.kind is Kind.PERMISSION


def test_a_stream_can_be_closed_before_it_is_open(drive: CloudDrive) -> None:
    push = Push(drive.caller)
    push.close()
    done = threading.Event()
    Work(lambda: (list(push), done.set()))
    assert done.wait(5)
