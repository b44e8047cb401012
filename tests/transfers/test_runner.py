"""Transfers through the real engine against the stand-in: outcomes, limits, and what survives a crash."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now

from accounts.limits import allowance
from core.errors import Conflict, LimitReached
from core.jobs import sweep
from core.models import Event, JobState
from netdisk.models import Pace
from tests.support.processes import python
from tests.support.waiting import until
from transfers import control, runner, services
from transfers.models import LibraryFile, Transfer, TransferStep

from .conftest import SMALL

pytestmark = pytest.mark.django_db(transaction=True)
LARGE = "/测试/100MiB.bin"


def fresh(row: Transfer) -> Transfer:
    return Transfer.objects.get(pk=row.pk)


def sha256(row: Transfer) -> str:
    with open(row.final_path(), "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def in_background(work: Callable[[], Any]) -> threading.Thread:
    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def steps(row: Transfer) -> list[str]:
    return list(TransferStep.objects.filter(transfer=row).values_list("code", flat=True))


def make_due(row: Transfer) -> None:
    Transfer.objects.filter(pk=row.pk).update(available_at=Now())


def test_a_file_of_the_drive_lands_in_the_library_with_the_sources_hash(
    standin: Any, drive: Any, alice: Any, queue: Any
) -> None:
    row = queue(alice, standin, SMALL, folder="/films")
    assert runner.run_next() and not runner.run_next()
    row = fresh(row)
    assert (row.state, row.done_bytes, row.percent) == (JobState.DONE, 1 << 20, 100), row.error
    assert row.sha256 == standin.source(SMALL)["sha256"] == sha256(row)
    assert row.verified == Transfer.Verified.HASH
    file = LibraryFile.objects.get(user=alice)
    assert (file.pk, file.name, file.folder, file.size) == (row.pk, "1MiB.bin", "/films", 1 << 20)
    assert not row.part_path().exists()
    assert steps(row) == ["created", "started", "verified", "done"]
    types = list(Event.objects.filter(object=row.object_name).order_by("seq").values_list("type", flat=True))
    assert types == ["transfer.created", "transfer.changed", "transfer.done"]


def test_F52_without_any_known_hash_the_state_says_length_only(
    standin: Any, drive: Any, alice: Any, queue: Any
) -> None:
    row = queue(alice, standin, LARGE)
    Transfer.objects.filter(pk=row.pk).update(expected_md5="")
    runner.run_next()
    assert fresh(row).verified == Transfer.Verified.LENGTH
    assert fresh(row).sha256 == standin.source(LARGE)["sha256"]


def test_F52_a_flipped_bit_is_caught_and_the_file_fetched_again(
    standin: Any, drive: Any, alice: Any, queue: Any
) -> None:
    row = queue(alice, standin, SMALL)
    standin.fault("flip", times=1, match={"op": "cdn"}, offset=500_000)
    runner.run_next()
    row = fresh(row)
    assert row.state == JobState.DONE and sha256(row) == standin.source(SMALL)["sha256"]


def test_pause_keeps_what_is_there_and_resume_goes_on_from_it(standin: Any, drive: Any, alice: Any, queue: Any) -> None:
    standin.fault("slow", match={"op": "cdn"}, bytes_per_s=20_000_000)
    row = queue(alice, standin, LARGE)
    worker = in_background(runner.run_next)
    until(lambda: row.part_path().exists() and runner.monitor.speed(row.pk) > 0)
    services.pause(alice, fresh(row))
    worker.join(15)
    paused = fresh(row)
    assert paused.state == JobState.PAUSED and 0 < paused.done_bytes < LARGE_SIZE
    standin.control("DELETE", "faults")
    services.resume(alice, paused)
    assert runner.run_next()
    assert fresh(row).state == JobState.DONE and sha256(row) == standin.source(LARGE)["sha256"]
    assert "resumed" in steps(row)


LARGE_SIZE = 100 << 20


def test_cancel_ends_a_running_transfer_within_moments_and_leaves_nothing(
    standin: Any, drive: Any, alice: Any, queue: Any
) -> None:
    standin.fault("stall", match={"op": "cdn"}, after=1_000_000)
    row = queue(alice, standin, LARGE)
    worker = in_background(runner.run_next)
    until(lambda: row.part_path().exists() and row.pk in control.running)
    services.cancel(alice, fresh(row))
    worker.join(5)
    assert not worker.is_alive(), "a blocked read is broken off"
    assert fresh(row).state == JobState.CANCELLED and not row.part_path().exists()
    assert not LibraryFile.objects.exists()


def test_another_process_can_cancel_through_the_row_alone(standin: Any, drive: Any, alice: Any, queue: Any) -> None:
    standin.fault("stall", match={"op": "cdn"}, after=1_000_000)
    row = queue(alice, standin, LARGE)
    worker = in_background(runner.run_next)
    until(lambda: fresh(row).state == JobState.RUNNING and row.pk in control.running)
    Transfer.objects.filter(pk=row.pk).update(wanted="cancel")
    worker.join(10)
    assert fresh(row).state == JobState.CANCELLED


def test_F49_a_source_that_is_down_makes_the_transfer_wait_with_a_sentence(
    standin: Any, drive: Any, alice: Any, queue: Any
) -> None:
    row = queue(alice, standin, SMALL)
    standin.fault("rate_limited", match={"op": "filemetas"})
    runner.run_next()
    waiting = fresh(row)
    assert (waiting.state, waiting.error_code) == (JobState.WAITING, "netdisk.rate_limited")
    assert services.problem(waiting)
    standin.control("DELETE", "faults")
    Pace.objects.all().delete()
    assert not runner.run_next(), "not before its time"
    make_due(row)
    assert runner.run_next() and fresh(row).state == JobState.DONE
    assert fresh(row).error_code == ""


def test_a_file_that_is_gone_fails_with_a_sentence_and_retry_works(
    standin: Any, drive: Any, alice: Any, queue: Any
) -> None:
    row = queue(alice, standin, SMALL)
    Transfer.objects.filter(pk=row.pk).update(source={"fs_id": 5, "path": "/gone"})
    runner.run_next()
    failed = fresh(row)
    assert (failed.state, failed.error_code) == (JobState.FAILED, "netdisk.not_found")
    Transfer.objects.filter(pk=row.pk).update(source=row.source)
    services.retry(alice, fresh(row))
    assert runner.run_next() and fresh(row).state == JobState.DONE


def test_a_drive_that_was_disconnected_says_so(standin: Any, drive: Any, alice: Any, queue: Any) -> None:
    row = queue(alice, standin, SMALL)
    drive.delete()
    runner.run_next()
    assert (fresh(row).state, fresh(row).error_code) == (JobState.FAILED, "netdisk.no_drive")


def test_F45_a_full_disk_waits_and_goes_on_by_itself(
    standin: Any, drive: Any, alice: Any, queue: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = queue(alice, standin, SMALL)
    real = os.posix_fallocate

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    runner.run_next()
    waiting = fresh(row)
    assert (waiting.state, waiting.error_code) == (JobState.WAITING, "disk_full")
    assert waiting.attempts == 0, "waiting for room is no failure"
    monkeypatch.setattr(os, "posix_fallocate", real)
    make_due(row)
    assert runner.run_next() and fresh(row).state == JobState.DONE


def test_F06_a_stopping_worker_hands_back_at_a_checkpoint(standin: Any, drive: Any, alice: Any, queue: Any) -> None:
    standin.fault("slow", match={"op": "cdn"}, bytes_per_s=20_000_000)
    row = queue(alice, standin, LARGE)
    worker = in_background(runner.run_next)
    until(lambda: row.part_path().exists() and runner.monitor.speed(row.pk) > 0)
    try:
        runner.hand_back_all()
        worker.join(10)
        handed = fresh(row)
        assert handed.state == JobState.QUEUED and handed.done_bytes > 0 and handed.attempts == 0
        assert not runner.run_next(), "a stopping process takes nothing new"
    finally:
        control.closing.clear()


WORK = """
from django.conf import settings
from pathlib import Path
settings.LIBRARY_DIR = Path({library!r})
from transfers import runner
runner.run_next()
"""


def upstream(settings: Any) -> dict[str, str]:
    names = ("BAIDU_OAUTH_URL", "BAIDU_PAN_URL", "BAIDU_PCS_URL", "OUTBOUND_ALLOW")
    return {
        **{name: str(getattr(settings, name)) for name in names},
        "BAIDU_TOKEN_HOSTS": ",".join(settings.BAIDU_TOKEN_HOSTS),
    }


def test_F01_a_killed_worker_loses_nothing_but_the_time(
    standin: Any, drive: Any, alice: Any, queue: Any, settings: Any
) -> None:
    standin.fault("slow", match={"op": "cdn"}, bytes_per_s=12_000_000)
    row = queue(alice, standin, LARGE)
    worker = python(WORK.format(library=str(settings.LIBRARY_DIR)), env=upstream(settings))
    until(lambda: fresh(row).done_bytes > 5_000_000, 30, "a checkpoint")
    worker.kill()
    worker.wait()
    left = fresh(row)
    assert left.state == JobState.RUNNING and not row.final_path().exists()
    standin.control("DELETE", "faults")
    sent = standin.control("GET", "counters")
    Transfer.objects.filter(pk=row.pk).update(lease_until=Now() - timedelta(seconds=1))
    sweep()
    assert fresh(row).state == JobState.QUEUED and fresh(row).crashes == 1
    runner.run_next()
    done = fresh(row)
    assert done.state == JobState.DONE and sha256(row) == standin.source(LARGE)["sha256"]
    again = standin.control("GET", "counters")["bytes_sent"] - sent["bytes_sent"]
    assert again <= LARGE_SIZE - left.done_bytes + (1 << 20), "nothing durable is fetched twice"
    assert [code for code in steps(row) if code in ("lost_worker", "resumed")] == ["lost_worker", "resumed"]


@pytest.mark.parametrize("point", ["after_checkpoint", "before_rename", "after_rename", "before_done"])
def test_F47_a_kill_at_any_step_of_the_end_gives_one_whole_file(
    standin: Any, drive: Any, alice: Any, queue: Any, settings: Any, point: str
) -> None:
    row = queue(alice, standin, SMALL)
    hook = f"import os\nfrom django.conf import settings\nsettings.FAULT_HOOK = lambda name: os._exit(9) if name == {point!r} else None\n"
    worker = python(hook + WORK.format(library=str(settings.LIBRARY_DIR)), env=upstream(settings))
    worker.communicate(timeout=60)
    assert worker.returncode == 9
    assert not row.final_path().exists() or sha256(row) == standin.source(SMALL)["sha256"]
    Transfer.objects.filter(pk=row.pk).update(lease_until=Now() - timedelta(seconds=1))
    sweep()
    runner.run_next()
    assert fresh(row).state == JobState.DONE and sha256(row) == standin.source(SMALL)["sha256"]
    assert LibraryFile.objects.filter(user=alice).count() == 1
    assert Event.objects.filter(object=row.object_name, type="transfer.done").count() == 1


def test_F07_a_worker_whose_lease_was_taken_writes_nothing_more(
    standin: Any, drive: Any, alice: Any, queue: Any
) -> None:
    standin.fault("slow", match={"op": "cdn"}, bytes_per_s=20_000_000)
    row = queue(alice, standin, LARGE)
    worker = in_background(runner.run_next)
    until(lambda: row.part_path().exists() and runner.monitor.speed(row.pk) > 0)
    Transfer.objects.filter(pk=row.pk).update(fence=fresh(row).fence + 1, worker="someone else")
    worker.join(20)
    assert not worker.is_alive()
    taken = fresh(row)
    assert taken.state == JobState.RUNNING and taken.worker == "someone else"
    assert row.part_path().exists() and not row.final_path().exists()


def test_limits_hold_files_back_and_priorities_go_first(
    standin: Any, drive: Any, alice: Any, queue: Any, settings: Any
) -> None:
    settings.TRANSFERS_PER_ACCOUNT = 1
    first = queue(alice, standin, SMALL)
    second = queue(alice, standin, "/测试/1KiB.bin", priority=5)
    assert (claimed := runner.admit()) and claimed[0].pk == second.pk, "the urgent one goes first"
    assert runner.admit() is None, "one at a time for this drive"
    Transfer.objects.filter(pk=second.pk).update(state=JobState.DONE)
    assert (claimed := runner.admit()) and claimed[0].pk == first.pk


def test_F73_the_daily_limit_is_spent_with_the_transfer_or_not_at_all(
    standin: Any, drive: Any, alice: Any, queue: Any
) -> None:
    alice.download_limit = 2
    alice.save()
    queue(alice, standin, SMALL)
    ids = [standin.source(path, hash=0)["fs_id"] for path in (SMALL, "/测试/1KiB.bin")]
    with pytest.raises(LimitReached):
        services.create(alice, services.from_netdisk(alice, ids))
    assert allowance(alice).used == 1 and Transfer.objects.count() == 1


def test_the_same_idempotency_key_makes_one_transfer(standin: Any, drive: Any, alice: Any, queue: Any) -> None:
    assert queue(alice, standin, SMALL, key="k1").pk == queue(alice, standin, SMALL, key="k1").pk
    assert Transfer.objects.count() == 1 and allowance(alice).used == 1


def test_impossible_moves_are_refused(standin: Any, drive: Any, alice: Any, queue: Any) -> None:
    row = queue(alice, standin, SMALL)
    with pytest.raises(Conflict):
        services.retry(alice, row)
    runner.run_next()
    for verb in (services.pause, services.resume, services.cancel, services.retry):
        with pytest.raises(Conflict):
            verb(alice, fresh(row))


def test_deleting_an_account_takes_its_files_along(
    standin: Any, drive: Any, alice: Any, queue: Any, library: Any
) -> None:
    queue(alice, standin, SMALL)
    runner.run_next()
    folder = library / str(alice.pk)
    assert folder.exists()
    alice.delete()
    assert not folder.exists() and not LibraryFile.objects.exists()
