"""Direct write through the client: wire/clouddrive2.md §3.3."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from tests.emulators.clouddrive2.standin import Control
from tests.support.waiting import until
from tests.transfers.clouddrive2.conftest import DATA, SHA256, SIZE, Source, Stopper, Work
from transfers.clouddrive2.client import CloudDrive
from transfers.clouddrive2.errors import CloudDriveError, Kind

Make = Callable[..., CloudDrive]
PATH = "/CloudNAS/w.bin"


def write(drive: CloudDrive, size: int = SIZE, **more: Any) -> Source:
    source = Source(size)
    drive.write(PATH, size, source, **more)
    return source


def gone(control: Control) -> bool:
    return not control("GET", "files", path=PATH)["exists"] and not control("GET", "handles")["open"]


@pytest.mark.parametrize("size", [0, 1, 99_999, 100_000, 100_001, SIZE])
@pytest.mark.parametrize("streamed", [True, False])
def test_a_file_of_any_size_arrives_whole(make: Make, control: Control, size: int, streamed: bool) -> None:
    if not streamed:
        control.fault("unimplemented", match={"op": "WriteToFileStream"})
    sent: list[int] = []
    source = write(make(chunk=100_000, segment=1_000_000), size, on_sent=sent.append)
    assert control.file(PATH)["sha256"] == hashlib.sha256(source.data).hexdigest()
    assert sent == sorted(sent)
    assert sent[-1:] == ([size] if size else [])
    assert control("GET", "handles")["open"] == []
    assert (control.counter("calls.WriteToFileStream") > 0) is (size > 100_000)


def test_a_small_file_takes_two_calls(drive: CloudDrive, control: Control) -> None:
    drive.find("/")
    control("DELETE", "log")
    write(drive, 4096)
    assert [each["op"] for each in control("GET", "log")["calls"]] == ["CreateFile", "WriteToFile"]


@pytest.mark.parametrize("reply", ["total", "last"])
def test_the_reply_of_a_stream_may_count_all_or_the_last(make: Make, control: Control, reply: str) -> None:
    control.settings(stream_reply=reply)
    write(make(chunk=70_000, segment=1_000_000))
    assert control.file(PATH)["sha256"] == SHA256


@pytest.mark.parametrize("status", [8, 11])
@pytest.mark.parametrize("streamed", [True, False])
def test_messages_shrink_to_what_the_server_takes(make: Make, control: Control, status: int, streamed: bool) -> None:
    drive = make(chunk=1 << 20)
    control.settings(message_limit=200_000, message_limit_status=status)
    if not streamed:
        control.fault("unimplemented", match={"op": "WriteToFileStream"})
    write(drive)
    assert control.file(PATH)["sha256"] == SHA256
    assert drive.chunk_size.value == 131_072
    refusals = control.counter(f"refused.WriteToFile.{status}") + control.counter(f"refused.WriteToFileStream.{status}")
    write(drive)
    again = control.counter(f"refused.WriteToFile.{status}") + control.counter(f"refused.WriteToFileStream.{status}")
    assert again == refusals > 0


def test_a_limit_below_the_smallest_chunk_is_an_error(drive: CloudDrive, control: Control) -> None:
    control.settings(message_limit=50_000)
    with pytest.raises(CloudDriveError) as error:
        write(drive)
    assert error.value.code == "clouddrive_too_large"
    assert gone(control)


@pytest.mark.parametrize("streamed", [True, False])
def test_F57_what_was_cut_is_written_again(make: Make, control: Control, streamed: bool) -> None:
    drive = make(chunk=100_000, segment=500_000)
    if not streamed:
        control.fault("unimplemented", match={"op": "WriteToFileStream"})
    told: list[int] = []

    def cut(sent: int) -> None:
        told.append(sent)
        if len(told) == 9:
            control("POST", "connections", {"do": "cut"})

    write(drive, on_sent=cut)
    assert control.file(PATH)["sha256"] == SHA256


@pytest.mark.parametrize("streamed", [True, False])
def test_a_token_that_ends_midway_is_renewed(make: Make, control: Control, streamed: bool) -> None:
    drive = make(chunk=100_000, segment=300_000)
    if not streamed:
        control.fault("unimplemented", match={"op": "WriteToFileStream"})
    told: list[int] = []

    def expire(sent: int) -> None:
        told.append(sent)
        if len(told) == 5:
            control("POST", "expire-tokens")

    write(drive, on_sent=expire)
    assert control.file(PATH)["sha256"] == SHA256


def test_a_restart_loses_the_handle_and_says_so(make: Make, control: Control) -> None:
    drive = make(chunk=100_000, segment=300_000)

    def restart(sent: int) -> None:
        if sent == 900_000:
            control("POST", "restart")

    with pytest.raises(CloudDriveError) as error:
        write(drive, on_sent=restart)
    assert (error.value.code, error.value.kind) == ("clouddrive_session_lost", Kind.TRANSIENT)
    assert gone(control)


def test_bytes_that_the_server_did_not_take_are_an_error(make: Make, control: Control) -> None:
    control.fault("chunk_short", times=1)
    with pytest.raises(CloudDriveError) as error:
        write(make(), 1000)
    assert (error.value.code, error.value.kind) == ("clouddrive_short_write", Kind.TRANSIENT)
    assert gone(control)
    control.fault("chunk_short", times=1)
    write(make(chunk=100_000, segment=500_000))
    assert control.file(PATH)["sha256"] == SHA256


@pytest.mark.parametrize("streamed", [True, False])
def test_a_source_that_fails_leaves_nothing_behind(make: Make, control: Control, streamed: bool) -> None:
    drive = make(chunk=100_000)
    if not streamed:
        control.fault("unimplemented", match={"op": "WriteToFileStream"})

    def read(offset: int, length: int) -> bytes:
        if offset > 1_000_000:
            raise ValueError("the disk is gone")
        return DATA[offset : offset + length]

    with pytest.raises(ValueError, match="the disk is gone"):
        drive.write(PATH, SIZE, read)
    assert gone(control)
    with pytest.raises(CloudDriveError) as error:
        drive.write(PATH, SIZE + 1, Source())
    assert error.value.code == "clouddrive_source_short"
    assert gone(control)


@pytest.mark.parametrize("streamed", [True, False])
def test_a_stop_ends_even_a_call_that_hangs(make: Make, control: Control, streamed: bool) -> None:
    drive = make(chunk=100_000, chunk_seconds=60)
    drive.find("/")
    control.fault("unimplemented" if not streamed else "hang", match={"op": "WriteToFileStream"})
    control.fault("hang", match={"op": "WriteToFile"})
    stop = Stopper()
    work = Work(lambda: write(drive, stop=stop))
    until(lambda: control.counter("calls.WriteToFileStream"))
    stop.stop()
    assert isinstance(work.join(5), InterruptedError)
    assert stop.listeners == []


def test_what_may_not_be_written_is_refused(make: Make, drive: CloudDrive, control: Control) -> None:
    for path, code in (
        ("/归档/w.bin", "clouddrive_permission"),
        ("/CloudNAS/none/w.bin", "clouddrive_not_found"),
        ("/CloudNAS/../w.bin", "clouddrive_invalid"),
    ):
        with pytest.raises(CloudDriveError) as error:
            drive.write(path, 3, Source(3))
        assert error.value.code == code
    with pytest.raises(CloudDriveError, match="allow_create_file, allow_write"):
        make(token=control.token(permissions=["list"])).write(PATH, 3, Source(3))


def test_its_upload_can_be_asked_for_at_once(drive: CloudDrive, control: Control) -> None:
    control.settings(upload_delay_s=60)
    write(drive, 1000, at_once=True)
    until(lambda: control.states(PATH) == ["Finish"])
    write(drive, 1000)
    assert control.states(PATH) == ["Finish"]
