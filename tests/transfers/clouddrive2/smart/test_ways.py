"""Each way brings a file over, and each refusal leads to the next: wire/clouddrive2.md §4."""

from __future__ import annotations

import hashlib
import os
import subprocess
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from protos import clouddrive_pb2 as pb
from tests.emulators.clouddrive2.standin import Control as Steering
from tests.transfers.clouddrive2.conftest import DATA, SIZE
from tests.transfers.clouddrive2.smart.conftest import BAIDU, NAS, ONE15, Smart, refusals
from tests.transfers.engine.faulty_server import FaultyServer, serving
from tests.transfers.engine.opener import opener
from transfers.clouddrive2.smart import WAYS, LocalMounts, SmartSpec
from transfers.engine import Link, TransferError
from transfers.engine.http_source import HttpSource


def open_all(smart: Smart) -> None:
    smart.with_mount()
    smart.with_dav()


@pytest.mark.parametrize("size", [0, 1, SIZE])
@pytest.mark.parametrize("way", WAYS)
def test_each_way_brings_a_file_of_any_size(smart: Smart, control: Steering, way: str, size: int) -> None:
    open_all(smart)
    result = smart(ways=(way,), size=size)
    assert (result.path, result.size, result.way, result.tried) == (NAS, size, way, ())
    assert control.file(NAS)["sha256"] == hashlib.sha256(DATA[:size]).hexdigest()
    assert [each.phase for each in smart.checkpoints][-1] == "sent"
    assert smart.last.done == size
    assert control("GET", "handles")["open"] == []


@pytest.mark.parametrize("ranges", [True, False])
@pytest.mark.parametrize("way", WAYS)
def test_each_way_brings_a_file_from_another_site_in_one_stream(
    smart: Smart, link: HttpSource, site: FaultyServer, way: str, ranges: bool
) -> None:
    open_all(smart)
    site.ranges = ranges
    result = smart(source=link, ways=(way,), sequential=True)
    assert (result.way, smart.whole()) == (way, True)
    assert len([each for each in site.requests if not each.is_probe]) == 1


@pytest.mark.parametrize(("path", "hashed"), [(ONE15, "sha1"), (BAIDU, "md5")])
@pytest.mark.parametrize("way", ["remote", "direct"])
def test_what_the_cloud_tells_is_compared(smart: Smart, path: str, hashed: str, way: str) -> None:
    result = smart(path, ways=(way,))
    assert (result.how, result.hashed, smart.whole(path)) == ("task", hashed, True)


def test_a_hash_is_computed_while_a_stream_passes(smart: Smart, link: HttpSource, control: Steering) -> None:
    result = smart(ONE15, link, ways=("remote",), sequential=True)
    assert result.hashed == "sha1"
    assert control.counter("hashes_asked") == 0
    assert smart.last.hashes == {"sha1": hashlib.sha1(DATA).hexdigest()}


def test_a_known_hash_spares_the_bytes(smart: Smart, link: HttpSource, control: Steering, site: FaultyServer) -> None:
    smart(BAIDU, ways=("remote",))
    sent, site.requests = control.counter("remote_bytes"), []
    known = {"md5": hashlib.md5(DATA).hexdigest()}
    result = smart("/百度网盘/again.bin", link, ways=("remote",), hashes=known, sequential=True)
    assert (result.rapid, result.hashed, result.how) == (True, "md5", "task")
    assert control.counter("remote_bytes") == sent
    assert all(each.is_probe for each in site.requests)


def test_the_first_open_way_is_taken_and_the_others_are_named(smart: Smart, control: Steering) -> None:
    result = smart()
    assert (result.way, refusals(result)) == ("remote", [("mount", "clouddrive_no_mount")])
    smart.remote = False
    result = smart("/CloudNAS/b.bin")
    assert refusals(result) == [("mount", "clouddrive_no_mount"), ("remote", "clouddrive_no_channel")]
    assert result.tried[1].why == "Another worker has the channel."
    assert result.way == "direct"
    control.fault("unimplemented", match={"op": "CreateFile", "transport": "grpc"})
    result = smart("/CloudNAS/c.bin")
    assert (result.way, refusals(result)[-1]) == ("web", ("direct", "clouddrive_unimplemented"))
    control.fault("permission", match={"op": "CreateFile"})
    smart.with_dav()
    result = smart("/CloudNAS/d.bin")
    assert (result.way, refusals(result)[-1]) == ("webdav", ("web", "clouddrive_permission"))
    assert all(smart.whole(f"/CloudNAS/{name}.bin") for name in "bcd")


