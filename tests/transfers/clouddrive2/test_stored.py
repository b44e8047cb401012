"""Stored means stored: wire/clouddrive2.md §3.3, §4 and §8."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from tests.emulators.clouddrive2.standin import Control
from tests.support.waiting import until
from tests.transfers.clouddrive2.conftest import SIZE, Source, Stopper, Work
from transfers.clouddrive2.client import CloudDrive
from transfers.clouddrive2.errors import CloudDriveError, Kind
from transfers.clouddrive2.remote import RemoteFile, RemoteUploads
from transfers.clouddrive2.stored import Expected, Stored, StoredWatch, after
from transfers.clouddrive2.tasks import upload_task

Make = Callable[..., CloudDrive]
PATH = "/115open/测试/s.bin"


def sent(drive: CloudDrive, path: str = PATH, **more: Any) -> Expected:
    source = Source()
    expected = drive.expect(path, SIZE, **more)
    drive.write(path, SIZE, source)
    return expected


def test_a_written_file_is_stored_when_its_upload_has_ended(drive: CloudDrive, control: Control) -> None:
    control.settings(upload_delay_s=0.1, upload_bytes_per_s=5_000_000, upload_chunk=250_000)
    expected = sent(drive, hashes={"sha1": hashlib.sha1(Source().data).hexdigest()})
    arrived: list[int] = []
    stored = drive.wait_stored(expected, on_change=arrived.append)
    assert (stored.entry.path, stored.entry.size, stored.how, stored.hashed) == (PATH, SIZE, "task", "sha1")
    assert control.states(PATH) == ["Finish"]
    assert any(0 < each < SIZE for each in arrived)
    assert arrived == sorted(arrived)


def test_what_was_stored_before_does_not_count(drive: CloudDrive, control: Control) -> None:
    drive.wait_stored(sent(drive))
    expected = drive.expect(PATH, SIZE)
    assert len(expected.before) == 1
    control.fault("upload_failed")
    drive.write(PATH, SIZE, Source())
    with pytest.raises(CloudDriveError) as error:
        drive.wait_stored(expected)
    assert error.value.code == "clouddrive_upload_failed"


@pytest.mark.parametrize(
    ("fault", "params", "code", "kind"),
    [
        ("upload_failed", {"status": "Error"}, "clouddrive_upload_failed", Kind.TRANSIENT),
        ("upload_failed", {"status": "FatalError"}, "clouddrive_upload_failed", Kind.PERMANENT),
        ("wrong_size", {}, "clouddrive_wrong_size", Kind.PERMANENT),
        ("invisible", {"seconds": 60}, "clouddrive_not_stored", Kind.PERMANENT),
        ("flip", {}, "clouddrive_hash_differs", Kind.PERMANENT),
        ("stall", {}, "clouddrive_stalled", Kind.TRANSIENT),
    ],
)
def test_accepted_is_not_stored(make: Make, control: Control, fault: str, params: Any, code: str, kind: Kind) -> None:
    drive = make(stall_seconds=1)
    control.fault(fault, match={"path": PATH}, **params)
    expected = sent(drive, hashes={"sha1": hashlib.sha1(Source().data).hexdigest()})
    with pytest.raises(CloudDriveError) as error:
        drive.wait_stored(expected)
    assert (error.value.code, error.value.kind) == (code, kind)


def test_a_file_that_shows_late_is_waited_for(drive: CloudDrive, control: Control) -> None:
    control.fault("invisible", seconds=0.3)
    assert drive.wait_stored(sent(drive)).entry.size == SIZE


def test_a_name_that_is_never_uploaded_is_a_failure(drive: CloudDrive) -> None:
    with pytest.raises(CloudDriveError, match="Ignored"):
        drive.wait_stored(sent(drive, "/CloudNAS/x.tmp"))


def test_without_the_right_to_look_the_listing_must_do(make: Make, control: Control) -> None:
    drive = make(token=control.token(without=["get_transfer_tasks", "get_system_settings"]))
    stored = drive.wait_stored(sent(drive))
    assert (stored.how, stored.hashed) == ("listing", "")


def test_a_remote_upload_is_followed_by_its_id(drive: CloudDrive, control: Control) -> None:
    control.settings(finished_s=0)
    uploads = RemoteUploads(drive.caller, drive.chunk_size, "device")
    expected = drive.expect(PATH, SIZE)
    result = uploads.upload(RemoteFile(PATH, SIZE, Source())).run()
    stored = drive.wait_stored(after(expected, result.upload_id))
    assert stored.how == "task"
    control.fault("skipped")
    result = uploads.upload(RemoteFile("/115open/never.bin", SIZE, Source())).run()
    assert result.how == "skipped"
    with pytest.raises(CloudDriveError) as error:
        drive.wait_stored(after(drive.expect("/115open/never.bin", SIZE), result.upload_id))
    assert error.value.code == "clouddrive_not_stored"
    uploads.close()


def test_many_files_are_looked_after_with_few_calls(drive: CloudDrive, control: Control) -> None:
    paths = [f"/CloudNAS/测试/many{number}.bin" for number in range(60)]
    control.fault("upload_failed", times=1, match={"path": paths[7]})
    expected = [drive.expect(path, 500) for path in paths]
    for path in paths:
        drive.write(path, 500, Source(500))
    until(lambda: control("GET", "state")["uploads"] == 0)
    control("DELETE", "log")
    watch = StoredWatch(drive, expected)
    outcomes: dict[str, Any] = {}

    def done() -> bool:
        outcomes.update(watch.step())
        return not watch.pending

    until(done)
    assert isinstance(outcomes.pop(paths[7]), CloudDriveError)
    assert all(isinstance(each, Stored) for each in outcomes.values())
    assert len(outcomes) == 59
    assert control.counter("calls.GetSubFiles") <= 3
    assert control.counter("calls.FindFileByPath") == 0


def test_a_paused_upload_is_waited_for_and_a_stop_is_heard(make: Make, control: Control) -> None:
    control.settings(upload_bytes_per_s=500_000, upload_chunk=100_000)
    drive = make(stall_seconds=0.5)
    expected = sent(drive)
    task = until(lambda: next(drive.uploads("s.bin"), None))
    drive.pause_uploads([task.key])
    stop = Stopper()
    work = Work(lambda: drive.wait_stored(expected, stop=stop))
    until(lambda: control.counter("calls.GetUploadFileList") > 10)
    assert work.thread.is_alive()
    drive.resume_uploads([task.key])
    stop.stop()
    assert isinstance(work.join(), InterruptedError)
    drive.cancel_uploads([task.key])
    with pytest.raises(CloudDriveError, match="Cancelled"):
        drive.wait_stored(expected)
    assert (drive.upload_count(), drive.counts().uploadCount) == (0, 0)
    assert drive.downloads() == []


def test_old_servers_fill_only_the_text_of_a_status() -> None:
    from protos import clouddrive_pb2 as pb

    assert upload_task(pb.UploadFileInfo(status="Transfer")).state == "Transfer"
    assert upload_task(pb.UploadFileInfo(status="FatalError")).ended
    assert upload_task(pb.UploadFileInfo(status="something new")).state == "WaitforPreprocessing"
    assert upload_task(pb.UploadFileInfo(statusEnum=77)).state == "77"  # type: ignore[arg-type]
