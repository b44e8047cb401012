"""Kill and resume, pause and cancel: what was sent is not sent again, what was accepted is only waited for."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.emulators.clouddrive2.standin import ROOT
from tests.emulators.clouddrive2.standin import Control as Steering
from tests.support.waiting import until
from tests.transfers.clouddrive2.conftest import DATA, SIZE
from tests.transfers.clouddrive2.smart.child import KILLED
from tests.transfers.clouddrive2.smart.conftest import NAS, Smart, slow
from tests.transfers.engine.faulty_server import FaultyServer, cut_after, serve, status
from transfers.clouddrive2.smart import WAYS, SmartCheckpoint
from transfers.engine import GaveUp, Phase, RateLimiter, Stopped, TransferError
from transfers.engine.http_source import HttpSource

LIVE = ("remote", "direct", "web", "mount")
"""The ways that can go on where they stopped."""


def killed(smart: Smart, way: str, point: str, nth: int = 1) -> SmartCheckpoint:
    """What a process had written down that died at a point."""
    place = str(smart.folder / "mounts")
    arguments = [smart.steering.url, str(smart.file), NAS, way, place, point, str(nth)]
    command = [sys.executable, "-m", "tests.transfers.clouddrive2.smart.child", *arguments]
    ended = subprocess.run(command, cwd=ROOT, check=False, timeout=60, capture_output=True, text=True)
    assert ended.returncode == KILLED, ended.stderr
    return SmartCheckpoint.from_dict(json.loads(smart.file.with_suffix(".json").read_text()))


def prepared(smart: Smart, way: str) -> None:
    if way == "mount":
        smart.with_mount()
    if way == "webdav":
        smart.with_dav()


@pytest.mark.parametrize("way", ["remote", "direct", "mount"])
@pytest.mark.parametrize(
    ("point", "phase"), [("smart_begun", "sending"), ("smart_before_sent", "sending"), ("smart_after_sent", "sent")]
)
def test_F02_a_killed_upload_goes_on(smart: Smart, control: Steering, way: str, point: str, phase: str) -> None:
    prepared(smart, way)
    state = killed(smart, way, point)
    assert (state.phase, state.way, state.path) == (phase, way, NAS)
    begun = {name: control.counter(f"calls.{name}") for name in ("StartRemoteUpload", "CreateFile")}
    result = smart(resume=state, ways=(way,))
    assert (result.path, result.way, smart.whole()) == (NAS, way, True)
    if phase == "sent":
        assert begun == {name: control.counter(f"calls.{name}") for name in begun}
        assert control.counter("calls.RemoteUploadControl") == 0


@pytest.mark.parametrize(("way", "call"), [("direct", "CreateFile"), ("remote", "StartRemoteUpload")])
def test_F02_what_the_server_has_named_is_gone_on_with(smart: Smart, control: Steering, way: str, call: str) -> None:
    control.settings(read_length=100_000, upload_bytes_per_s=2_000_000, upload_chunk=200_000)
    state = killed(smart, way, "smart_after_checkpoint", nth=3)
    assert (state.phase, state.way, bool(state.handle or state.upload_id)) == ("sending", way, True)
    result = smart(resume=state, ways=(way,))
    assert (result.way, smart.whole(), control.counter(f"calls.{call}")) == (way, True, 1)


def test_F02_a_remote_upload_that_ended_unheard_is_not_sent_again(smart: Smart, control: Steering) -> None:
    state = killed(smart, "remote", "smart_before_sent")
    assert state.upload_id
    sent = control.counter("remote_bytes")
    result = smart(resume=state, ways=("remote",))
    assert (result.way, smart.whole(), control.counter("remote_bytes")) == ("remote", True, sent)
    assert control.counter("calls.StartRemoteUpload") == 1


def test_F02_a_handle_that_was_closed_unheard_is_not_written_again(smart: Smart, control: Steering) -> None:
    smart.tuning = {"chunk": 200_000, "segment": 400_000}
    control.fault("answer_lost", times=2, match={"op": "CloseFile"})
    result = smart(ways=("direct",))
    assert (result.way, smart.whole()) == ("direct", True)
    assert control.counter("calls.CreateFile") == 1


@pytest.mark.parametrize("reason", ["pause", "shutdown"])
@pytest.mark.parametrize("way", LIVE)
def test_F01_a_paused_upload_goes_on_where_it_was(smart: Smart, control: Steering, way: str, reason: str) -> None:
    prepared(smart, way)
    smart.tuning = {"chunk": 100_000, "segment": 200_000}
    control.settings(read_length=100_000)
    upload, reins, work = smart.start(ways=(way,), limiter=slow(2_500_000))
    until(lambda: upload.snapshot().durable > 600_000)
    assert upload.snapshot().phase is Phase.UPLOADING
    reins.request_stop(reason)  # type: ignore[arg-type]
    stopped = work.join(10)
    assert isinstance(stopped, Stopped)
    assert stopped.reason == reason
    state = smart.last
    assert state.phase == "sending"
    assert 600_000 <= state.done < SIZE
    paid = Counting()
    result = smart(resume=state, ways=(way,), limiter=paid)
    assert (result.path, result.way, smart.whole()) == (NAS, way, True)
    assert paid.bytes <= SIZE - state.done + 400_000
    if way == "remote":
        assert control.counter("calls.StartRemoteUpload") == 1
    if way in ("direct", "web"):
        assert control.counter("calls.CreateFile") == 1


def test_webdav_begins_anew(smart: Smart) -> None:
    prepared(smart, "webdav")
    smart.tuning = {"chunk": 100_000}
    upload, reins, work = smart.start(ways=("webdav",), limiter=slow(2_000_000))
    until(lambda: upload.snapshot().written > 300_000)
    reins.request_stop("pause")
    assert isinstance(work.join(10), Stopped)
    assert smart(resume=smart.last, ways=("webdav",)).way == "webdav"
    assert smart.whole()


@pytest.mark.parametrize("way", WAYS)
def test_a_cancelled_upload_leaves_nothing(smart: Smart, control: Steering, way: str) -> None:
    prepared(smart, way)
    smart.tuning = {"chunk": 100_000, "segment": 200_000}
    control.settings(read_length=100_000)
    upload, reins, work = smart.start(ways=(way,), limiter=slow(2_500_000))
    until(lambda: upload.snapshot().written > 400_000)
    reins.request_stop("cancel")
    stopped = work.join(10)
    assert isinstance(stopped, Stopped)
    until(smart.nothing)
    assert not (smart.folder / "mounts" / "nas" / "新 夹" / "s.bin").exists()


@pytest.mark.parametrize("way", LIVE)
def test_an_upload_that_is_cancelled_while_it_waits_leaves_nothing(smart: Smart, control: Steering, way: str) -> None:
    prepared(smart, way)
    smart.tuning = {"chunk": 100_000, "segment": 200_000}
    control.settings(read_length=100_000)
    upload, reins, work = smart.start(ways=(way,), limiter=slow(2_500_000))
    until(lambda: upload.snapshot().durable > 400_000)
    reins.request_stop("pause")
    assert isinstance(work.join(10), Stopped)
    smart.make(resume=smart.last, ways=(way,)).discard()
    until(smart.nothing)


def test_while_the_cloud_is_waited_for_it_can_be_paused_and_cancelled(smart: Smart, control: Steering) -> None:
    control.settings(upload_bytes_per_s=400_000, upload_chunk=50_000)
    upload, reins, work = smart.start(ways=("direct",))
    until(lambda: upload.snapshot().phase is Phase.STORING and upload.snapshot().durable)
    now = upload.snapshot()
    assert (now.written, 0 < now.durable < SIZE) == (SIZE, True)
    reins.request_stop("pause")
    assert isinstance(work.join(5), Stopped)
    assert smart.last.phase == "sent"
    calls = control.counter("calls.CreateFile")
    upload, reins, work = smart.start(resume=smart.last, ways=("direct",))
    until(lambda: upload.snapshot().phase is Phase.STORING and upload.snapshot().durable)
    reins.request_stop("cancel")
    assert isinstance(work.join(15), Stopped)
    until(smart.nothing)
    assert control.counter("calls.CreateFile") == calls


def test_F49_after_a_restart_of_the_server_it_begins_anew(smart: Smart, control: Steering) -> None:
    smart.tuning = {"chunk": 100_000, "segment": 200_000}
    upload, reins, work = smart.start(ways=("direct",), limiter=slow(2_500_000))
    until(lambda: upload.snapshot().durable > 400_000)
    reins.request_stop("pause")
    work.join(10)
    control("POST", "restart")
    assert smart(resume=smart.last, ways=("direct",)).way == "direct"
    assert smart.whole()
    control.settings(read_length=100_000, read_window=1)
    upload, reins, work = smart.start("/CloudNAS/r.bin", ways=("remote",), limiter=slow(2_500_000))
    until(lambda: upload.snapshot().durable > 400_000)
    control("POST", "restart")
    upload._limiter.set_rate(None)
    assert work.join(20).way == "remote"
    assert smart.whole("/CloudNAS/r.bin")


def test_connections_that_are_cut_cost_only_what_was_on_its_way(smart: Smart, control: Steering) -> None:
    smart.tuning = {"chunk": 100_000, "segment": 200_000}
    for way in ("direct", "remote", "web"):
        path = f"/CloudNAS/{way}.bin"
        upload, _, work = smart.start(path, ways=(way,), limiter=slow(2_500_000))
        until(lambda upload=upload: upload.snapshot().written > 800_000)  # type: ignore[misc]
        control("POST", "connections", {"do": "cut"})
        assert work.join(30).way == way
        assert smart.whole(path)


# -- the source


def test_F58_a_file_that_changed_is_sent_from_the_beginning(smart: Smart, control: Steering) -> None:
    smart.tuning = {"chunk": 100_000, "segment": 200_000}
    upload, reins, work = smart.start(ways=("direct",), limiter=slow(2_500_000))
    until(lambda: upload.snapshot().durable > 400_000)
    reins.request_stop("pause")
    work.join(10)
    smart.file.write_bytes(DATA[::-1])
    smart(resume=smart.last, ways=("direct",))
    smart.file.write_bytes(DATA)
    assert not smart.whole()
    assert control.file(NAS)["size"] == SIZE
    assert control("GET", "handles")["open"] == []


@pytest.mark.parametrize("way", ["direct", "remote", "mount"])
def test_F58_a_file_that_changes_under_way_is_never_sent_half_and_half(
    smart: Smart, control: Steering, way: str
) -> None:
    prepared(smart, way)
    smart.tuning = {"chunk": 100_000, "segment": 200_000}
    smart.file.write_bytes(DATA[::-1])
    limiter = slow(2_500_000)
    upload, _, work = smart.start(ways=(way,), limiter=limiter)
    until(lambda: upload.snapshot().written > 800_000)
    smart.file.write_bytes(DATA)
    limiter.set_rate(None)
    assert work.join(20).way == way
    assert smart.whole()
    assert "source_changed" in [each.code for each in upload.history]


def test_a_stream_that_breaks_is_opened_again_where_it_broke(
    smart: Smart, link: HttpSource, site: FaultyServer, control: Steering
) -> None:
    site.script.extend([cut_after(600_000), cut_after(600_000)])
    result = smart(source=link, ways=("direct",), sequential=True)
    assert (result.way, smart.whole()) == ("direct", True)
    assert site.sent < 2 * SIZE


@pytest.mark.parametrize("way", ["direct", "remote", "mount"])
def test_a_source_that_stays_away_is_given_up_and_the_rest_follows_later(
    smart: Smart, link: HttpSource, site: FaultyServer, control: Steering, way: str
) -> None:
    prepared(smart, way)
    control.settings(read_length=100_000)
    smart.tuning = {"chunk": 100_000, "segment": 200_000}
    site.script.append(cut_after(1_500_000))
    site.behave = status(503)
    with pytest.raises(GaveUp) as error:
        smart(source=link, ways=(way,), sequential=True)
    assert (error.value.cause.code, error.value.cause.permanent) == ("http_503", False)
    assert 0 < smart.last.done <= 1_500_000
    site.behave = serve
    site.forget()
    assert smart(source=link, ways=(way,), sequential=True, resume=smart.last).way == way
    assert (smart.whole(), site.sent < SIZE) == (True, True)


def test_what_the_source_announces_is_held_against_what_came(smart: Smart, link: HttpSource, control: Steering) -> None:
    upload = smart.make(source=link, ways=("direct",), hashes={"md5": "0" * 32}, sequential=True)
    with pytest.raises(TransferError) as error:
        upload.run()
    assert getattr(error.value, "cause", error.value).code == "hash_mismatch"
    assert not control("GET", "files", path=NAS)["exists"]


class Counting(RateLimiter):
    """No limit; `bytes` have left this machine."""

    def __init__(self) -> None:
        super().__init__()
        self.bytes = 0

    def take(self, count: int, stopped: object) -> None:
        self.bytes += count


def test_the_callbacks_run_on_the_thread_of_run_and_a_lost_lease_ends_it(smart: Smart, tmp_path: Path) -> None:
    threads: set[str] = set()
    upload = smart.make(
        ways=("direct",),
        on_checkpoint=lambda _: threads.add(threading.current_thread().name),
        before_finish=lambda: threads.add(threading.current_thread().name),
        fault=lambda _: threads.add(threading.current_thread().name),
    )
    upload.run()
    assert threads == {threading.current_thread().name}

    def refuse(_: SmartCheckpoint) -> None:
        raise Stopped("lease_lost")

    with pytest.raises(Stopped, match="lease_lost"):
        smart("/CloudNAS/l.bin", ways=("direct",), on_checkpoint=refuse)