@pytest.mark.parametrize(
    ("fault", "match", "code"),
    [
        ("unimplemented", {"op": "StartRemoteUpload"}, "clouddrive_unimplemented"),
        ("unimplemented", {"op": "RemoteUploadChannel"}, "clouddrive_unimplemented"),
        ("permission", {"op": "StartRemoteUpload"}, "clouddrive_permission"),
        ("plan", {"op": "StartRemoteUpload"}, "clouddrive_plan"),
        ("status", {"op": "StartRemoteUpload"}, "clouddrive_refused"),
        ("skipped", {}, "clouddrive_skipped"),
        ("channel_mute", {}, "clouddrive_silent"),
    ],
)
def test_what_remote_upload_cannot_do_direct_write_does(
    smart: Smart, control: Steering, fault: str, match: dict[str, Any], code: str
) -> None:
    smart.tuning = {"quiet_seconds": 0.4}
    if fault == "channel_mute":
        smart.credentials = {"token": control.token(without=["get_transfer_tasks"])}
    control.fault(fault, match=match)
    result = smart(ways=("remote", "direct"))
    assert (result.way, refusals(result)) == ("direct", [("remote", code)])
    assert smart.whole()
    assert control("GET", "state")["sessions"] == 0


def test_a_server_behind_a_proxy_without_http2_gets_everything_over_grpc_web(smart: Smart, control: Steering) -> None:
    control.fault("unavailable", match={"transport": "grpc"})
    result = smart()
    assert (result.way, smart.whole()) == ("web", True)
    assert refusals(result)[1:] == [("remote", "clouddrive_no_http2"), ("direct", "clouddrive_no_http2")]


def test_no_way_left_names_them_all_and_the_next_run_tries_them_anew(smart: Smart, control: Steering) -> None:
    smart.remote = False
    control.fault("permission", match={"op": "CreateFile"})
    smart.with_dav(password="wrong")
    with pytest.raises(TransferError) as error:
        smart("/CloudNAS/a:b?.bin")
    assert (error.value.code, error.value.permanent) == ("clouddrive_no_way", True)
    for words in (
        "mount: No folder",
        "remote: Another worker",
        "direct: The token",
        "web: The token",
        "webdav: WebDAV",
    ):
        assert words in error.value.sentence
    assert error.value.sentence.endswith("some clouds refuse: :?")
    assert (smart.last.way, smart.last.tried) == ("", ())
    control("DELETE", "faults")
    assert smart("/CloudNAS/a:b?.bin", resume=smart.last).way == "direct"
    with pytest.raises(TransferError, match="No way is allowed"):
        smart("/CloudNAS/c.bin", ways=())


@pytest.mark.parametrize("way", ["remote", "direct", "web", "webdav"])
def test_memory_stays_bounded(smart: Smart, control: Steering, way: str) -> None:
    smart.with_dav()
    content = DATA * 25
    with serving(content) as server:
        source = HttpSource(lambda renew: Link(server.url), opener())
        tracemalloc.start()
        try:
            smart(source=source, ways=(way,), sequential=True)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert peak < 32 << 20
    assert control("GET", "files", path=NAS)["size"] == len(content)


def test_names_of_any_kind_are_passed(smart: Smart) -> None:
    path = '/CloudNAS/夹/: ? " < > | * \\ 100%.bin'
    assert smart(path, ways=("direct",)).path == path
    assert smart.whole(path)


def test_a_way_is_one_of_the_known() -> None:
    with pytest.raises(ValueError, match="teleport"):
        SmartSpec("/a", ways=("teleport",))


# -- trouble that another way does not cure


