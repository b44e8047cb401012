"""Redis away at the start, killed and empty again, hanging; and more progress than anyone can read."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.emulators.standin import Program, Standin
from tests.support.site import Client, Site, free_port
from tests.support.waiting import until

from . import transfers
from .conftest import rounds
from .load import Load, same_person
from .servers import RedisServer
from .sockets import Listener
from .stack import SECRETS, Stack, upstream
from .transfers import SMALL

pytestmark = [pytest.mark.postgres, pytest.mark.redis]
TIME_OUT = 2.0  # of every call to Redis


@pytest.fixture
def system(stack: Stack, redis_server: RedisServer, drive_side: Standin) -> Iterator[Stack]:
    yield stack
    redis_server.signal(
        signal.SIGCONT
    ) if redis_server.process and redis_server.process.poll() is None else redis_server.start()


def health(site: Site) -> dict[str, object]:
    return dict(Client(site.url).get("/health").json())


def test_F35_without_redis_the_site_starts_degraded_and_says_so(tmp_path: Path, program: Program) -> None:
    away = f"redis://127.0.0.1:{free_port()}/0"
    extra = {"REDIS_URL": away, "REGISTRATION": "open", "DOWNLOAD_LIMIT": "0"}
    extra["DJANGO_SETTINGS_MODULE"] = "tests.faults.settings"
    site = Site(tmp_path, env={**SECRETS, **upstream(program), **extra}).start()
    try:
        told = health(site)
        assert told["status"] == "degraded" and told["parts"]["redis"] == "error"  # type: ignore[index]
        client = Client(site.url).register("lone")
        client.connect_drive(program.url)
        standin = Standin(program.url)
        listener = Listener(client)
        began = time.monotonic()
        transfer = transfers.start(client, standin, SMALL)
        assert time.monotonic() - began < 5, "nobody waits for a broker that is away"
        assert transfer["state"] == "queued"
        until(lambda: listener.events("transfer.created"), 15, "the event, found without a message")
        listener.close()
        for path in ("/auth/me", "/api/v1/transfers", "/health/ready"):
            assert client.get(path).status_code == 200, path
        wrong = Client(site.url).post("/auth/login", json={"username": "lone", "password": "wrong"})
        assert wrong.status_code == 401, "fails closed"
    finally:
        site.stop()


def enqueue(system: Stack, mark: str, count: int, seconds: float) -> None:
    system.console.run(
        f"from core.jobs import enqueue\nfor _ in range({count}): enqueue('fault.effect', mark={mark!r}, seconds={seconds})"
    )


def effects(system: Stack, mark: str) -> int:
    return int(
        system.console.run(
            f"from core.models import LiveSettingChange as L\nresult = L.objects.filter(key={mark!r}).count()"
        )
    )


@pytest.mark.slow
@pytest.mark.parametrize("round_", range(rounds(1, 5)))
def test_F36_a_redis_that_comes_back_empty_loses_no_job(system: Stack, redis_server: RedisServer, round_: int) -> None:
    mark = f"f36 {round_}"
    client = system.client(f"f36{round_}")
    listener = Listener(client)
    enqueue(system, mark, 1000, 0.05)
    until(lambda: effects(system, mark) >= 50, 60, "the first effects")
    redis_server.kill()
    at_the_kill = effects(system, mark)
    assert at_the_kill < 1000, "most are still queued"
    assert client.get("/auth/me").status_code == 200
    redis_server.start()
    until(lambda: effects(system, mark) == 1000, 150, "all effects")
    left = f"from core.models import Job\nresult = Job.objects.filter(arguments__mark={mark!r}).exclude(state='done').count()"
    until(lambda: system.console.run(left) == 0, 30, "all rows to be done")
    assert effects(system, mark) == 1000, "each once"
    began = time.monotonic()
    client.post("/mcp/user/exec", json={"op": "mkdir", "args": {"path": "/x"}})
    until(lambda: listener.events("mcp_callback"), 10, "an event on the socket that was open all the time")
    assert time.monotonic() - began < 10
    listener.close()


@pytest.mark.slow
def test_F37_a_hanging_redis_costs_one_time_out_and_then_nothing(system: Stack, redis_server: RedisServer) -> None:
    client = system.client("f37")
    client.connect_drive(system.program.url)
    make = same_person(client)
    standin, load, posts = system.standin(), Load(), Load()
    fs_id = standin.source(SMALL, hash=0)["fs_id"]
    begin = {"source": {"fs_id": fs_id}}
    with (
        load.running(lambda each: each.get("/api/v1/transfers?page_size=1"), make, 4),
        posts.running(lambda each: each.post("/api/v1/transfers", json=begin), make, 1),
    ):
        until(lambda: load.count(0) >= 40 and posts.count(0) >= 3, 30, "some load")
        redis_server.signal(signal.SIGSTOP)
        frozen = time.monotonic()
        until(lambda: time.monotonic() - frozen > 12, 20, "12 s of silence")
        redis_server.signal(signal.SIGCONT)
        thawed = time.monotonic()
        until(lambda: load.count(thawed + 6) >= 40, 60, "load after the thaw")
    assert set(load.statuses) == {200}, load.statuses
    assert set(posts.statuses) == {201}, posts.statuses
    assert load.slowest(frozen) < TIME_OUT * 2 + 1.5, "one time-out for the limiter, one for the bus"
    assert posts.slowest(frozen) < TIME_OUT * 3 + 1.5
    quick = sum(call.seconds < 1 for call in load.calls if frozen <= call.at <= thawed)
    assert quick > 0.8 * sum(frozen <= call.at <= thawed for call in load.calls), "the breaker is open most of the time"
    assert load.percentile(0.9, since=thawed + 6) < 1, "normal again"
    row = transfers.start(client, standin, SMALL)
    transfers.whole(client, standin, SMALL, row)


def test_F39_progress_overflow_keeps_the_latest_and_bounds_the_memory(system: Stack) -> None:
    """2,000 a second; one client reads all the time, one only when it is over."""
    client = system.client("f39")
    user = client.get("/auth/me").json()["id"]
    reader, slow = Listener(client), Listener(client, reading=False)
    process = psutil.Process(system.webs[0].process.pid)  # type: ignore[union-attr]
    before = process.memory_info().rss
    seconds = rounds(2, 20)
    system.console.run(
        f"""
        import threading, time
        from core.events import progress
        pace = threading.Event()
        began = time.monotonic()
        for number in range({seconds * 2000}):
            progress({user}, f"transfer:{{number % 5}}", {{"number": number, "filler": "x" * 500}})
            ahead = number / 2000 - (time.monotonic() - began)
            if ahead > 0.01:
                pace.wait(ahead)
        """
    )
    slow.read()
    for listener in (reader, slow):
        until(lambda listener=listener: newest(listener) == seconds * 2000 - 1, 30, "the latest state")  # type: ignore[misc]
        listener.close()
    assert process.memory_info().rss - before < 64 << 20


def newest(listener: Listener) -> int:
    return max((frame["data"]["number"] for frame in listener.events("progress_update")), default=-1)
