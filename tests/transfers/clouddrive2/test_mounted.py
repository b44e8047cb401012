"""Mount points and the local copy through them: wire/clouddrive2.md §3.2."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from protos import clouddrive_pb2 as pb
from tests.emulators.clouddrive2.standin import Control
from tests.support.waiting import until
from tests.transfers.clouddrive2.conftest import DATA, SHA256, SIZE, Source, Stopper
from transfers.clouddrive2.client import CloudDrive
from transfers.clouddrive2.errors import CloudDriveError, Kind
from transfers.clouddrive2.mounted import Place, copy, places, verify
from transfers.clouddrive2.paths import Root

Make = Callable[..., CloudDrive]


@pytest.fixture
def mount(drive: CloudDrive, tmp_path: Path) -> Path:
    folder = tmp_path / "mnt"
    drive.add_mount(pb.MountOption(mountPoint=str(folder), sourceDir="/CloudNAS", name="nas"))
    drive.mount(str(folder))
    return folder


def place(mount: Path, *names: str) -> Place:
    return Place(str(mount), "/CloudNAS", names)


def test_mounts_are_managed(drive: CloudDrive, mount: Path, control: Control) -> None:
    assert [(each.mountPoint, each.isMounted) for each in drive.mounts()] == [(str(mount), True)]
    with pytest.raises(CloudDriveError, match="already mounted"):
        drive.mount(str(mount))
    drive.update_mount(str(mount), pb.MountOption(mountPoint=str(mount), sourceDir="/PikPak"))
    assert drive.mounts()[0].sourceDir == "/PikPak"
    drive.unmount(str(mount))
    drive.remove_mount(str(mount))
    assert drive.mounts() == []
    assert drive.can_add_mount()
    control.settings(mounts_allowed=0)
    assert not drive.can_add_mount()
    with pytest.raises(CloudDriveError) as error:
        drive.add_mount(pb.MountOption(mountPoint=str(mount), sourceDir="/PikPak"))
    assert (error.value.code, error.value.kind) == ("clouddrive_plan", Kind.PERMISSION)


def test_the_closest_usable_mount_is_chosen() -> None:
    def point(where: str, source: str, *, mounted: bool = True, read_only: bool = False) -> pb.MountPoint:
        return pb.MountPoint(mountPoint=where, sourceDir=source, isMounted=mounted, readOnly=read_only)

    mounts = [
        point("/m/all", "/"),
        point("/m/deep", "/A/b"),
        point("/m/off", "/A/b/c", mounted=False),
        point("/m/ro", "/A/b/c", read_only=True),
        point("/m/other", "/A/bc"),
    ]
    assert places(mounts, "/A/b/c/d.bin") == [
        Place("/m/deep", "/A/b", ("c", "d.bin")),
        Place("/m/all", "/", ("A", "b", "c", "d.bin")),
    ]
    assert places(mounts[1:], "/A/b") == []


@pytest.mark.parametrize("by_kernel", [False, True])
def test_a_copy_through_a_mount_is_uploaded_and_stored(
    drive: CloudDrive, mount: Path, control: Control, tmp_path: Path, by_kernel: bool
) -> None:
    (tmp_path / "source").write_bytes(DATA)
    target = places(drive.mounts(), "/CloudNAS/新/深/a.bin")[0]
    verify(drive, target, Root())
    expected = drive.expect("/CloudNAS/新/深/a.bin", SIZE)
    sent: list[int] = []
    with (tmp_path / "source").open("rb") as file:
        copy(target, SIZE, Source(), file=file.fileno() if by_kernel else None, on_sent=sent.append)
    stored = drive.wait_stored(expected)
    assert (sent[-1], stored.entry.path) == (SIZE, "/CloudNAS/新/深/a.bin")
    assert control.file("/CloudNAS/新/深/a.bin")["sha256"] == SHA256
    assert [each.name for each in mount.iterdir() if each.name.startswith(".probe")] == []


def test_a_folder_that_is_no_mount_of_the_server_is_found_out(
    drive: CloudDrive, mount: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("transfers.clouddrive2.mounted.PROBE_SECONDS", 0.3)
    (tmp_path / "empty").mkdir()
    for folder, words in ((tmp_path / "empty", "no mount of it"), (tmp_path / "none", "No such file")):
        with pytest.raises(CloudDriveError, match=words) as error:
            verify(drive, Place(str(folder), "/CloudNAS", ("a",)), Root())
        assert error.value.code == "clouddrive_mount_unusable"
    assert list((tmp_path / "empty").iterdir()) == []
    drive.unmount(str(mount))
    with pytest.raises(CloudDriveError, match="no mount of it"):
        verify(drive, place(mount, "a"), Root())


def test_a_token_with_a_root_needs_the_mount_below_it(make: Make, mount: Path, control: Control) -> None:
    narrow = make(token=control.token(root="/CloudNAS/测试"))
    with pytest.raises(CloudDriveError, match="outside the root"):
        verify(narrow, place(mount, "a"), Root("/CloudNAS/测试"))
    wide = make(token=control.token(root="/CloudNAS"))
    verify(wide, place(mount, "a"), Root("/CloudNAS"))


def test_links_below_a_mount_are_not_followed(mount: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (mount / "link").symlink_to(tmp_path / "outside")
    (mount / "file").symlink_to(tmp_path / "outside" / "victim")
    for names in (("link", "a.bin"), ("file",)):
        with pytest.raises(CloudDriveError) as error:
            copy(place(mount, *names), 3, Source(3))
        assert error.value.code == "clouddrive_mount_failed"
    assert list((tmp_path / "outside").iterdir()) == []


def test_what_breaks_off_leaves_nothing(mount: Path, tmp_path: Path) -> None:
    stop = Stopper()

    def halt(_: int) -> None:
        stop.stopped = True

    def broken(_offset: int, _length: int) -> bytes:
        raise ConnectionError("trouble of the source")

    with pytest.raises(InterruptedError):
        copy(place(mount, "a.bin"), SIZE, Source(), stop=stop, on_sent=halt)
    with pytest.raises(ConnectionError, match="of the source"):
        copy(place(mount, "a.bin"), SIZE, broken)
    with pytest.raises(CloudDriveError, match="source gave"):
        copy(place(mount, "a.bin"), SIZE + 1, Source())
    (tmp_path / "short").write_bytes(b"abc")
    with (tmp_path / "short").open("rb") as file, pytest.raises(CloudDriveError, match="ended at 3"):
        copy(place(mount, "a.bin"), 5, Source(), file=file.fileno())
    assert not (mount / "a.bin").exists()
    (mount / "folder.bin").mkdir()
    with pytest.raises(CloudDriveError) as error:
        copy(place(mount, "folder.bin"), 3, Source(3))
    assert error.value.kind is Kind.PERMANENT


@pytest.mark.skipif(os.geteuid() != 0 or not Path("/dev/full").exists(), reason="needs a device without room")
def test_F45_a_full_disk_can_be_tried_again(mount: Path) -> None:
    (mount / "x").mkdir()
    os.mknod(mount / "x" / "full", 0o666 | 0o020000, Path("/dev/full").stat().st_rdev)
    with pytest.raises(CloudDriveError) as error:
        copy(place(mount, "x", "full"), 3, Source(3))
    assert (error.value.code, error.value.kind) == ("clouddrive_mount_failed", Kind.TRANSIENT)


def test_the_stand_in_sees_the_end_of_a_copy_only_once(drive: CloudDrive, mount: Path, control: Control) -> None:
    copy(place(mount, "once.bin"), SIZE, Source())
    until(lambda: control.states("/CloudNAS/once.bin") == ["Finish"])
    assert len(list(drive.uploads("once.bin"))) == 1
