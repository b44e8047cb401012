"""Remote uploads as the server sees them: wire/clouddrive2.md §3.4."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from typing import Any

import grpc
import psutil
import pytest

from protos import clouddrive_pb2 as pb
from tests.emulators.clouddrive2.standin import Control, Listening, Plain, Program, status
from tests.support.waiting import until

DATA = random.Random(4).randbytes(2_500_000)
NAS, NETDISK = "/CloudNAS/r.bin", "/百度网盘/r.bin"
Status = pb.UploadFileInfo.Status


class Server:
    """What the server asks over one channel, and how a client answers by hand."""

    def __init__(self, plain: Plain, device: str = "device") -> None:
        self.plain = plain
        self.heard = Listening(
            plain.stream("RemoteUploadChannel", pb.RemoteUploadChannelRequest(device_id=device), None)
        )

    def start(self, path: str, size: int = len(DATA), **more: Any) -> str:
        request = pb.StartRemoteUploadRequest(file_path=path, file_size=size, **more)
        return str(self.plain.call("StartRemoteUpload", request).upload_id)

    def asked(self, kind: str) -> list[Any]:
        return [getattr(each, kind) for each in list(self.heard.messages) if each.HasField(kind)]

    @property
    def statuses(self) -> list[str]:
        return [Status.Name(each.status) for each in self.asked("status_changed")]

    def answer(self, upload_id: str, offset: int, length: int, data: bytes = DATA) -> pb.RemoteReadDataReply:
        part = data[offset : offset + length]
        last = offset + len(part) >= len(data)
        message = pb.RemoteReadDataUpload(
            upload_id=upload_id, offset=offset, length=len(part), data=part, is_last_chunk=last
        )
        reply: pb.RemoteReadDataReply = self.plain.call("RemoteReadData", message)
        return reply

    def serve(self, upload_id: str, until_: Callable[[], bool], data: bytes = DATA) -> None:
        """Answer every read request until a condition is true."""
        answered = 0

        def step() -> bool:
            nonlocal answered
            for read in self.asked("read_data")[answered:]:
                self.answer(upload_id, read.offset, read.length, data)
                answered += 1
            return until_()

        until(step)


@pytest.fixture
def server(plain: Plain) -> Any:
    made = Server(plain)
    yield made
    made.heard.close()


def test_a_file_is_pulled_and_its_states_are_told_in_order(server: Server, control: Control) -> None:
    control.settings(read_length=1 << 20)
    upload_id = server.start(NAS)
    server.serve(upload_id, lambda: "Finish" in server.statuses)
    assert server.statuses == ["WaitforPreprocessing", "Preprocessing", "Inqueue", "Transfer", "Finish"]
    reads = [(each.offset, each.length) for each in server.asked("read_data")]
    assert reads == [(0, 1 << 20), (1 << 20, 1 << 20), (2 << 20, len(DATA) - (2 << 20))]
    assert {each.upload_id for each in server.heard.messages} == {upload_id}
    assert control.file(NAS)["sha256"] == hashlib.sha256(DATA).hexdigest()
    with pytest.raises(grpc.RpcError) as error:
        server.answer(upload_id, 0, 1)
    assert status(error) == (5, "upload session not found")


@pytest.mark.parametrize("order", ["backward", "shuffled"])
def test_reads_may_be_unaligned_repeated_and_in_any_order(server: Server, control: Control, order: str) -> None:
    control.settings(read_length=200_000, read_order=order, read_unaligned=True, read_repeat=2, read_window=1)
    upload_id = server.start(NAS)
    server.serve(upload_id, lambda: "Finish" in server.statuses)
    reads = [(each.offset, each.length) for each in server.asked("read_data")]
    assert len(reads) > len(set(reads))
    assert reads != sorted(reads)
    assert any(length % 1000 for _, length in reads[:3])
    assert control.file(NAS)["sha256"] == hashlib.sha256(DATA).hexdigest()


@pytest.mark.parametrize("order", ["forward", "backward", "shuffled"])
def test_a_file_of_any_announced_size_is_asked_for_piece_by_piece(
    server: Server, control: Control, cd2_program: Program, order: str
) -> None:
    process = psutil.Process(cd2_program.process.pid)
    control.settings(read_length=1000, read_order=order, read_unaligned=True)
    before = process.memory_info().rss
    upload_id = server.start(NAS, 2**63)
    until(lambda: len(server.asked("read_data")) == 2)
    assert server.answer(upload_id, 5, 10).success
    assert process.memory_info().rss - before < 30 << 20


def test_a_channel_whose_reader_is_too_slow_breaks_and_the_next_is_told_again(server: Server, control: Control) -> None:
    control.fault("duplicate_hash", times=1, copies=30_000)
    server.start("/115open/r.bin", client_can_calculate_hashes=True)
    server.heard.thread.join(10)
    assert server.heard.error
    assert server.heard.error.code().value[0] == 14  # type: ignore[attr-defined]
    assert control.counter("channels_overrun") == 1
    again = Server(server.plain)
    until(lambda: again.asked("hash_data"))
    again.heard.close()


def test_bytes_may_be_counted_only(server: Server, control: Control) -> None:
    control.settings(keep="length")
    value = hashlib.sha1(DATA).hexdigest()
    upload_id = server.start("/115open/r.bin", known_hashes={2: value})
    server.serve(upload_id, lambda: "Finish" in server.statuses)
    told = control.file("/115open/r.bin")
    assert (told["size"], told["hashes"]) == (len(DATA), {"2": value})
    assert told["sha256"] != hashlib.sha256(DATA).hexdigest()


def test_an_empty_file_is_asked_for_nothing_once(server: Server, control: Control) -> None:
    upload_id = server.start(NAS, 0)
    server.serve(upload_id, lambda: "Finish" in server.statuses, b"")
    assert [(each.offset, each.length) for each in server.asked("read_data")] == [(0, 0)]
    assert control.file(NAS)["size"] == 0


def test_netdisk_wants_md5_with_blocks_and_checks_it(server: Server, control: Control) -> None:
    upload_id = server.start(NETDISK, client_can_calculate_hashes=True)
    until(lambda: server.asked("hash_data"))
    wanted = server.asked("hash_data")[0]
    assert (wanted.hash_type, wanted.block_size) == (1, 4 << 20)
    value = hashlib.md5(DATA).hexdigest()
    progress = pb.RemoteHashProgressUpload(upload_id=upload_id, hash_type=1, bytes_hashed=5, total_bytes=len(DATA))
    server.plain.call("RemoteHashProgress", progress)
    progress.hash_value = value
    progress.block_hashes.append(value)
    server.plain.call("RemoteHashProgress", progress)
    server.serve(upload_id, lambda: "Finish" in server.statuses)
    again = server.start("/百度网盘/copy.bin", known_hashes={1: value})
    until(lambda: "Skipped" in server.statuses)
    assert control.file("/百度网盘/copy.bin")["md5"] == value
    other = server.start("/百度网盘/other.bin", known_hashes={1: "0" * 32})
    assert again != other
    server.serve(other, lambda: "FatalError" in server.statuses)
    assert server.asked("status_changed")[-1].error_message == "hash mismatch"


def test_a_hash_without_progress_is_asked_for_again(server: Server, control: Control) -> None:
    control.settings(hash_repeat_s=0.1)
    control.fault("duplicate_hash", times=1)
    server.start("/115open/r.bin", client_can_calculate_hashes=True)
    until(lambda: len(server.asked("hash_data")) >= 4)


def test_a_new_channel_of_the_device_replaces_the_old_and_gets_what_is_open(server: Server, plain: Plain) -> None:
    upload_id = server.start(NAS)
    until(lambda: server.asked("read_data"))
    second = Server(plain)
    until(lambda: second.asked("read_data"))
    server.heard.thread.join(5)
    assert server.heard.error is None
    second.serve(upload_id, lambda: "Finish" in second.statuses)
    second.heard.close()


def test_the_newest_channel_gets_the_requests_or_all_do(server: Server, plain: Plain, control: Control) -> None:
    second = Server(plain, "another device")
    until(lambda: control.counter("channels_opened") == 2)
    server.start(NAS)
    until(lambda: second.asked("read_data"))
    assert not server.heard.messages
    control.settings(route="all")
    server.start("/CloudNAS/s.bin")
    until(lambda: server.asked("read_data") and len(second.asked("read_data")) > 1)
    second.heard.close()


def test_control_pauses_resumes_and_cancels(server: Server, control: Control) -> None:
    control.settings(read_length=100_000, read_window=1)
    upload_id = server.start(NAS)
    until(lambda: server.asked("read_data"))
    request = pb.RemoteUploadControlRequest(upload_id=upload_id, pause=pb.PauseRemoteUpload())
    server.plain.call("RemoteUploadControl", request)
    until(lambda: "Pause" in server.statuses)
    server.answer(upload_id, 0, 100_000)
    assert len(server.asked("read_data")) == 1
    request.resume.SetInParent()
    server.plain.call("RemoteUploadControl", request)
    until(lambda: len(server.asked("read_data")) == 2)
    request.cancel.SetInParent()
    server.plain.call("RemoteUploadControl", request)
    until(lambda: "Cancelled" in server.statuses)
    assert not control("GET", "files", path=NAS)["exists"]


def test_bad_chunks_are_refused(server: Server, control: Control) -> None:
    upload_id = server.start(NAS, 100)
    assert not server.answer(upload_id, 0, 101).success
    wrong = pb.RemoteReadDataUpload(upload_id=upload_id, offset=0, length=5, data=b"four")
    assert not server.plain.call("RemoteReadData", wrong).success
    control.fault("chunk_refused", times=1)
    refused = server.answer(upload_id, 0, 10, DATA[:100])
    assert (refused.success, refused.error_message) == (False, "write failed")
    control.fault("chunk_short", times=1, bytes=3)
    assert server.answer(upload_id, 0, 10, DATA[:100]).bytes_received == 7


@pytest.mark.parametrize(("as_reply", "fault"), [(False, True), (True, True), (False, False)])
def test_a_session_may_be_lost(server: Server, control: Control, as_reply: bool, fault: bool) -> None:
    upload_id = server.start(NAS)
    control.settings(lost_as_reply=as_reply)
    if fault:
        control.fault("session_lost")
    else:
        control("POST", "restart")
    if as_reply:
        reply = server.answer(upload_id, 0, 10)
        assert (reply.success, reply.error_message) == (False, "upload session not found")
        return
    with pytest.raises(grpc.RpcError) as error:
        server.answer(upload_id, 0, 10)
    assert status(error) == (5, "upload session not found")


@pytest.mark.parametrize(("error", "number"), [(True, 14), (False, None)])
def test_a_channel_can_be_dropped_with_or_without_an_error(
    server: Server, control: Control, error: bool, number: int | None
) -> None:
    control.fault("channel_drop", times=1, skip=1, error=error)
    server.start(NAS)
    server.heard.thread.join(5)
    assert len(server.heard.messages) == 1
    assert (server.heard.error and server.heard.error.code().value[0]) == number  # type: ignore[attr-defined]


@pytest.mark.parametrize(("name", "states"), [("skipped", "Skipped"), ("upload_failed", "Error")])
def test_uploads_that_end_badly(server: Server, control: Control, name: str, states: str) -> None:
    control.fault(name)
    upload_id = server.start(NAS)
    server.serve(upload_id, lambda: states in server.statuses)
    assert not control("GET", "files", path=NAS)["exists"]
    control.fault("status_lost")
    server.start(NAS)
    until(lambda: control.states(NAS)[-1] in ("Skipped", "Transfer"))
