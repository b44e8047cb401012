"""SQLite under a lock, under kill -9, and under a reader that holds a snapshot."""

from __future__ import annotations

import random
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
import requests

from tests.emulators.standin import Program
from tests.support.site import Client, Site
from tests.support.waiting import until

from .conftest import rounds
from .load import Load, same_person
from .stack import upstream

BUSY_TIME_OUT = 8.0  # seconds a writer waits for its turn
WAL_LIMIT = 64 << 20


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, program: Program) -> Iterator[Site]:
    place = Site(
        tmp_path_factory.mktemp("sqlite"), env={**upstream(program), "REGISTRATION": "open", "DOWNLOAD_LIMIT": "0"}
    )
    yield place.start()
    if place.process is not None and place.process.poll() is None:
        place.kill()


@contextmanager
def write_lock(site: Site) -> Iterator[None]:
    """This process writes and does not end; for the site it is a stranger."""
    with sqlite3.connect(site.data / "yungang.sqlite3", isolation_level=None, timeout=30) as stranger:
        stranger.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            stranger.execute("ROLLBACK")
    stranger.close()


def read(client: Client) -> requests.Response:
    return client.get("/api/v1/transfers")


def write(client: Client) -> requests.Response:
    return client.put("/auth/me", json={"first_name": f"n{time.monotonic_ns()}"})


def hold(site: Site, client: Client, seconds: float) -> tuple[Load, Load, float]:
    """Readers and writers at work before, while and after the lock is held; when it began."""
    readers, writers, make = Load(), Load(), same_person(client)
    with readers.running(read, make, 4), writers.running(write, make, 4):
        until(lambda: readers.count(0) > 20 and writers.count(0) > 8, 30, "some load")
        with write_lock(site):
            began = time.monotonic()
            until(lambda: time.monotonic() - began > seconds, seconds + 10, "the lock's time")
        over = time.monotonic()
        until(lambda: writers.count(over) > 8, 30, "writers to go on")
    return readers, writers, began


def test_F20_a_write_lock_makes_writers_wait_and_nobody_fail(site: Site) -> None:
    client = Client(site.url).register("f20")
    assert write(client).status_code == 200
    readers, writers, began = hold(site, client, 3)
    assert set(writers.statuses) == set(readers.statuses) == {200}, (writers.statuses, readers.statuses)
    assert writers.slowest(began) > 2, "they did wait"
    assert readers.slowest(began) < 1.5, "readers are not slowed"


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [rounds(15, 60)])
def test_F21_a_long_write_lock_is_answered_503_within_the_bound(site: Site, seconds: int) -> None:
    client = Client(site.url).register("f21")
    assert write(client).status_code == 200
    process = psutil.Process(site.process.pid)  # type: ignore[union-attr]
    threads, files = process.num_threads(), process.num_fds()
    readers, writers, began = hold(site, client, seconds)
    refused = [call for call in writers.calls if call.status == 503]
    assert refused and set(writers.statuses) == {200, 503}, writers.statuses
    assert all(call.retry_after and int(call.retry_after) > 0 for call in refused)
    assert writers.slowest(began) < BUSY_TIME_OUT + 3
    assert set(readers.statuses) == {200} and readers.slowest(began) < 1.5
    assert process.num_threads() - threads < 12 and process.num_fds() - files < 40, "nothing piles up"


@pytest.mark.parametrize("kills", [1, pytest.param(rounds(5, 30), marks=pytest.mark.slow)])
def test_F22_kills_in_heavy_writes_lose_nothing_that_was_acknowledged(
    tmp_path: Path, program: Program, dice: random.Random, kills: int
) -> None:
    place = Site(tmp_path, env={**upstream(program), "REGISTRATION": "open", "DOWNLOAD_LIMIT": "0"}).start()
    witness: list[str] = []

    def create(client: Client) -> requests.Response:
        answer = client.post("/api/v1/transfers", json={"source": {"url": f"{program.url}/nothing"}})
        if answer.status_code == 201:
            witness.append(answer.json()["id"])
        return answer

    client = Client(place.url).register("witness")
    for _ in range(kills):
        load, known = Load(), len(witness)
        with load.running(create, same_person(client), 6):
            until(lambda known=known: len(witness) >= known + 20, 60, "acknowledged rows")  # type: ignore[misc]
            threading.Event().wait(dice.uniform(0, 0.5))  # the random moment is the fault
            place.kill()
        assert set(load.statuses) <= {201, 0}, load.statuses
        with sqlite3.connect(tmp_path / "yungang.sqlite3") as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            stored = {line[0] for line in database.execute("SELECT id FROM transfers_transfer")}
        database.close()
        lost = {name.replace("-", "") for name in witness} - stored
        assert not lost, f"{len(lost)} acknowledged rows are gone"
        place.start()
    place.stop()


def wal(site: Site) -> int:
    path = site.data / "yungang.sqlite3-wal"
    return path.stat().st_size if path.exists() else 0


def test_F23_the_log_stays_bounded_while_the_site_reads_and_shrinks_after_a_stranger_left(site: Site) -> None:
    client = Client(site.url).register("f23")
    with Load().running(read, same_person(client), 4), Load().running(write, same_person(client), 2) as writing:
        until(lambda: writing.count(0) > rounds(150, 3000), 300, "many writes")
    assert wal(site) < 16 << 20, "no reader of ours holds a snapshot"
    stranger = sqlite3.connect(site.data / "yungang.sqlite3", isolation_level=None)
    stranger.execute("BEGIN")
    stranger.execute("SELECT count(*) FROM accounts_user").fetchone()
    with Load().running(write, same_person(client), 2) as writing:
        until(lambda: writing.count(0) > 100, 60, "writes beside the snapshot")
    assert set(writing.statuses) == {200}, "a reader stops no writer"
    stranger.close()
    with Load().running(write, same_person(client), 1) as writing:
        until(lambda: writing.count(0) > 30, 60, "writes afterwards")
    assert wal(site) <= WAL_LIMIT
    with sqlite3.connect(site.data / "yungang.sqlite3") as database:
        busy, pages, moved = database.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    database.close()
    assert busy == 0 and pages == moved, "everything can be checkpointed again"
