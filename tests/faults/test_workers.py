"""Workers in server mode, as `manage.py worker` starts them: ended, frozen, doubled, poisoned."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import time
from collections.abc import Iterator

import pytest

from tests.emulators.standin import Standin
from tests.support.waiting import until

from . import transfers
from .stack import Stack, Worker
from .transfers import LARGE, MIB, SMALL

pytestmark = [pytest.mark.postgres, pytest.mark.redis]

EFFECTS = "from core.models import LiveSettingChange\nresult = LiveSettingChange.objects.filter(key={mark!r}).count()"


@pytest.fixture
def system(stack: Stack, drive_side: Standin) -> Iterator[Stack]:
    """The stack with exactly one healthy worker, before and after."""
    yield stack
    for worker in stack.workers:
        worker.kill()
    stack.workers.clear()
    stack.console.run("from core.models import WorkerBeat\nWorkerBeat.objects.all().delete()")
    stack.add_worker()
    until(lambda: stack.beating() >= 1, 60, "a fresh worker")


def row(system: Stack, transfer: transfers.Json, columns: str) -> list[object]:
    names = ", ".join(f"r.{name}" for name in columns.split())
    found = system.console.run(
        f"from transfers.models import Transfer\nr = Transfer.objects.get(pk={transfer['id']!r})\nresult = [{names}]"
    )
    return list(found)


def end_leases(system: Stack) -> None:
    """As if 30 s had passed."""
    system.console.run(
        """
        from datetime import timedelta
        from django.db.models.functions import Now
        from transfers.models import Transfer
        Transfer.objects.filter(state="running").update(lease_until=Now() - timedelta(seconds=1))
        """
    )


def test_F06_an_ending_worker_hands_back_and_another_goes_on(system: Stack, drive_side: Standin) -> None:
    client = system.client("f06")
    client.connect_drive(drive_side.url)
    drive_side.fault("slow", match={"op": "cdn"}, bytes_per_s=8 * MIB)
    started = [transfers.start(client, drive_side, LARGE) for _ in range(4)]
    transfers.moving(client, started[0])
    worker = system.workers[0]
    worker.signal(signal.SIGTERM)
    assert worker.process is not None
    assert worker.process.wait(30) == 0
    left = [row(system, transfer, "state attempts crashes") for transfer in started]
    assert left == [["queued", 0, 0]] * 4, "handed back, none failed"
    drive_side.control("DELETE", "faults")
    system.add_worker()
    for transfer in started:
        transfers.whole(client, drive_side, LARGE, transfer)


@pytest.mark.slow
def test_F06_a_second_signal_ends_a_worker_at_once_and_nothing_is_lost(system: Stack, drive_side: Standin) -> None:
    worker = system.workers[0]
    mark = "f06 long"
    system.console.run(f"from core.jobs import enqueue\nenqueue('fault.effect', mark={mark!r}, seconds=30)")
    state = "from core.models import Job\nresult = Job.objects.filter(arguments__mark='f06 long').get().state"
    until(lambda: system.console.run(state) == "running", 30, "the job to start")
    worker.signal(signal.SIGTERM)
    assert worker.process is not None
    with pytest.raises(subprocess.TimeoutExpired):
        worker.process.wait(2)  # the short job is let finish
    began = time.monotonic()
    worker.signal(signal.SIGTERM)
    worker.process.wait(20)
    assert time.monotonic() - began < 5
    system.add_worker()
    until(lambda: system.console.run(EFFECTS.format(mark=mark)) == 1, 90, "the job's second run")


def freeze(worker: Worker) -> int:
    child = worker.child
    assert child is not None
    os.kill(child, signal.SIGSTOP)
    return child


@pytest.mark.parametrize("seconds", [0, pytest.param(60, marks=pytest.mark.slow)])
def test_F07_a_thawed_worker_stops_and_spoils_nothing(system: Stack, drive_side: Standin, seconds: int) -> None:
    """`seconds` 0: the lease is ended by hand; else the freeze outlasts it."""
    client = system.client(f"f07{seconds}")
    client.connect_drive(drive_side.url)
    drive_side.fault("slow", match={"op": "cdn"}, bytes_per_s=8 * MIB)
    transfer = transfers.start(client, drive_side, LARGE)
    transfers.moving(client, transfer)
    frozen = freeze(system.workers[0])
    try:
        first = row(system, transfer, "worker fence")
        system.add_worker()
        if not seconds:
            until(lambda: system.beating() >= 2, 60, "the second worker")
            end_leases(system)
        until(lambda: row(system, transfer, "worker")[0] != first[0], 30 + seconds, "the second worker to take over")
        drive_side.control("DELETE", "faults")
        if seconds:
            transfers.ended(client, transfer)
    finally:
        os.kill(frozen, signal.SIGCONT)
    transfers.whole(client, drive_side, LARGE, transfer)
    second = row(system, transfer, "worker fence state")
    assert second[1] == int(str(first[1])) + 1 and second[2] == "done"
    assert len(transfers.on_disk(system.folder, transfer)) == 1
    done = "from core.models import Event\nresult = Event.objects.filter(type='transfer.done', object='transfer:%s').count()"
    assert system.console.run(done % transfer["id"]) == 1
    after = transfers.start(client, drive_side, SMALL)
    transfers.whole(client, drive_side, SMALL, after)


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [20])
def test_F09_two_schedulers_fire_once_per_due_time(system: Stack, seconds: int) -> None:
    system.extra["FAULT_PULSE"] = "1"
    try:
        began = time.time()
        for _ in range(2):
            system.add_worker()
    finally:
        del system.extra["FAULT_PULSE"]
    query = "from core.models import LiveSettingChange as L\nresult = [c.after for c in L.objects.filter(key='fault.pulse').order_by('pk')]"
    until(lambda: len(system.console.run(query)) >= seconds, 60 + 3 * seconds, f"{seconds} firings")
    pulses = [pulse for pulse in system.console.run(query) if pulse["at"] >= began]
    gaps = [later["at"] - sooner["at"] for sooner, later in itertools.pairwise(pulses)]
    assert min(gaps) > 0.5, "never twice for one due time"
    assert sorted(gaps)[len(gaps) // 2] < 2.5, "and none falls silent"


@pytest.mark.slow
def test_F10_a_poison_job_is_parked_and_its_neighbours_go_on(system: Stack) -> None:
    system.console.run(
        """
        from core.jobs import enqueue
        enqueue("fault.crash", key="poison")
        for _ in range(20):
            enqueue("fault.effect", mark="f10")
        """
    )
    state = "from core.models import Job\nresult = [(j.state, j.error_code, j.crashes) for j in Job.objects.filter(kind='fault.crash')]"
    until(lambda: system.console.run(state) == [["failed", "crashed", 3]], 120, "the poison job to be parked")
    until(lambda: system.console.run(EFFECTS.format(mark="f10")) == 20, 60, "the others")
    worker = system.workers[0]
    assert worker.process is not None and worker.process.poll() is None, "the supervisor lives"
    until(lambda: worker.child, 20, "a new worker process")
