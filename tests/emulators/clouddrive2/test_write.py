"""Direct write and the upload queue: wire/clouddrive2.md §3.3 and §3.5."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator

import grpc
import pytest

from protos import clouddrive_pb2 as pb
from tests.emulators.clouddrive2.standin import Control, Listening, Plain, status
from tests.support.waiting import until

DATA = random.Random(3).randbytes(300_000)
SHA256 = hashlib.sha256(DATA).hexdigest()
PATH = "/CloudNAS/w.bin"


def opened(plain: Plain) -> int:
    return int(plain.call("CreateFile", pb.CreateFileRequest(parentPath="/CloudNAS", fileName="w.bin")).fileHandle)


def pieces(handle: int, step: int = 100_000) -> Iterator[pb.WriteFileRequest]:
    for start in range(0, len(DATA), step):
        part = DATA[start : start + step]
        yield pb.WriteFileRequest(fileHandle=handle, startPos=start, length=len(part), buffer=part)


def close(plain: Plain, handle: int) -> None:
    assert plain.call("CloseFile", pb.CloseFileRequest(fileHandle=handle)).success


def test_pieces_may_come_in_any_order_and_show_after_the_close(plain: Plain, control: Control) -> None:
    handle = opened(plain)
    for piece in reversed(list(pieces(handle))):
        assert plain.call("WriteToFile", piece).bytesWritten == piece.length
    assert [each.filePath for each in plain.call("GetOpenFileHandles").openFileHandles] == [PATH]
    with pytest.raises(grpc.RpcError):
        plain.find(PATH)
    close(plain, handle)
    assert control.file(PATH)["sha256"] == SHA256
    until(lambda: control.states(PATH) == ["Finish"])
    with pytest.raises(grpc.RpcError) as error:
        plain.call("WriteToFile", next(pieces(handle)))
    assert status(error)[0] == 5


@pytest.mark.parametrize(("reply", "count"), [("total", 300_000), ("last", 100_000)])
def test_a_stream_of_pieces(plain: Plain, control: Control, reply: str, count: int) -> None:
    control.settings(stream_reply=reply)
    handle = opened(plain)
    assert plain.send("WriteToFileStream", pieces(handle)).bytesWritten == count
    close(plain, handle)
    assert control.file(PATH)["sha256"] == SHA256


def test_lengths_must_agree_and_messages_have_a_limit(plain: Plain, control: Control) -> None:
    handle = opened(plain)
    with pytest.raises(grpc.RpcError) as error:
        plain.call("WriteToFile", pb.WriteFileRequest(fileHandle=handle, length=3, buffer=b"four"))
    assert status(error)[0] == 3
    control.settings(message_limit=100_000)
    with pytest.raises(grpc.RpcError) as error:
        plain.call("WriteToFile", next(pieces(handle)))
    assert status(error)[0] == 11
    assert "decoded message length too large" in status(error)[1]
    control.settings(message_limit_status=8)
    with pytest.raises(grpc.RpcError) as error:
        plain.send("WriteToFileStream", pieces(handle))
    assert status(error)[0] == 8


def test_the_queue_can_be_paused_resumed_cancelled_and_tells_by_push(plain: Plain, control: Control) -> None:
    heard = Listening(plain.stream("PushMessage", timeout=None))
    control.settings(upload_bytes_per_s=100_000, upload_chunk=10_000)
    plain.write("/CloudNAS", "w.bin", DATA)
    until(lambda: control.states(PATH) == ["Transfer"])
    page = plain.call("GetUploadFileList", pb.GetUploadFileListRequest(itemsPerPage=10, filter="w.b"))
    assert (page.totalCountFiltered, page.uploadFiles[0].destPath, page.uploadFiles[0].status) == (1, PATH, "Transfer")
    keys = pb.MultpleUploadFileKeyRequest(keys=[page.uploadFiles[0].key])
    plain.call("PauseUploadFiles", keys)
    assert control.states(PATH) == ["Pause"]
    plain.call("ResumeUploadFiles", keys)
    plain.call("CancelUploadFiles", keys)
    assert control.states(PATH) == ["Cancelled"]
    assert not control("GET", "files", path=PATH)["exists"]

    def told() -> bool:
        kinds = {each.messageType for each in heard.messages}
        states = {info.status for each in heard.messages for info in each.transferTaskStatus.uploadFileStatusChanges}
        return kinds >= {1, 4} and states >= {"Inqueue", "Transfer", "Pause", "Cancelled"}

    until(told)
    heard.close()


@pytest.mark.parametrize(("name", "state"), [("upload_failed", "Error"), ("stall", "Transfer")])
def test_accepted_is_not_uploaded(plain: Plain, control: Control, name: str, state: str) -> None:
    control.fault(name, match={"path": PATH})
    plain.write("/CloudNAS", "w.bin", DATA)
    until(lambda: control.states(PATH) == [state])


def test_what_is_stored_may_be_wrong(plain: Plain, control: Control) -> None:
    control.fault("wrong_size", times=1, delta=-5)
    control.fault("flip", times=1)
    plain.write("/CloudNAS", "w.bin", DATA)
    until(lambda: control.states(PATH) == ["Finish"])
    told = control.file(PATH)
    assert told["size"] == len(DATA) - 5
    assert told["sha256"] != hashlib.sha256(DATA[:-5]).hexdigest()


def test_handles_and_the_queue_are_lost_by_a_restart_but_not_what_was_accepted(plain: Plain, control: Control) -> None:
    handle = opened(plain)
    control.settings(upload_bytes_per_s=1)
    plain.write("/CloudNAS", "other.bin", b"abc")
    control("POST", "restart")
    with pytest.raises(grpc.RpcError) as error:
        plain.call("WriteToFile", next(pieces(handle)))
    assert status(error)[0] == 5
    control.settings(upload_bytes_per_s=0)
    until(lambda: control.states("/CloudNAS/other.bin")[-1:] == ["Finish"])
