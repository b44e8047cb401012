"""Listing, finding, changing: wire/clouddrive2.md §3.1."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

from protos import clouddrive_pb2 as pb
from tests.emulators.clouddrive2.standin import Control, Plain, status
from tests.support.waiting import until


def folder(plain: Plain, path: str) -> pb.CreateFolderResult:
    parent, _, name = path.rpartition("/")
    made: pb.CreateFolderResult = plain.call("CreateFolder", pb.CreateFolderRequest(parentPath=parent, folderName=name))
    return made


def test_a_large_folder_comes_in_batches(plain: Plain, control: Control) -> None:
    control.settings(batch=100)
    replies = list(plain.stream("GetSubFiles", pb.ListSubFileRequest(path="/115open/照片/2025")))
    assert [len(each.subFiles) for each in replies] == [100] * 6
    assert len({file.id for each in replies for file in each.subFiles}) == 600


@pytest.mark.parametrize(
    ("parent", "path"),
    [("", "/115open/测试/1KiB.bin"), ("/115open/测试", "1KiB.bin"), ("/115open", "/115open/测试/1KiB.bin")],
)
def test_a_file_is_found_by_all_three_styles(plain: Plain, parent: str, path: str) -> None:
    found = plain.find(path, parent)
    assert (found.name, found.size, found.fullPathName) == ("1KiB.bin", 1024, "/115open/测试/1KiB.bin")
    assert (found.CloudAPI.name, found.isDirectory, len(found.fileHashes[2])) == ("115open", False, 40)


def test_nothing_is_status_5_or_an_empty_reply(plain: Plain, control: Control) -> None:
    with pytest.raises(grpc.RpcError) as error:
        plain.find("/115open/none")
    assert status(error)[0] == 5
    with pytest.raises(grpc.RpcError):
        plain.names("/115open/none")
    control.settings(missing_as_empty=True)
    assert plain.find("/115open/none") == pb.CloudDriveFile()


def test_a_folder_is_made_once_and_only_in_one_that_exists(plain: Plain, control: Control) -> None:
    made = folder(plain, "/115open/新")
    assert made.result.success
    assert made.folderCreated.fullPathName == "/115open/新"
    again = folder(plain, "/115open/新")
    assert not again.result.success
    assert "exist" in again.result.errorMessage
    control.settings(exists_as_status=True)
    for path, number in (("/115open/新", 6), ("/115open/none/a", 5), ("/新", 7), ("/归档/新", 7)):
        with pytest.raises(grpc.RpcError) as error:
            folder(plain, path)
        assert status(error)[0] == number


def test_rename_move_copy_delete(plain: Plain) -> None:
    folder(plain, "/CloudNAS/a")
    plain.write("/CloudNAS/a", "x.txt", b"one")
    assert plain.call("RenameFile", pb.RenameFileRequest(theFilePath="/CloudNAS/a/x.txt", newName="y.txt")).success
    assert plain.names("/CloudNAS/a") == ["y.txt"]
    folder(plain, "/CloudNAS/b")
    move = pb.MoveFileRequest(theFilePaths=["/CloudNAS/a/y.txt"], destPath="/CloudNAS/b", conflictPolicy=0)
    assert plain.call("MoveFile", move).success
    copy = pb.CopyFileRequest(theFilePaths=["/CloudNAS/b/y.txt"], destPath="/CloudNAS/a", conflictPolicy=0)
    assert plain.call("CopyFile", copy).success
    assert (plain.names("/CloudNAS/a"), plain.names("/CloudNAS/b")) == (["y.txt"], ["y.txt"])
    assert plain.call("DeleteFiles", pb.MultiFileRequest(path=["/CloudNAS/a", "/CloudNAS/b/y.txt"])).success
    assert plain.names("/CloudNAS/b") == []
    with pytest.raises(grpc.RpcError):
        plain.find("/CloudNAS/a")


@pytest.mark.parametrize(
    ("policy", "names", "content"),
    [(0, ["x.txt"], b"new"), (1, ["x(1).txt", "x.txt"], b"old"), (2, ["x.txt"], b"old"), (None, ["x.txt"], b"old")],
)
def test_a_conflict_is_settled_as_the_policy_says(
    plain: Plain, control: Control, policy: Any, names: list[str], content: bytes
) -> None:
    for name, data in (("a", b"new"), ("b", b"old")):
        folder(plain, f"/CloudNAS/{name}")
        plain.write(f"/CloudNAS/{name}", "x.txt", data)
    request = pb.CopyFileRequest(theFilePaths=["/CloudNAS/a/x.txt"], destPath="/CloudNAS/b", conflictPolicy=policy)
    assert plain.call("CopyFile", request).success is (policy is not None)
    assert plain.names("/CloudNAS/b") == names
    assert control.file("/CloudNAS/b/x.txt")["size"] == 3
    kept = control("GET", "files", path="/CloudNAS/b/x.txt", hash=1)["md5"]
    assert kept == {b"new": "22af645d1859cb5ca6da0c484f1f37ea", b"old": "149603e6c03516362a8da23f624db945"}[content]


def test_across_clouds_it_becomes_a_task(plain: Plain, control: Control) -> None:
    folder(plain, "/CloudNAS/a")
    plain.write("/CloudNAS/a", "x.txt", b"one")
    move = pb.MoveFileRequest(theFilePaths=["/CloudNAS/a"], destPath="/PikPak", conflictPolicy=0)
    assert not plain.call("MoveFile", move).success
    move.moveAcrossClouds = True
    assert plain.call("MoveFile", move).success
    task = plain.call("GetCopyTasks").copyTasks[0]
    assert (task.sourcePath, task.destPath, task.taskMode) == ("/CloudNAS/a", "/PikPak", pb.CopyTask.Move)
    until(lambda: plain.call("GetCopyTasks").copyTasks[0].status == pb.CopyTask.Completed)
    assert plain.names("/PikPak/a") == ["x.txt"]
    removed = plain.call("RemoveCopyTasks", pb.CopyTaskBatchRequest(taskKeys=["/CloudNAS/a:/PikPak"]))
    assert (removed.affectedCount, len(plain.call("GetCopyTasks").copyTasks)) == (1, 0)


def test_search_space_and_properties(plain: Plain) -> None:
    replies = plain.stream("GetSearchResults", pb.SearchRequest(path="/115open", searchFor="IMG_0000"))
    assert len([file for reply in replies for file in reply.subFiles if file.isSearchResult]) == 10
    space = plain.call("GetSpaceInfo", pb.FileRequest(path="/115open/测试"))
    assert space.totalSpace == space.usedSpace + space.freeSpace == 20 << 40
    told = plain.call("GetFileDetailProperties", pb.FileRequest(path="/115open/照片/2025"))
    assert told.totalFileCount == 600


def test_an_unforced_listing_may_be_stale(plain: Plain, control: Control) -> None:
    control.settings(cache_s=60)
    assert plain.names("/115open/空文件夹") == []
    control("POST", "change", {"op": "file", "path": "/115open/空文件夹/new.bin", "size": 5})
    assert plain.names("/115open/空文件夹") == []
    assert plain.names("/115open/空文件夹", forceRefresh=True) == ["new.bin"]


def test_offline_downloads_become_files(plain: Plain, control: Control) -> None:
    add = pb.AddOfflineFileRequest(
        urls="http://x.test/a.iso\nmagnet:?xt=urn:btih:ABCDEF12", toFolder="/115open/空文件夹"
    )
    assert plain.call("AddOfflineFiles", add).success
    listed = pb.OfflineFileListAllRequest(cloudName="115open", cloudAccountId="100200300", page=1)

    def finished() -> bool:
        files = plain.call("ListAllOfflineFiles", listed).offlineFiles
        return len(files) == 2 and all(each.status == pb.OFFLINE_FINISHED for each in files)

    until(finished)
    assert sorted(plain.names("/115open/空文件夹")) == ["a.iso", "abcdef12.bin"]
    remove = pb.RemoveOfflineFilesRequest(cloudName="115open", cloudAccountId="100200300", infoHashes=["abcdef12"])
    assert plain.call("RemoveOfflineFiles", remove).success
    assert plain.call("ListAllOfflineFiles", listed).totalCount == 1
    with pytest.raises(grpc.RpcError) as error:
        plain.call("AddOfflineFiles", pb.AddOfflineFileRequest(urls="http://x.test/a", toFolder="/CloudNAS"))
    assert status(error) == (12, "offline_download is not supported for WebDav")
