"""Files and folders through the client: wire/clouddrive2.md §3.1."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
import requests

from protos import clouddrive_pb2 as pb
from tests.emulators.clouddrive2.standin import Control
from tests.support.waiting import until
from tests.transfers.clouddrive2.conftest import Source
from transfers.clouddrive2.client import CloudDrive
from transfers.clouddrive2.entries import Entry
from transfers.clouddrive2.errors import CloudDriveError, Kind
from transfers.clouddrive2.paths import Root, clean, levels, split

Make = Callable[..., CloudDrive]


def names(entries: object) -> list[str]:
    return [each.name for each in entries]  # type: ignore[attr-defined]


def test_a_listing_has_all_batches_and_can_be_left_early(drive: CloudDrive, control: Control) -> None:
    control.settings(batch=7)
    assert len({each.path for each in drive.list_dir("/115open/照片/2025")}) == 600
    first: Entry = next(iter(drive.list_dir("/115open/照片/2025")))
    assert (first.path, first.is_dir, first.cloud) == ("/115open/照片/2025/IMG_00000.jpg", False, "115open")
    assert drive.find("/")


def test_a_listing_that_breaks_midway_says_so(drive: CloudDrive, control: Control) -> None:
    control.settings(batch=1)
    listing = iter(drive.list_dir("/115open/照片/2025"))
    next(listing)
    control("POST", "connections", {"do": "cut"})
    with pytest.raises(CloudDriveError) as error:
        list(listing)
    assert error.value.kind is Kind.TRANSIENT


def test_found_absent_and_unknown_are_three_things(drive: CloudDrive, control: Control) -> None:
    found = drive.find("/115open/测试/1KiB.bin")
    assert found
    assert (found.size, found.hashes.keys(), found.read_only) == (1024, {"sha1"}, False)
    assert drive.find("/115open/测试/none") is None
    control.settings(missing_as_empty=True)
    assert drive.find("/115open/测试/none") is None
    control.fault("status", code=13)
    with pytest.raises(CloudDriveError):
        drive.find("/115open/测试/none")


@pytest.mark.parametrize("as_status", [False, True])
def test_folders_are_made_level_by_level_even_by_two_at_once(
    drive: CloudDrive, control: Control, as_status: bool
) -> None:
    control.settings(exists_as_status=as_status, latency_ms=5)
    made: list[Entry] = []
    threads = [threading.Thread(target=lambda: made.append(drive.mkdir("/CloudNAS/一/二/三"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert {each.path for each in made} == {"/CloudNAS/一/二/三"}
    assert len(made) == 4


def test_folders_that_cannot_be_made(drive: CloudDrive) -> None:
    for path, code in (
        ("/归档/x", "clouddrive_permission"),
        ("/CloudNAS/测试/1KiB.bin/x", "clouddrive_not_found"),
        ("/CloudNAS/测试/1KiB.bin", "clouddrive_exists"),
        ("/CloudNAS/../x", "clouddrive_invalid"),
    ):
        with pytest.raises(CloudDriveError) as error:
            drive.mkdir(path)
        assert error.value.code == code, path


def test_rename_move_copy_delete(drive: CloudDrive) -> None:
    drive.mkdir("/CloudNAS/a")
    drive.mkdir("/CloudNAS/b")
    drive.write("/CloudNAS/a/x.txt", 3, Source(3))
    drive.rename("/CloudNAS/a/x.txt", "y.txt")
    drive.copy(["/CloudNAS/a/y.txt"], "/CloudNAS/b", conflict="skip")
    drive.copy(["/CloudNAS/a/y.txt"], "/CloudNAS/b", conflict="rename")
    assert names(drive.list_dir("/CloudNAS/b")) == ["y(1).txt", "y.txt"]
    drive.rename_many({"/CloudNAS/b/y.txt": "z.txt", "/CloudNAS/b/y(1).txt": "y.txt"})
    drive.move(["/CloudNAS/b/y.txt"], "/CloudNAS/a", conflict="overwrite")
    assert names(drive.list_dir("/CloudNAS/b")) == ["z.txt"]
    drive.delete(["/CloudNAS/a", "/CloudNAS/b/z.txt"])
    assert names(drive.list_dir("/CloudNAS/b")) == []
    drive.delete(["/CloudNAS/b"], permanently=True)
    with pytest.raises(CloudDriveError) as error:
        drive.delete(["/百度网盘/测试"], permanently=True)
    assert error.value.kind is Kind.UNIMPLEMENTED


def test_a_reply_that_says_no_is_an_error_with_its_words(drive: CloudDrive) -> None:
    drive.mkdir("/CloudNAS/a")
    drive.mkdir("/CloudNAS/b")
    with pytest.raises(CloudDriveError, match="already exists") as error:
        drive.rename("/CloudNAS/a", "b")
    assert (error.value.code, error.value.method) == ("clouddrive_exists", "RenameFile")
    with pytest.raises(CloudDriveError, match="not valid"):
        drive.rename("/CloudNAS/a", "b/c")
    with pytest.raises(CloudDriveError, match="inside the source"):
        drive.move(["/CloudNAS/a"], "/CloudNAS/a", conflict="overwrite")


def test_copies_across_clouds_are_tasks(drive: CloudDrive, control: Control) -> None:
    control.settings(task_s=0.2)
    drive.mkdir("/CloudNAS/a")
    drive.write("/CloudNAS/a/x.txt", 3, Source(3))
    drive.copy(["/CloudNAS/a"], "/PikPak", conflict="overwrite")
    task = drive.copies()[0]
    key = f"{task.sourcePath}:{task.destPath}"
    assert drive.pause_copies([key]) == 1
    assert drive.copies()[0].paused
    assert drive.pause_copies([key], pause=False) == 1
    until(lambda: drive.copies()[0].status == pb.CopyTask.Completed)
    assert drive.remove_copies([key]) == 1
    assert drive.find("/PikPak/a/x.txt")
    drive.move(["/CloudNAS/a"], "/PikPak/测试", conflict="overwrite")
    drive.cancel_copy("/CloudNAS/a", "/PikPak/测试")
    assert (drive.copies(), drive.merges()) == ([], [])
    assert drive.find("/CloudNAS/a/x.txt")


def test_search_space_properties(drive: CloudDrive) -> None:
    assert len(list(drive.search("/115open", "IMG_0000"))) == 10
    space = drive.space("/PikPak/测试")
    assert space.freeSpace == space.totalSpace - space.usedSpace
    assert drive.properties("/115open/照片/2025").totalFileCount == 600
    drive.forget_listing("/115open")


def test_a_token_with_a_root_works_in_its_own_paths(make: Make, control: Control) -> None:
    drive = make(token=control.token(root="/115open/特殊名称"))
    assert "no extension" in names(drive.list_dir("/"))
    drive.mkdir("/新/深")
    assert control("GET", "files", path="/115open/特殊名称/新/深")["exists"]


def test_paths_and_roots() -> None:
    assert (clean("a//b/./c/"), split("/a/b"), split("/a")) == ("/a/b/c", ("/a", "b"), ("/", "a"))
    assert (levels("/a/b"), levels("/")) == (["/a", "/a/b"], [])
    root = Root("/X/Y/")
    assert (root.on_server("/f"), root.of_token("/X/Y/f"), root.of_token("/X/Y")) == ("/X/Y/f", "/f", "/")
    assert (root.of_token("/X/Yf"), Root().of_token("/f")) == (None, "/f")
    for wrong in ("/a/../b", "/a/\0"):
        with pytest.raises(CloudDriveError):
            clean(wrong)


def test_a_download_link_is_complete(drive: CloudDrive, make: Make, control: Control) -> None:
    drive.write("/CloudNAS/a b.bin", 1000, source := Source(1000))
    link = drive.download_link("/CloudNAS/a b.bin")
    assert requests.get(link.url, timeout=30, headers={"Range": "bytes=5-9"}).content == source.data[5:10]
    assert (dict(link.headers), link.expires_in, link.direct) == ({}, None, False)
    assert "sign" not in repr(link)
    control.settings(link_s=60, direct_urls=True)
    direct = drive.download_link("/CloudNAS/a b.bin", direct=True)
    assert (direct.direct, direct.expires_in) == (True, 60)
    assert requests.get(direct.url, timeout=30, headers=dict(direct.headers)).content == source.data
    narrow = make(token=control.token(without=["read"]))
    with pytest.raises(CloudDriveError) as error:
        narrow.download_link("/CloudNAS/a b.bin")
    assert error.value.kind is Kind.PERMISSION


def test_offline_downloads(drive: CloudDrive) -> None:
    folder = drive.find("/115open/空文件夹")
    assert folder
    assert folder.message.canOfflineDownload
    drive.add_offline(["http://x.test/a.iso", "http://x.test/b.iso"], folder.path)

    def finished() -> list[pb.OfflineFile]:
        files = list(drive.offline(folder.cloud, folder.account))
        return files if all(each.status == pb.OFFLINE_FINISHED for each in files) else []

    files = until(finished)
    assert sorted(names(drive.offline_in(folder.path))) == ["a.iso", "b.iso"]
    assert drive.offline_quota(folder.cloud, folder.account).used == 2
    drive.restart_offline(folder.cloud, folder.account, files[0])
    drive.remove_offline(folder.cloud, folder.account, [files[0].infoHash], files=True)
    drive.clear_offline(folder.cloud, folder.account, "all")
    assert list(drive.offline(folder.cloud, folder.account)) == []
    with pytest.raises(CloudDriveError, match="unsupported link"):
        drive.add_offline(["gopher://x"], folder.path)
