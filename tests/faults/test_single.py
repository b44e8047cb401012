"""The whole product in one process, as `make run` starts it: killed, ended and started again."""

from __future__ import annotations

import random
import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.emulators.standin import Program, Standin
from tests.support.site import Client, Site
from tests.support.waiting import until

from . import transfers
from .conftest import rounds
from .sockets import Listener
from .stack import upstream
from .transfers import LARGE, MIB, SMALL
from .watch import watching


@pytest.fixture
def site(tmp_path: Path, program: Program, drive_side: Standin) -> Iterator[Site]:
    extra = {"REGISTRATION": "open", "DOWNLOAD_LIMIT": "0", "TRANSFERS_PER_ACCOUNT": "4"}
    place = Site(tmp_path / "data", env={**upstream(program), **extra}).start()
    yield place
    if place.process is not None and place.process.poll() is None:
        place.kill()


def person(site: Site, standin: Standin) -> Client:
    client = Client(site.url).register("harbour")
    client.connect_drive(standin.url)
    return client


def row(site: Site, query: str, *values: Any) -> Any:
    """One row straight from the database file."""
    with sqlite3.connect(f"file:{site.data}/yungang.sqlite3?mode=ro", uri=True, timeout=20) as database:
        return database.execute(query, values).fetchone()


def durable(site: Site, transfer: transfers.Json) -> int:
    return int(row(site, "SELECT done_bytes FROM transfers_transfer WHERE id = ?", transfer["id"].replace("-", ""))[0])


@pytest.mark.parametrize("kills", [1, pytest.param(rounds(5, 20), marks=pytest.mark.slow)])
def test_F01_the_site_is_killed_at_random_moments_of_one_transfer(
    site: Site, drive_side: Standin, dice: random.Random, kills: int
) -> None:
    client = person(site, drive_side)
    user = client.get("/auth/me").json()["id"]
    drive_side.fault(
        "slow", match={"op": "cdn"}, bytes_per_s=100 * MIB // (16 * kills)
    )  # for each of up to four connections
    with watching(site.data / "library" / str(user)) as watch:
        transfer = transfers.start(client, drive_side, LARGE)
        reached = 0
        for _ in range(kills):
            transfers.moving(client, transfer, reached + 1)
            threading.Event().wait(dice.uniform(0, 1.5))  # the random moment is the fault, nothing is waited for
            site.kill()
            left = durable(site, transfer)
            assert left >= reached, "progress never goes backwards"
            assert watch.events(transfer["id"]) == [], "no final name before the end"
            reached = left
            site.start()
        drive_side.control("DELETE", "faults")
        sent = drive_side.control("GET", "counters")["bytes_sent"]
        transfers.whole(client, drive_side, LARGE, transfer)
        again = drive_side.control("GET", "counters")["bytes_sent"] - sent
        assert again <= 100 * MIB - reached + MIB, "nothing durable is fetched twice"
        assert watch.events(transfer["id"]) == ["moved here"], "the final name appears once, whole"
    done = row(
        site,
        "SELECT count(*) FROM core_event WHERE type = 'transfer.done' AND object = ?",
        f"transfer:{transfer['id']}",
    )
    assert done == (1,)
    assert len(transfers.on_disk(site.data, transfer)) == 1


def test_F05_a_drain_finishes_requests_closes_sockets_and_ends_well(site: Site, drive_side: Standin) -> None:
    client = person(site, drive_side)
    listener = Listener(client)
    drive_side.fault("latency", match={"op": "quota"}, ms=3000)
    answers: list[requests.Response] = []
    ask = threading.Thread(
        target=lambda: answers.append(client.post("/mcp/user/exec", json={"op": "quota", "args": {}}))
    )
    ask.start()
    until(lambda: any(call["op"] == "quota" for call in drive_side.log()) or not ask.is_alive(), 20, "the slow call")
    assert not answers, "it is still in flight"
    assert site.stop() == 0, "a clean end"
    ask.join(10)
    assert [answer.status_code for answer in answers] == [200], answers and answers[0].text
    assert listener.closed() in (1001, 1012)
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{site.url}/health", timeout=5)
    assert not any("Traceback" in line for line in site.lines), "\n".join(site.lines)


def test_F06_an_ending_site_hands_transfers_back_and_the_next_one_finishes_them(
    site: Site, drive_side: Standin
) -> None:
    client = person(site, drive_side)
    drive_side.fault("slow", match={"op": "cdn"}, bytes_per_s=8 * MIB)
    paths = [LARGE, SMALL, "/测试/16MiB.bin", LARGE]
    started = [(path, transfers.start(client, drive_side, path)) for path in paths]
    large = started[0][1]
    transfers.moving(client, large)
    began = time.monotonic()
    site.signal(signal.SIGTERM)
    assert site.process is not None
    code = site.process.wait(30)
    assert time.monotonic() - began < 25
    assert code == 0
    state, attempts = row(
        site, "SELECT state, attempts FROM transfers_transfer WHERE id = ?", large["id"].replace("-", "")
    )
    assert (state, attempts) == ("queued", 0), "handed back, no attempt is lost"
    assert row(site, "SELECT count(*) FROM transfers_transfer WHERE state IN ('running', 'failed')") == (0,)
    drive_side.control("DELETE", "faults")
    site.start()
    for path, transfer in started:
        done = transfers.whole(client, drive_side, path, transfer)
        assert done["attempts"] <= 1


@pytest.mark.slow
def test_F06_a_second_signal_ends_at_once_and_a_kill_loses_nothing(site: Site, drive_side: Standin) -> None:
    client = person(site, drive_side)
    drive_side.fault("latency", match={"op": "quota"}, ms=20_000)
    ask = threading.Thread(target=lambda: _quietly(client))
    ask.start()
    until(lambda: any(call["op"] == "quota" for call in drive_side.log()) or not ask.is_alive(), 20, "the slow call")
    transfer = transfers.start(client, drive_side, SMALL)
    site.signal(signal.SIGTERM)
    threading.Event().wait(1)  # the first signal is being obeyed: the slow call holds the process
    assert site.process is not None and site.process.poll() is None
    began = time.monotonic()
    site.signal(signal.SIGTERM)
    site.process.wait(15)
    assert time.monotonic() - began < 5
    ask.join(30)
    site.start()
    transfers.whole(client, drive_side, SMALL, transfer)


def _quietly(client: Client) -> None:
    try:
        client.post("/mcp/user/exec", json={"op": "quota", "args": {}})
    except requests.RequestException:
        return
