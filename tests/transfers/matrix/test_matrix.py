"""Every source to every target under every fault: the right bytes, once, and one word of the end (F01-F10, F45-F58).

MATRIX_KILLS is how often a worker is killed for each pair; `make matrix` does it until there are 200.
"""

from __future__ import annotations

import os
import random
import time
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now

from core.errors import Conflict
from core.jobs import sweep
from core.models import Event, JobState
from tests.support.processes import python
from tests.support.waiting import until
from tests.transfers.departures import fresh, unlimited
from tests.transfers.test_runner import WORK, in_background, make_due, upstream
from transfers import runner, services
from transfers.models import CloudServer, Transfer

from .ends import ON_DRIVE, PREPARE, World, arrived, send
from .names import PAIRS

pytestmark = pytest.mark.django_db(transaction=True)
KILLS = int(os.environ.get("MATRIX_KILLS", "1"))
SEED = int(os.environ.get("FAULTS_SEED", "7"))
RATE = 40_000_000  # bytes per second in the worker that is killed, so that there is a middle to be killed in
LONGEST = 1.5  # seconds after its start
pairs = pytest.mark.parametrize(("source", "target"), PAIRS, ids=["-".join(pair) for pair in PAIRS])


def worker(settings: Any, world: World) -> Any:
    env = {
        **upstream(settings),
        "CLOUDDRIVE_HOSTS": f"{world.cloud.host}:{world.cloud.port}",
        "TRANSFERS_RATE_LIMIT": str(RATE),
    }
    return python(WORK.format(library=str(settings.LIBRARY_DIR)), env=env)


def time_passes() -> None:
    """The leases of a dead process have ended, and the sweeper has seen it."""
    Transfer.objects.filter(state=JobState.RUNNING).update(lease_until=Now() - timedelta(seconds=1))
    CloudServer.objects.update(channel_until=None)
    sweep()
    Transfer.objects.exclude(state=JobState.DONE).update(crashes=0, attempts=0)
    unlimited()


def finish(row: Transfer) -> Transfer:
    def ended() -> bool:
        make_due(fresh(row)) if fresh(row).state == JobState.WAITING else None
        runner.run_next()
        return fresh(row).ended

    until(ended, 120)
    return fresh(row)


def right(world: World, row: Transfer) -> None:
    row = finish(row)
    assert row.state == JobState.DONE, (row.error_code, row.error)
    expected = world.netdisk.source(ON_DRIVE)["sha256"] if row.source_kind == "netdisk" else world.sha256
    assert arrived(world, row) == {row.name: expected}, "once, and the bytes of the source"
    assert Event.objects.filter(object=row.object_name, type="transfer.done").count() == 1
    assert row.done_bytes == row.size


@pairs
def test_F01_F02_killed_at_random_moments(world: World, settings: Any, source: str, target: str) -> None:
    dice = random.Random(f"{SEED}-{source}-{target}")
    row = send(world, PREPARE[source](world), target)
    for _ in range(KILLS):
        killed = worker(settings, world)
        until(lambda killed=killed: fresh(row).state == JobState.RUNNING or killed.poll() is not None, 60)  # type: ignore[misc]
        moment = time.monotonic() + dice.uniform(0, LONGEST)
        until(lambda moment=moment, killed=killed: time.monotonic() >= moment or killed.poll() is not None, 60)  # type: ignore[misc]
        killed.kill()
        killed.wait()
        if fresh(row).ended:
            break
        time_passes()
    right(world, row)


@pairs
def test_paused_and_continued(world: World, settings: Any, source: str, target: str) -> None:
    settings.TRANSFERS_RATE_LIMIT = RATE
    row = send(world, PREPARE[source](world), target)
    thread = in_background(runner.run_next)
    until(lambda: fresh(row).done_bytes > 0 or fresh(row).ended, 60)
    with suppress(Conflict):  # it may be over already
        services.pause(world.alice, fresh(row))
    thread.join(60)
    if fresh(row).state == JobState.PAUSED:
        services.resume(world.alice, fresh(row))
    right(world, row)


@pairs
def test_F50_the_source_breaks_off_again_and_again(world: World, source: str, target: str) -> None:
    wanted = PREPARE[source](world)
    if source == "netdisk":
        world.netdisk.fault("cut", times=3, match={"op": "cdn"}, after=3_000_000)
    elif source == "clouddrive":
        world.cloud.fault("download_cut", times=3, after=3_000_000)
    else:
        pytest.skip("nothing between it and the worker breaks off")
    row = send(world, wanted, target)
    right(world, row)


@pairs
def test_F55_the_target_refuses_for_a_while(world: World, source: str, target: str) -> None:
    row = send(world, PREPARE[source](world), target)
    if target == "netdisk":
        world.netdisk.fault("part_dropped", times=3, after=1_000_000)
    elif target == "clouddrive":
        world.cloud.fault("channel_drop", times=2, messages=2)
        world.cloud.fault("chunk_short", times=2)
    else:
        pytest.skip("the library is on this machine")
    right(world, row)
