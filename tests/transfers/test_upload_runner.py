"""Transfers to a drive through the real engine against the stand-in: outcomes, conflicts, limits, what survives."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.utils.translation import override

from accounts.limits import allowance
from core import http
from core.errors import AppError, Invalid, NotFound
from core.models import AuditEntry, Event, JobState
from netdisk.baidu.types import TokenPair
from netdisk.connect import connect
from tests.support.waiting import until
from transfers import runner, services
from transfers.models import LibraryFile, Transfer, Upload

from .departures import (
    FOLDER,
    MIB,
    content_of,
    fresh,
    library_file,
    moved,
    names,
    received,
    send,
    there,
    unlimited,
    uploads,
)
from .engine.faulty_server import FaultyServer, chunked, serving
from .test_runner import in_background, make_due, steps

pytestmark = pytest.mark.django_db(transaction=True)

CONTENT = content_of(9 * MIB + 5, 5)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def ordinary(standin: Any, drive: Any) -> Any:
    """The drive of an ordinary member: parts of 4 MiB."""
    standin.control("POST", "user", {"user": "demo", "vip_type": 0})
    drive.vip_type = 0
    drive.save()
    return drive


@pytest.fixture
def second(standin: Any, alice: Any, drive: Any) -> Any:
    """Another drive of the same user."""
    return connect(alice, TokenPair(**standin.sign_in("demo2")))


def test_a_library_file_lands_on_the_drive(standin: Any, ordinary: Any, alice: Any, bells: list[str]) -> None:
    file = library_file(alice)
    row = moved(send(alice, file))
    assert there(standin, f"{FOLDER}/film.bin") == file.sha256
    assert (row.done_bytes, row.percent, row.verified) == (file.size, 100, Transfer.Verified.HASH)
    place = row.destination
    assert place["path"] == f"{FOLDER}/film.bin" and place["fs_id"] and place["rapid"] is False
    assert received(standin) == {0: 1, 1: 1, 2: 1}
    assert steps(row) == ["created", "started", "verified", "done"]
    types = list(Event.objects.filter(object=row.object_name).order_by("seq").values_list("type", flat=True))
    assert types == ["transfer.created", "transfer.changed", "transfer.done"]
    line = AuditEntry.objects.get(action="transfers.upload")
    assert line.user == alice and line.summary["path"] == place["path"]
    assert allowance(alice).used == 0, "an upload is no download"
    assert LibraryFile.objects.filter(pk=file.pk).exists() and file.path().exists()


def test_rapid_upload_makes_the_file_without_sending_it(standin: Any, drive: Any, alice: Any, bells: list[str]) -> None:
    file = library_file(alice)
    moved(send(alice, file))
    again = moved(send(alice, file, name="again.bin"))
    assert again.destination["rapid"] is True and "rapid" in steps(again)
    assert len(uploads(standin)) == 1 and there(standin, f"{FOLDER}/again.bin") == file.sha256


def test_a_refused_rapid_upload_is_skipped_and_remembered(
    standin: Any, drive: Any, alice: Any, bells: list[str]
) -> None:
    standin.settings(rapid_upload="refused")
    row = moved(send(alice, library_file(alice)))
    assert row.destination["rapid"] is False and row.error_code == ""
    moved(send(alice, library_file(alice, seed=2), name="b.bin"))
    assert len(standin.log(op="precreate")) == 3, "the second does not ask"


def test_the_conflict_policies(standin: Any, drive: Any, alice: Any, bells: list[str]) -> None:
    first = library_file(alice, 3 * MIB)
    other = library_file(alice, 3 * MIB, seed=2)
    longer = library_file(alice, 4 * MIB, seed=3)
    moved(send(alice, first))
    renamed = moved(send(alice, other, conflict="rename"))
    assert renamed.destination["path"] != f"{FOLDER}/film.bin" and len(names(standin)) == 2
    assert there(standin, renamed.destination["path"]) == other.sha256
    skipped = moved(send(alice, other, conflict="skip"))
    assert skipped.destination["skipped"] and there(standin, f"{FOLDER}/film.bin") == first.sha256
    moved(send(alice, longer, conflict="skip"))
    assert there(standin, f"{FOLDER}/film.bin") == first.sha256 and len(names(standin)) == 3
    moved(send(alice, other, conflict="overwrite"))
    assert there(standin, f"{FOLDER}/film.bin") == other.sha256 and len(names(standin)) == 3
    refused = send(alice, first, conflict="fail")
    runner.run_next()
    assert (fresh(refused).state, fresh(refused).error_code) == (JobState.FAILED, "netdisk.exists")
    assert services.problem(fresh(refused)) and len(names(standin)) == 3


def test_what_baidu_would_refuse_at_the_end_is_refused_at_once(drive: Any, alice: Any, bells: list[str]) -> None:
    with pytest.raises(AppError) as caught:
        send(alice, library_file(alice, 0))
    assert caught.value.code == "netdisk.empty_file"
    big = library_file(alice, 1)
    LibraryFile.objects.filter(pk=big.pk).update(size=21 << 30)
    with pytest.raises(AppError) as caught:
        send(alice, big)
    assert caught.value.code == "netdisk.file_too_large" and not Transfer.objects.exists()


def test_only_ones_own_files_can_be_sent(drive: Any, alice: Any, mallory: Any, bells: list[str]) -> None:
    theirs = library_file(mallory)
    for name in (theirs.pk, "/film.bin", "../../etc/passwd", "nonsense"):
        with pytest.raises(NotFound):
            services.from_library(alice, name)
    assert services.from_library(mallory, "/film.bin").source["file"] == str(theirs.pk)


def test_the_apps_folder_is_the_default_and_the_limit(
    standin: Any, drive: Any, alice: Any, settings: Any, bells: list[str]
) -> None:
    settings.BAIDU_APP_FOLDER = "apps/yungang/"
    standin.settings(sandbox="/apps/yungang")
    file = library_file(alice, MIB)
    assert moved(send(alice, file, path="")).destination["path"] == "/apps/yungang/film.bin"
    with pytest.raises(Invalid) as caught:
        send(alice, file, path="/elsewhere")
    assert "/apps/yungang" in str(caught.value)
    settings.BAIDU_APP_FOLDER = ""
    row = send(alice, file, path="/elsewhere")
    runner.run_next()
    assert (fresh(row).state, fresh(row).error_code) == (JobState.FAILED, "netdisk.path_refused")


@pytest.fixture
def origin(standin: Any, settings: Any) -> Iterator[FaultyServer]:
    """A server somewhere with one file, which the gate lets through."""
    with serving(CONTENT) as server:
        settings.OUTBOUND_ALLOW += f",{urlsplit(server.url).netloc}"
        http.policy.cache_clear()
        yield server


def test_a_link_goes_straight_through(
    origin: FaultyServer, standin: Any, ordinary: Any, alice: Any, bells: list[str], library: Any
) -> None:
    wanted = services.from_url(origin.url)[0]
    row = moved(services.upload(alice, wanted, path=FOLDER))
    assert there(standin, f"{FOLDER}/some file.bin") == sha256(CONTENT)
    assert row.verified == Transfer.Verified.LENGTH and row.size == len(CONTENT)
    assert allowance(alice).used == 0
    assert [path for path in library.rglob("*") if path.is_file()] == [], "no copy was made"
    assert received(standin) == {0: 1, 1: 1, 2: 1}


def test_a_strict_drive_gets_the_true_list_afterwards(
    origin: FaultyServer, standin: Any, ordinary: Any, alice: Any, bells: list[str]
) -> None:
    standin.settings(strict_block_list=True)
    moved(services.upload(alice, services.from_url(origin.url)[0], path=FOLDER))
    assert there(standin, f"{FOLDER}/some file.bin") == sha256(CONTENT) and len(uploads(standin)) == 2


def test_a_link_of_unknown_length_is_kept_here_first(
    origin: FaultyServer, standin: Any, ordinary: Any, alice: Any, bells: list[str]
) -> None:
    origin.behave, origin.probes_too = chunked(), True
    row = moved(services.upload(alice, services.from_url(origin.url)[0], path=FOLDER))
    assert there(standin, f"{FOLDER}/some file.bin") == sha256(CONTENT)
    assert "spooled" in steps(row) and not row.spool_path().exists()


def test_a_link_of_unknown_length_has_a_limit(
    origin: FaultyServer, standin: Any, ordinary: Any, alice: Any, settings: Any, bells: list[str]
) -> None:
    origin.behave, origin.probes_too = chunked(), True
    settings.TRANSFERS_SPOOL_LIMIT = 5 * MIB
    row = services.upload(alice, services.from_url(origin.url)[0], path=FOLDER)
    runner.run_next()
    assert (fresh(row).state, fresh(row).error_code) == (JobState.FAILED, "spool_limit")
    assert services.problem(fresh(row)) and not uploads(standin)
    services.cancel(alice, fresh(row))
    assert not row.part_path().exists() and not row.spool_path().exists()


def test_H30_a_private_address_is_refused_at_once_and_again_when_it_is_called(
    origin: FaultyServer, standin: Any, drive: Any, alice: Any, settings: Any, bells: list[str]
) -> None:
    wanted = services.from_url(origin.url)[0]
    row = services.upload(alice, wanted, path=FOLDER)
    settings.OUTBOUND_ALLOW = settings.OUTBOUND_ALLOW.rpartition(",")[0]
    http.policy.cache_clear()
    with pytest.raises(Invalid):
        services.upload(alice, wanted, path=FOLDER)
    runner.run_next()
    assert (fresh(row).state, fresh(row).error_code) == (JobState.FAILED, "address_refused")
    assert not origin.requests and not uploads(standin)


def test_from_one_drive_to_another(standin: Any, drive: Any, alice: Any, second: Any, bells: list[str]) -> None:
    source = standin.source("/测试/100MiB.bin")
    wanted = services.from_netdisk(alice, [source["fs_id"]], drive_id=drive.pk)[0]
    row = moved(services.upload(alice, wanted, path=FOLDER, drive_id=second.pk))
    copied = standin.control("GET", "files", user="demo2", path=f"{FOLDER}/100MiB.bin")
    assert copied["sha256"] == source["sha256"]
    assert row.verified == Transfer.Verified.LENGTH, "nobody knows the md5 of the whole"
    assert allowance(alice).used == 1, "what comes from a drive counts"
    assert not row.part_path().exists() and not row.spool_path().exists()


def test_pause_keeps_what_the_drive_has_and_resume_sends_the_rest(
    standin: Any, ordinary: Any, alice: Any, bells: list[str]
) -> None:
    file = library_file(alice, 40 * MIB)
    standin.fault("part_slow", match={"op": "superfile2"}, bytes_per_s=4 * MIB)
    row = send(alice, file)
    worker = in_background(runner.run_next)
    until(lambda: fresh(row).done_bytes > 0, 30)
    services.pause(alice, fresh(row))
    worker.join(10)
    paused = fresh(row)
    assert paused.state == JobState.PAUSED and 0 < paused.done_bytes < file.size
    standin.control("DELETE", "faults")
    services.resume(alice, paused)
    moved(row)
    assert there(standin, f"{FOLDER}/film.bin") == file.sha256
    assert len(uploads(standin)) == 1 and "resumed" in steps(row)
    confirmed = row.parts.filter(done__gt=0).count()
    assert confirmed == 10 and sum(received(standin).values()) <= 12, "at most the parts under way came twice"


def test_cancel_ends_a_running_upload_within_moments(standin: Any, drive: Any, alice: Any, bells: list[str]) -> None:
    row = send(alice, library_file(alice, 40 * MIB))
    standin.fault("part_slow", match={"op": "superfile2"}, bytes_per_s=100_000)
    worker = in_background(runner.run_next)
    until(lambda: row.parts.exists() and runner.monitor.speed(row.pk) > 0, 30)
    services.cancel(alice, fresh(row))
    worker.join(5)
    assert not worker.is_alive()
    assert fresh(row).state == JobState.CANCELLED and not row.parts.exists()
    standin.control("DELETE", "faults")
    services.retry(alice, fresh(row))
    moved(row)


def test_a_limited_drive_makes_the_upload_wait_and_it_goes_on_by_itself(
    standin: Any, ordinary: Any, alice: Any, bells: list[str]
) -> None:
    row = send(alice, library_file(alice))
    standin.fault("rate_limited", match={"op": "superfile2", "partseq": 2})
    runner.run_next()
    waiting = fresh(row)
    assert (waiting.state, waiting.error_code) == (JobState.WAITING, "netdisk.rate_limited")
    assert waiting.done_bytes == 8 * MIB and waiting.attempts == 0
    standin.control("DELETE", "faults")
    unlimited()
    make_due(row)
    until(lambda: (runner.run_next() and fresh(row).state == JobState.DONE) or make_due(row), 30)
    assert received(standin) == {0: 1, 1: 1, 2: 1}


def test_a_full_drive_says_so(standin: Any, drive: Any, alice: Any, bells: list[str]) -> None:
    standin.control("POST", "user", {"user": "demo", "total": 1})
    row = send(alice, library_file(alice))
    runner.run_next()
    assert (fresh(row).state, fresh(row).error_code) == (JobState.FAILED, "netdisk.no_space")
    with override("en"):
        assert "drive is full" in services.problem(fresh(row))


def test_a_target_that_was_disconnected_says_so(drive: Any, alice: Any, bells: list[str]) -> None:
    row = send(alice, library_file(alice))
    drive.delete()
    runner.run_next()
    assert (fresh(row).state, fresh(row).error_code) == (JobState.FAILED, "netdisk.no_drive")


def test_a_library_file_that_is_gone_says_so(drive: Any, alice: Any, bells: list[str]) -> None:
    file = library_file(alice)
    row = send(alice, file)
    file.delete()
    runner.run_next()
    assert (fresh(row).state, fresh(row).error_code) == (JobState.FAILED, "source_gone")


def test_a_staged_upload_is_sent_and_its_bytes_removed(standin: Any, drive: Any, alice: Any, bells: list[str]) -> None:
    data = content_of(2 * MIB)
    staged = Upload.objects.create(user=alice, name="from the browser.bin", size=len(data), offset=len(data))
    staged.staged_path().parent.mkdir(parents=True, exist_ok=True)
    staged.staged_path().write_bytes(data)
    row = services.upload(alice, services.from_upload(alice, staged.pk), path=FOLDER)
    moved(row)
    assert there(standin, f"{FOLDER}/from the browser.bin") == hashlib.sha256(data).hexdigest()
    assert not staged.staged_path().exists()


def test_an_incomplete_or_foreign_upload_is_refused(alice: Any, mallory: Any, drive: Any) -> None:
    staged = Upload.objects.create(user=alice, name="x.bin", size=10, offset=4)
    staged.staged_path().parent.mkdir(parents=True, exist_ok=True)
    staged.staged_path().write_bytes(b"1234")
    with pytest.raises(Invalid):
        services.from_upload(alice, staged.pk)
    with pytest.raises(NotFound):
        services.from_upload(mallory, staged.pk)


def test_source_and_target_both_count_against_a_drives_limit(
    standin: Any, drive: Any, alice: Any, second: Any, bells: list[str], settings: Any
) -> None:
    settings.TRANSFERS_PER_ACCOUNT = 1
    file = library_file(alice, MIB)
    first = send(alice, file, drive_id=drive.pk)
    source = standin.source("/测试/1MiB.bin", hash=0)["fs_id"]
    down = services.create(alice, services.from_netdisk(alice, [source], drive_id=drive.pk))[0]
    other = send(alice, file, drive_id=second.pk)
    claimed = runner.admit()
    assert claimed and claimed[0].pk == first.pk
    claimed = runner.admit()
    assert claimed and claimed[0].pk == other.pk, "the first drive is busy as a target"
    assert runner.admit() is None
    Transfer.objects.filter(pk=first.pk).update(state=JobState.DONE)
    claimed = runner.admit()
    assert claimed and claimed[0].pk == down.pk


def test_the_same_key_makes_one_transfer(drive: Any, alice: Any, bells: list[str]) -> None:
    file = library_file(alice, MIB)
    assert send(alice, file, key="k").pk == send(alice, file, key="k").pk
    assert Transfer.objects.count() == 1


def test_removing_a_transfer_removes_the_bytes_only_it_needed(drive: Any, alice: Any, bells: list[str]) -> None:
    staged = Upload.objects.create(user=alice, name="x.bin", size=4, offset=4)
    staged.staged_path().parent.mkdir(parents=True, exist_ok=True)
    staged.staged_path().write_bytes(b"1234")
    row = services.upload(alice, services.from_upload(alice, staged.pk), path=FOLDER)
    services.cancel(alice, row)
    assert staged.staged_path().exists(), "it can be retried"
    services.remove(alice, fresh(row))
    assert not staged.staged_path().exists()
