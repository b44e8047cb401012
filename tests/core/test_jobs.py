from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Count
from django.db.models.functions import Now

from core.jobs import NotNow, enqueue, job, run_job, sweep
from core.jobs import queue as job_queue
from core.jobs.lease import Lease, keeper, worker_name
from core.jobs.schedule import due
from core.models import Job, JobState, LiveSettingChange, Schedule
from tests.support.processes import finished, python

from . import jobs_for_tests  # noqa: F401

RUN = """
import sys
import tests.core.jobs_for_tests
from core.jobs import run_job
for pk in sys.stdin.read().split(): run_job(int(pk))
"""


@pytest.fixture
def bells(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every wake-up that was sent, in order; none arrives anywhere."""
    rung: list[str] = []
    monkeypatch.setattr("core.jobs.queue.ring", lambda task, pk: rung.append(str(pk)))
    monkeypatch.setattr("core.jobs.sweeper.ring", lambda task, pk: rung.append(str(pk)))
    return rung


def state(pk: int) -> str:
    return str(Job.objects.values_list("state", flat=True).get(pk=pk))


@pytest.mark.django_db(transaction=True)
def test_a_job_runs_once_however_often_it_is_rung(bells: list[str]) -> None:
    row = enqueue("test.effect", mark="once")
    assert row is not None and bells == [str(row.pk)]
    assert run_job(row.pk) is True
    assert run_job(row.pk) is False
    assert LiveSettingChange.objects.filter(key="once").count() == 1
    assert state(row.pk) == JobState.DONE


@pytest.mark.django_db(transaction=True)
def test_F04_a_job_of_a_rolled_back_transaction_is_never_rung(bells: list[str]) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        enqueue("test.effect", mark="never")
        raise RuntimeError
    sweep()
    assert bells == [] and not Job.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_F04_a_committed_job_whose_bell_was_lost_is_rung_by_the_sweeper(bells: list[str]) -> None:
    row = enqueue("test.effect", mark="late")
    assert row is not None
    bells.clear()  # the process died between commit and publish
    sweep()
    assert bells == [], "a fresh row is left to its own bell"
    Job.objects.filter(pk=row.pk).update(rung_at=Now() - timedelta(seconds=11))
    sweep()
    sweep()
    assert bells == [str(row.pk)], "once, and not again at once"


@pytest.mark.django_db(transaction=True)
def test_F08_three_bells_for_each_job_and_many_workers_make_one_effect_each(bells: list[str]) -> None:
    rows = [enqueue("test.effect", mark="race") for _ in range(60)]
    pks = [row.pk for row in rows if row]
    workers = [python(RUN, stdin=-1) for _ in range(3)]
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write(" ".join(map(str, pks)))
        worker.stdin.close()
        worker.stdin = None
    for worker in workers:
        finished(worker, 120)
    assert LiveSettingChange.objects.filter(key="race").count() == 60
    assert dict(Job.objects.values_list("state").annotate(n=Count("pk"))) == {"done": 60}


@pytest.mark.django_db(transaction=True)
def test_F10_a_job_that_kills_its_worker_is_parked_after_three_crashes(bells: list[str]) -> None:
    poison, healthy = enqueue("test.crash"), enqueue("test.effect", mark="healthy")
    assert poison and healthy
    for crash in (1, 2, 3):
        worker = python(RUN, stdin=-1)
        worker.communicate(str(poison.pk), timeout=60)
        assert worker.returncode == 139
        assert state(poison.pk) == JobState.RUNNING
        Job.objects.filter(pk=poison.pk).update(lease_until=Now() - timedelta(seconds=1))
        sweep()
        assert Job.objects.get(pk=poison.pk).crashes == crash
    parked = Job.objects.get(pk=poison.pk)
    assert parked.state == JobState.FAILED and parked.error_code == "crashed"
    assert run_job(healthy.pk) is True


@pytest.mark.django_db(transaction=True)
def test_F07_a_thawed_worker_is_refused_by_its_fence(bells: list[str]) -> None:
    row = enqueue("test.effect", mark="frozen")
    assert row
    frozen = Job.objects.all().claim(row.pk, worker_name()).fence
    Job.objects.filter(pk=row.pk).update(lease_until=Now() - timedelta(seconds=1))
    sweep()
    taken = Job.objects.all().claim(row.pk, worker_name()).fence
    assert taken == frozen + 1
    assert Lease(Job, row.pk, frozen).release(JobState.FAILED) is False
    assert Job.objects.all().renew(row.pk, frozen) is False
    assert state(row.pk) == JobState.RUNNING
    assert Lease(Job, row.pk, taken).release(JobState.DONE) is True


@pytest.mark.django_db(transaction=True)
def test_F07_a_lease_that_was_not_renewed_in_time_is_invalid_without_asking_anyone() -> None:
    lease = Lease(Job, 1, 1)
    assert lease.valid()
    lease.renewed -= 31
    assert not lease.valid()


@pytest.mark.django_db(transaction=True)
def test_the_keeper_tells_the_holder_of_a_lost_lease(bells: list[str]) -> None:
    row = enqueue("test.effect", mark="lost")
    assert row
    fence = Job.objects.all().claim(row.pk, worker_name()).fence
    lost = threading.Event()
    lease = Lease(Job, row.pk, fence, on_lost=lost.set)
    Job.objects.filter(pk=row.pk).update(fence=fence + 1)
    lease.renew()
    assert lost.is_set() and not lease.valid()
    keeper.drop(lease)


@pytest.mark.django_db(transaction=True)
def test_a_failing_job_is_tried_again_and_then_failed(bells: list[str]) -> None:
    row = enqueue("test.raise")
    assert row
    assert run_job(row.pk) and state(row.pk) == JobState.QUEUED
    Job.objects.filter(pk=row.pk).update(available_at=Now())
    assert run_job(row.pk) and state(row.pk) == JobState.FAILED
    assert Job.objects.get(pk=row.pk).error == "as asked"


@pytest.mark.django_db(transaction=True)
def test_not_now_puts_a_job_off_without_counting_a_failure(bells: list[str]) -> None:
    @job("test.later")
    def later() -> None:
        raise NotNow(60)

    row = enqueue("test.later")
    assert row and run_job(row.pk)
    again = Job.objects.get(pk=row.pk)
    assert (again.state, again.attempts) == (JobState.QUEUED, 0)
    assert run_job(row.pk) is False, "not before its time"
    del job_queue._kinds["test.later"]


@pytest.mark.django_db(transaction=True)
def test_a_key_lets_one_job_of_its_kind_wait_at_a_time(bells: list[str]) -> None:
    first = enqueue("test.effect", key="only", mark="key")
    assert first and enqueue("test.effect", key="only", mark="key") is None
    run_job(first.pk)
    assert enqueue("test.effect", key="only", mark="key") is not None


@pytest.mark.django_db(transaction=True)
def test_F36_a_thousand_queued_jobs_survive_an_empty_broker(bells: list[str]) -> None:
    Job.objects.bulk_create(
        Job(kind="test.effect", arguments={"mark": "many"}, rung_at=None, available_at=Now()) for _ in range(1000)
    )
    assert sweep() == 1000
    assert len(set(bells)) == 1000


@pytest.mark.django_db(transaction=True)
def test_F09_many_schedulers_fire_once_per_due_time() -> None:
    fired: list[int] = []

    def scheduler() -> None:
        try:
            fired.append(sum(due("test.schedule", 60) for _ in range(20)))
        finally:
            connection.close()

    Schedule.objects.create(name="test.schedule")
    threads = [threading.Thread(target=scheduler) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(fired) == 1
    Schedule.objects.update(fired_at=Now() - timedelta(seconds=61))
    assert due("test.schedule", 60) and not due("test.schedule", 60)


@pytest.mark.django_db
@pytest.mark.parametrize("shift", [timedelta(hours=1), timedelta(days=5000)])
def test_F48_a_firing_in_the_future_does_not_silence_a_schedule(shift: timedelta) -> None:
    Schedule.objects.create(name="test.clock", fired_at=Now() + shift)
    assert [due("test.clock", 60) for _ in range(3)] == [True, False, False]


def test_ring_survives_a_broker_that_is_away(caplog: Any) -> None:
    class Task:
        def apply_async(self, **_: Any) -> None:
            raise ConnectionRefusedError

    job_queue.ring(Task(), 1)