@pytest.mark.parametrize("way", ["remote", "direct", "web", "webdav", "mount"])
@pytest.mark.parametrize(
    ("fault", "params", "code", "permanent"),
    [
        ("upload_failed", {"status": "Error"}, "clouddrive_upload_failed", False),
        ("upload_failed", {"status": "FatalError"}, "clouddrive_upload_failed", True),
        ("wrong_size", {}, "clouddrive_wrong_size", True),
    ],
)
def test_accepted_and_then_failed_is_sent_anew_by_the_next_run(
    smart: Smart, control: Steering, way: str, fault: str, params: Any, code: str, permanent: bool
) -> None:
    open_all(smart)
    control.fault(fault, match={"path": NAS}, **params)
    with pytest.raises(TransferError) as error:
        smart(ways=(way, "direct"))
    assert (error.value.code, error.value.permanent) == (code, permanent)
    assert (smart.last.phase, smart.last.replace) == ("sending", True)
    control("DELETE", "faults")
    result = smart(ways=(way,), resume=smart.last)
    assert (result.path, result.way, smart.whole()) == (NAS, way, True)


def test_a_stall_in_the_cloud_is_waited_out_by_the_next_run(smart: Smart, control: Steering) -> None:
    smart.tuning = {"stall_seconds": 0.6}
    control.fault("stall", match={"path": NAS}, seconds=1.5, times=1)
    with pytest.raises(TransferError) as error:
        smart(ways=("direct",))
    assert (error.value.code, error.value.permanent, smart.last.phase) == ("clouddrive_stalled", False, "sent")
    written = control.counter("calls.WriteToFileStream") + control.counter("calls.WriteToFile")
    smart.tuning = {}
    assert smart(resume=smart.last).way == "direct"
    assert written == control.counter("calls.WriteToFileStream") + control.counter("calls.WriteToFile")
    assert smart.whole()


def test_a_bad_bit_is_found_where_the_cloud_tells_hashes(smart: Smart, control: Steering) -> None:
    control.fault("flip", match={"path": ONE15})
    with pytest.raises(TransferError) as error:
        smart(ONE15, ways=("direct",))
    assert (error.value.code, error.value.permanent) == ("clouddrive_hash_differs", True)


def test_a_server_that_is_away_is_waited_for_and_no_other_way_is_taken(smart: Smart, control: Steering) -> None:
    control.fault("unavailable", times=3, match={"op": "CreateFile"})
    result = smart(ways=("direct", "webdav"))
    assert (result.way, result.tried) == ("direct", ())
    control.fault("unavailable")
    upload = smart.make("/CloudNAS/away.bin")
    with pytest.raises(TransferError) as error:
        upload.run()
    cause = getattr(error.value, "cause", error.value)
    assert (cause.code, cause.permanent) == ("clouddrive_unavailable", False)
    assert len(upload.history) == 4


def test_a_refused_sign_in_ends_it_at_once(smart: Smart) -> None:
    smart.credentials = {"user": "demo", "password": "wrong"}
    with pytest.raises(TransferError) as error:
        smart()
    assert (error.value.code, error.value.permanent) == ("clouddrive_auth", True)


def test_a_message_limit_of_one_mib_is_learnt(smart: Smart, control: Steering) -> None:
    control.settings(message_limit=1 << 20)
    for way in ("remote", "direct", "web"):
        assert smart(f"/CloudNAS/{way}.bin", ways=(way,)).way == way
        assert smart.whole(f"/CloudNAS/{way}.bin")


@pytest.mark.parametrize("fault", ["channel_drop", "duplicate_hash", "chunk_refused", "chunk_short"])
def test_faults_that_a_remote_upload_survives(smart: Smart, control: Steering, fault: str) -> None:
    control.settings(read_length=100_000)
    control.fault(fault, times=2)
    result = smart(ONE15, ways=("remote", "direct"))
    assert (result.way, result.hashed, smart.whole(ONE15)) == ("remote", "sha1", True)


def test_read_only_drives_take_nothing(smart: Smart) -> None:
    with pytest.raises(TransferError) as error:
        smart("/归档/测试/a.bin")
    assert (error.value.code, error.value.permanent) == ("clouddrive_read_only", True)


def test_names_that_are_never_uploaded_go_another_way(smart: Smart) -> None:
    result = smart("/CloudNAS/x.tmp", ways=("direct", "remote"))
    assert (result.way, refusals(result)) == ("remote", [("direct", "clouddrive_ignored_name")])


# -- mounts


