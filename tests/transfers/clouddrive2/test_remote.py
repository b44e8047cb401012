"""Remote upload through the client: wire/clouddrive2.md §3.4."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.emulators.clouddrive2.standin import Control
from tests.support.waiting import until
from tests.transfers.clouddrive2.conftest import DATA, SHA256, SIZE, Source, Stopper, Work
from transfers.clouddrive2.client import CloudDrive
from transfers.clouddrive2.errors import CloudDriveError, Kind
from transfers.clouddrive2.remote import RemoteFile, RemoteResult, RemoteUpload, RemoteUploads

Make = Callable[..., CloudDrive]
NAS, SHA1_CLOUD, MD5_CLOUD, PIKPAK = "/CloudNAS/r.bin", "/115open/r.bin", "/百度网盘/r.bin", "/PikPak/r.bin"


class Uploading:
    """Uploads of one device; `drive` is the client below."""

    def __init__(self, drive: CloudDrive, device: str = "device") -> None:
        self.drive = drive
        self.uploads = RemoteUploads(drive.caller, drive.chunk_size, device)

    def start(self, path: str = NAS, source: Any = None, size: int = SIZE, **more: Any) -> RemoteUpload:
        facts = {key: more.pop(key) for key in ("hashes", "can_hash") if key in more}
        return self.uploads.upload(RemoteFile(path, size, source or Source(size), **facts), **more)

    def __call__(self, path: str = NAS, source: Any = None, size: int = SIZE, **more: Any) -> RemoteResult:
        return self.start(path, source, size, **more).run()


@pytest.fixture
def made(make: Make) -> Iterator[Callable[..., Uploading]]:
    kept: list[Uploading] = []

    def build(device: str = "device", **tuning: Any) -> Uploading:
        kept.append(Uploading(make(**tuning), device))
        return kept[-1]

    yield build
    for each in kept:
        each.uploads.close()


@pytest.fixture
def upload(made: Callable[..., Uploading]) -> Uploading:
    return made()


def whole(control: Control, path: str = NAS, data: bytes = DATA) -> bool:
    return bool(control.file(path)["sha256"] == hashlib.sha256(data).hexdigest())


# -- the ordinary way


@pytest.mark.parametrize("size", [0, 1, 1 << 20, SIZE])
@pytest.mark.parametrize("path", [NAS, SHA1_CLOUD, MD5_CLOUD, PIKPAK])
def test_a_file_of_any_size_arrives_at_any_cloud(upload: Uploading, control: Control, path: str, size: int) -> None:
    result = upload(path, size=size)
    assert (result.how, result.sent) == ("finish", size)
    assert whole(control, path, DATA[:size])
    assert control.counter("hash_values") == (0 if path == NAS else 1)


@pytest.mark.parametrize(
    "wishes",
    [
        {"read_length": 65_536},
        {"read_length": 1 << 20, "read_window": 4},
        {"read_length": 0},
        {"read_length": 300_000, "read_unaligned": True},
        {"read_length": 300_000, "read_order": "backward", "read_window": 1},
        {"read_length": 300_000, "read_order": "shuffled", "read_repeat": 1},
    ],
)
def test_whatever_the_server_asks_for_it_gets(made: Any, control: Control, wishes: Any) -> None:
    control.settings(**wishes)
    upload = made(chunk=100_000)
    snapshots: list[int] = []
    running = upload.start(on_change=lambda: snapshots.append(running.snapshot().sent))
    result = running.run()
    assert (result.sent, whole(control)) == (SIZE, True)
    assert snapshots == sorted(snapshots)
    assert control.counter("wrong_last_chunk") == 0


def test_what_the_cloud_has_is_not_sent(upload: Uploading, control: Control) -> None:
    upload(MD5_CLOUD)
    sent = control.counter("remote_bytes")
    again = upload("/百度网盘/again.bin")
    assert (again.how, again.sent) == ("skipped", 0)
    known = upload("/百度网盘/known.bin", hashes={"md5": hashlib.md5(DATA).hexdigest()}, can_hash=False)
    assert known.how == "skipped"
    assert control.counter("remote_bytes") == sent
    assert whole(control, "/百度网盘/known.bin")


def test_without_hashes_only_bytes_are_asked_for(upload: Uploading, control: Control) -> None:
    source = Source()
    upload(SHA1_CLOUD, source, can_hash=False)
    assert control.counter("hashes_asked") == 0
    assert sum(length for _, length in source.asked) == SIZE


def test_many_uploads_share_one_channel(upload: Uploading, control: Control) -> None:
    works = [Work(lambda n=n: upload(f"/115open/many{n}.bin", size=100_000 + n)) for n in range(8)]  # type: ignore[misc]
    assert {each.join().how for each in works} == {"finish"}
    assert all(whole(control, f"/115open/many{n}.bin", DATA[: 100_000 + n]) for n in range(8))
    assert control.counter("channels_opened") == 1


def test_the_channel_is_closed_a_little_after_the_last_upload(upload: Uploading, control: Control) -> None:
    upload()
    upload(size=5)
    assert control.counter("channels_opened") == 1
    until(lambda: control("POST", "drop-channels")["channels"] == 0)


def test_progress_tells_hashed_sent_and_status(upload: Uploading, control: Control) -> None:
    control.settings(read_length=500_000)
    seen: list[tuple[int, int, str]] = []
    running = upload.start(
        MD5_CLOUD,
        on_change=lambda: seen.append((running.snapshot().hashed, running.snapshot().sent, running.snapshot().status)),
    )
    running.run()
    assert {status for _, _, status in seen} >= {"Preprocessing", "Transfer"}
    assert seen[-1][:2] == (SIZE, SIZE)


# -- pause, cancel, stop


def test_pause_resume_and_cancel(upload: Uploading, control: Control) -> None:
    control.settings(read_length=100_000, read_window=1, upload_bytes_per_s=500_000)
    running = upload.start()
    with pytest.raises(CloudDriveError):
        running.pause()
    work = Work(running.run)
    until(lambda: running.snapshot().sent)
    running.pause()
    until(lambda: running.snapshot().status == "Pause")
    running.resume()
    until(lambda: running.snapshot().status == "Transfer")
    before = running.snapshot().sent
    until(lambda: running.snapshot().sent > before)
    running.cancel()
    error = work.join()
    assert (error.code, error.kind) == ("clouddrive_upload_cancelled", Kind.PERMANENT)
    assert not control("GET", "files", path=NAS)["exists"]


def test_F01_a_stopped_upload_goes_on_with_another_process(made: Any, control: Control) -> None:
    control.settings(read_length=100_000, read_window=1, upload_bytes_per_s=1_000_000)
    first, stop = made(), Stopper()
    ids: list[str] = []
    running = first.start(stop=stop, on_started=ids.append)
    work = Work(running.run)
    until(lambda: running.snapshot().sent > 200_000)
    stop.stop()
    assert isinstance(work.join(), InterruptedError)
    first.uploads.close()
    sent = control.counter("remote_bytes")
    second = made()
    result = second.start(upload_id=ids[0]).run()
    assert (result.upload_id, result.how, whole(control)) == (ids[0], "finish", True)
    assert control.counter("remote_bytes") < SIZE + sent
    assert control.counter("calls.StartRemoteUpload") == 1


def test_an_upload_that_the_server_has_forgotten_is_begun_again(upload: Uploading, control: Control) -> None:
    ids: list[str] = []
    result = upload.start(upload_id="long gone", on_started=ids.append).run()
    assert ([result.upload_id], whole(control)) == (ids, True)


def test_a_stop_is_heard_while_a_call_hangs(upload: Uploading, control: Control) -> None:
    control.fault("hang", match={"op": "RemoteReadData"})
    stop = Stopper()
    work = Work(upload.start(stop=stop).run)
    until(lambda: control.counter("calls.RemoteReadData"))
    stop.stop()
    assert isinstance(work.join(5), InterruptedError)


# -- faults


@pytest.mark.parametrize("broken", [True, False])
def test_F57_a_channel_that_ends_is_opened_again_and_nothing_is_lost(
    upload: Uploading, control: Control, broken: bool
) -> None:
    control.settings(read_length=100_000)
    control.fault("channel_drop", times=3, skip=5, error=broken)
    assert upload().how == "finish"
    assert whole(control)
    assert control.counter("channels_opened") == 4


def test_F57_connections_that_are_cut_midway(upload: Uploading, control: Control) -> None:
    control.settings(read_length=100_000)
    running = upload.start()
    cuts: list[int] = []

    def cut() -> None:
        sent = running.snapshot().sent
        if sent > 600_000 * (len(cuts) + 1):
            cuts.append(sent)
            threading.Thread(target=control, args=["POST", "connections", {"do": "cut"}]).start()

    running._on_change = cut
    assert running.run().how == "finish"
    assert (len(cuts) >= 2, whole(control)) == (True, True)


def test_F02_a_restart_of_the_server_begins_the_upload_again(upload: Uploading, control: Control) -> None:
    control.settings(read_length=100_000, read_window=1)
    control.fault("session_lost", times=1, skip=8)
    ids: list[str] = []
    result = upload(on_started=ids.append)
    assert (len(ids), result.upload_id, whole(control)) == (2, ids[1], True)
    control.settings(lost_as_reply=True)
    control.fault("session_lost", times=1, skip=8)
    assert upload("/CloudNAS/s.bin").how == "finish"


def test_a_restart_that_nobody_tells_of_is_noticed(upload: Uploading, control: Control) -> None:
    control.settings(upload_bytes_per_s=1, read_length=100_000, read_window=1)
    running = upload.start()
    work = Work(running.run)
    until(lambda: running.snapshot().sent)
    control("POST", "restart")
    control.settings(upload_bytes_per_s=0)
    assert work.join().how == "finish"
    assert control.counter("calls.StartRemoteUpload") == 2


def test_a_server_that_forgets_again_and_again_is_an_error(upload: Uploading, control: Control) -> None:
    control.fault("session_lost")
    with pytest.raises(CloudDriveError) as error:
        upload()
    assert (error.value.code, error.value.kind) == ("clouddrive_session_lost", Kind.TRANSIENT)
    assert control.counter("calls.StartRemoteUpload") == 3


def test_hash_requests_that_come_twice_are_answered_once(upload: Uploading, control: Control) -> None:
    control.fault("duplicate_hash", copies=3)
    control.fault("latency", ms=200, match={"op": "RemoteHashProgress"})
    assert upload(MD5_CLOUD).how == "finish"
    assert control.counter("hashes_asked") == 3
    assert control.counter("hash_values") == 1


def test_a_slow_hash_tells_its_progress(upload: Uploading, control: Control) -> None:
    control.settings(hash_repeat_s=0.4)
    slow = threading.Event()

    def read(offset: int, length: int) -> bytes:
        slow.wait(0.15)
        return bytes(length)

    size = 9 * (4 << 20)
    running = upload.start(SHA1_CLOUD, read, size)
    work = Work(running.run)
    until(lambda: control.counter("hash_progress") >= 3)
    running.cancel()
    assert work.join().code == "clouddrive_upload_cancelled"
    assert control.counter("hashes_asked") == 1


@pytest.mark.parametrize("status", [8, 11])
def test_chunks_shrink_to_what_the_server_takes(upload: Uploading, control: Control, status: int) -> None:
    control.settings(message_limit=200_000, message_limit_status=status)
    assert upload().how == "finish"
    assert (whole(control), upload.drive.chunk_size.value) == (True, 131_072)


@pytest.mark.parametrize(
    ("fault", "match"),
    [
        ("chunk_refused", "op"),
        ("chunk_short", "op"),
        ("unavailable", "op"),
        ("auth_expired", "op"),
        ("answer_lost", "op"),
        ("drop", "op"),
    ],
)
def test_a_chunk_that_fails_is_sent_again(upload: Uploading, control: Control, fault: str, match: str) -> None:
    control.fault(fault, times=2, skip=1, match={match: "RemoteReadData"})
    control.settings(read_length=300_000)
    assert upload().how == "finish"
    assert whole(control)


def test_a_token_that_ends_midway_is_renewed(upload: Uploading, control: Control) -> None:
    control.settings(read_length=100_000, upload_bytes_per_s=2_000_000)
    running = upload.start()
    work = Work(running.run)
    until(lambda: running.snapshot().sent > 500_000)
    control("POST", "expire-tokens")
    control("POST", "drop-channels")
    assert work.join().how == "finish"
    assert (whole(control), control.counter("calls.StartRemoteUpload")) == (True, 1)


def test_F49_a_server_that_is_away_for_a_while(made: Any, control: Control) -> None:
    upload = made(attempts=2, fault_longest=0.1)
    running = upload.start()
    control.settings(read_length=100_000, upload_bytes_per_s=2_000_000)
    work = Work(running.run)
    until(lambda: running.snapshot().sent)
    control.fault("unavailable", seconds=1.0)
    control("POST", "connections", {"do": "cut"})
    assert work.join().how == "finish"
    assert whole(control)


def test_a_lost_end_is_found_out(upload: Uploading, control: Control) -> None:
    control.fault("status_lost")
    assert upload().how in ("finish", "found")
    control.settings(finished_s=0)
    assert upload("/CloudNAS/s.bin").how == "found"


@pytest.mark.parametrize(
    ("name", "params", "code", "kind"),
    [
        ("upload_failed", {"status": "Error"}, "clouddrive_upload_failed", Kind.TRANSIENT),
        ("upload_failed", {"status": "FatalError"}, "clouddrive_upload_failed", Kind.PERMANENT),
        ("upload_failed", {"status": "Ignored"}, "clouddrive_upload_failed", Kind.PERMANENT),
        ("upload_failed", {"status": "Cancelled"}, "clouddrive_upload_cancelled", Kind.PERMANENT),
    ],
)
def test_uploads_that_fail_on_the_server(
    upload: Uploading, control: Control, name: str, params: Any, code: str, kind: Kind
) -> None:
    control.fault(name, **params)
    with pytest.raises(CloudDriveError) as error:
        upload()
    assert (error.value.code, error.value.kind) == (code, kind)


def test_a_content_that_does_not_fit_its_hash_fails(upload: Uploading) -> None:
    with pytest.raises(CloudDriveError, match="hash mismatch"):
        upload(MD5_CLOUD, hashes={"md5": "0" * 32})


def test_a_server_that_asks_for_nothing(made: Any, control: Control) -> None:
    control.fault("channel_mute")
    upload = made(token=control.token(without=["get_transfer_tasks"]), quiet_seconds=0.4)
    with pytest.raises(CloudDriveError) as error:
        upload()
    assert (error.value.code, error.value.kind) == ("clouddrive_silent", Kind.TRANSIENT)


def test_an_upload_that_stands_still_ends(made: Any, control: Control) -> None:
    control.fault("stall", match={"path": NAS})
    upload = made(quiet_seconds=0.3, stall_seconds=1.5)
    with pytest.raises(CloudDriveError) as error:
        upload()
    assert error.value.code in ("clouddrive_stalled", "clouddrive_silent")


def test_waiting_behind_others_is_no_failure(made: Any, control: Control) -> None:
    control.settings(uploads_at_once=1)
    control("POST", "reset")
    control.settings(upload_bytes_per_s=300_000, read_length=100_000)
    upload = made(quiet_seconds=0.3, stall_seconds=30)
    works = [Work(lambda n=n: upload(f"/CloudNAS/{n}.bin", size=600_000)) for n in range(2)]  # type: ignore[misc]
    assert [each.join().how for each in works] == ["finish", "finish"]


def test_two_owners_of_one_device_are_told(made: Any, control: Control) -> None:
    control.settings(upload_bytes_per_s=1, read_length=100_000)
    first, second = made(channel_life=5), made(channel_life=5)
    second.drive.caller.tokens = first.drive.caller.tokens
    works = [Work(lambda u=u, n=n: u(f"/CloudNAS/{n}.bin")) for n, u in enumerate((first, second))]  # type: ignore[misc]
    until(lambda: any(not each.thread.is_alive() for each in works))
    ended = next(each for each in works if not each.thread.is_alive())
    assert ended.join().code == "clouddrive_channel_taken"
    control("POST", "restart")
    control.settings(upload_bytes_per_s=0)
    for each in works:
        each.join()


@pytest.mark.parametrize("name", ["StartRemoteUpload", "RemoteUploadChannel"])
def test_a_token_without_the_right_or_an_old_server_is_told_at_once(made: Any, control: Control, name: str) -> None:
    with pytest.raises(CloudDriveError) as error:
        made(token=control.token(without=["write"]))()
    assert error.value.kind is Kind.PERMISSION
    control.fault("unimplemented", match={"op": name})
    with pytest.raises(CloudDriveError) as error:
        made()()
    assert error.value.kind is Kind.UNIMPLEMENTED


def test_a_source_that_fails_ends_the_upload_on_the_server_too(upload: Uploading, control: Control) -> None:
    def read(offset: int, length: int) -> bytes:
        raise ValueError("the disk is gone")

    with pytest.raises(ValueError, match="the disk is gone"):
        upload(NAS, read)
    with pytest.raises(ValueError, match="the disk is gone"):
        upload(SHA1_CLOUD, read)
    until(lambda: control("GET", "state")["sessions"] == 0)
    with pytest.raises(CloudDriveError) as error:
        upload(NAS, Source(), SIZE + 1)
    assert error.value.code == "clouddrive_source_short"


def test_what_cannot_be_a_target_is_refused(upload: Uploading) -> None:
    for path, code in (
        ("/归档/r.bin", "clouddrive_permission"),
        ("/CloudNAS/none/r.bin", "clouddrive_not_found"),
        ("/CloudNAS/../r.bin", "clouddrive_invalid"),
    ):
        with pytest.raises(CloudDriveError) as error:
            upload(path)
        assert error.value.code == code


def test_memory_stays_bounded(upload: Uploading, control: Control) -> None:
    import tracemalloc

    size = 64 << 20
    block = DATA[: 1 << 20]
    tracemalloc.start()
    try:
        upload(NAS, lambda offset, length: block[:length], size, can_hash=False)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 24 << 20
    assert control("GET", "files", path=NAS)["size"] == size


def test_the_whole_content_is_the_one_that_was_sent(upload: Uploading, control: Control) -> None:
    assert upload(MD5_CLOUD).how == "finish"
    assert control.file(MD5_CLOUD)["sha256"] == SHA256