def test_only_mounts_in_trusted_folders_that_are_mounts_are_used(smart: Smart, tmp_path: Path) -> None:
    mount = smart.with_mount(own_device=True)
    result = smart(ways=("mount", "direct"))
    assert refusals(result) == [("mount", "clouddrive_mount_unusable")]
    assert "Nothing is mounted" in result.tried[0].why
    for bases in ([], [str(tmp_path / "elsewhere")], [str(mount / "below")], [str(tmp_path / "mounts" / "na")]):
        smart.mounts = LocalMounts(bases, own_device=False)
        result = smart(f"/CloudNAS/{len(bases)}.bin", ways=("mount", "direct"), conflict="overwrite")
        code = "clouddrive_mount_untrusted" if bases else "clouddrive_no_mount"
        assert refusals(result) == [("mount", code)]
    smart.mounts = LocalMounts([str(mount)], own_device=False)
    assert smart("/CloudNAS/base.bin", ways=("mount",)).way == "mount"


def test_links_on_the_way_to_a_mount_or_below_it_are_refused(smart: Smart, tmp_path: Path) -> None:
    mount = smart.with_mount()
    (tmp_path / "outside").mkdir()
    (mount / "link").symlink_to(tmp_path / "outside")
    (mount / "victim.bin").symlink_to(tmp_path / "outside" / "victim.bin")
    with pytest.raises(TransferError, match=r"mount: .* Not a directory"):
        smart("/CloudNAS/link/s.bin", ways=("mount",))
    result = smart("/CloudNAS/victim.bin", ways=("mount", "direct"))
    assert refusals(result) == [("mount", "clouddrive_mount_failed")]
    assert list((tmp_path / "outside").iterdir()) == []
    drive = smart.client()
    drive.unmount(str(mount))
    drive.remove_mount(str(mount))
    (tmp_path / "mounts" / "real").mkdir()
    other = tmp_path / "mounts" / "other"
    other.symlink_to(tmp_path / "mounts" / "real")
    drive.add_mount(pb.MountOption(mountPoint=str(other), sourceDir="/CloudNAS"))
    drive.mount(str(other))
    result = smart("/CloudNAS/other.bin", ways=("mount", "direct"))
    assert refusals(result) == [("mount", "clouddrive_mount_untrusted")]


def test_a_folder_that_the_server_does_not_see_is_no_mount(
    smart: Smart, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("transfers.clouddrive2.mounted.PROBE_SECONDS", 0.3)
    folder = smart.with_mount(source="/PikPak")
    drive = smart.client()
    drive.update_mount(str(folder), pb.MountOption(mountPoint=str(folder), sourceDir="/CloudNAS"))
    drive.unmount(str(folder))
    monkeypatch.setattr(type(drive), "mounts", lambda self: [_mounted(folder)])
    result = smart(ways=("mount", "direct"))
    assert refusals(result) == [("mount", "clouddrive_mount_unusable")]
    assert "no mount of it" in result.tried[0].why


def _mounted(folder: Path) -> pb.MountPoint:
    return pb.MountPoint(mountPoint=str(folder), sourceDir="/CloudNAS", isMounted=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="mounts a file system")
def test_a_mount_with_a_file_system_of_its_own_is_used(smart: Smart, tmp_path: Path) -> None:
    folder = tmp_path / "mounts" / "nas"
    folder.mkdir(parents=True)
    if subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(folder)], check=False, capture_output=True).returncode:
        pytest.skip("may not mount here")
    try:
        smart.with_mount(own_device=True)
        assert smart(ways=("mount",)).way == "mount"
        assert smart.whole()
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_mount_is_proved_once_for_many_files(smart: Smart, control: Steering) -> None:
    smart.with_mount()
    smart("/CloudNAS/1.bin", ways=("mount",))
    found = control.counter("calls.FindFileByPath")
    smart("/CloudNAS/2.bin", ways=("mount",))
    assert control.counter("calls.FindFileByPath") - found <= 3


def test_a_token_with_a_root_of_its_own_sees_its_part_of_a_mount(smart: Smart, control: Steering) -> None:
    smart.with_mount()
    smart.credentials = {"token": control.token(root="/CloudNAS/测试")}
    result = smart("/r.bin", ways=("mount", "direct"))
    assert refusals(result) == [("mount", "clouddrive_mount_unusable")]
    assert smart.whole("/CloudNAS/测试/r.bin")
