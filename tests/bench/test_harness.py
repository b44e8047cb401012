"""The harness itself: turns, goals, the table, and every kind of contestant at a tiny size. No speed is asserted."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench import load, machine, table
from bench.rows import ROWS, api_read, download, job_start, token_lookup, token_race
from bench.runner import PRODUCT, Contestants, Goal, Line, Outcome, Row, Sample, Setting, run
from bench.server import Process, free_port, listens
from tests.support.waiting import until

PEER = "peer"


def contest(calls: list[str], times: dict[str, list[float]]) -> Callable[[Setting], object]:
    @contextmanager
    def open_(setting: Setting) -> Iterator[Contestants]:
        def measure(name: str) -> Sample:
            calls.append(name)
            return {"time": times[name][calls.count(name) - 1]}

        yield {name: lambda name=name: measure(name) for name in times}

    return open_


def made(lines: list[Line], peer: list[float], product: list[float], tmp_path: Path) -> tuple[Outcome, list[str]]:
    calls: list[str] = []
    row = Row("made", "work", lines, contest(calls, {PEER: peer, PRODUCT: product}))
    return run(row, Setting(tmp_path, rounds=len(peer))), calls


def test_contestants_take_turns_in_alternating_order(tmp_path):
    _, calls = made([], [1, 1, 1], [1, 1, 1], tmp_path)
    assert calls == [PEER, PRODUCT, PRODUCT, PEER, PEER, PRODUCT]


def test_ratio_is_taken_within_each_round(tmp_path):
    line = Line("time", "time", against=PEER, goal=Goal("≤", 2))
    outcome, _ = made([line], [1, 2, 4], [2, 2, 12], tmp_path)
    assert outcome.values(line) == [2, 1, 3]
    assert outcome.met(line)


def test_worst_round_decides_where_the_line_says_so(tmp_path):
    line = Line("time", "time", goal=Goal("≤", 2), worst=True, limit="the reason")
    outcome, _ = made([line], [1, 1, 1], [1, 1, 3], tmp_path)
    assert not outcome.met(line)
    assert "the reason" in table.as_text([outcome])
    assert "**red**" in table.as_document([outcome], {"CPU": "one"}, datetime.now(UTC), 3)


def test_row_that_breaks_is_reported_and_does_not_end_the_run(tmp_path):
    @contextmanager
    def broken(setting: Setting) -> Iterator[Contestants]:
        raise ValueError("no such thing")
        yield {}

    outcome = run(Row("broken", "work", [], broken), Setting(tmp_path))
    assert "no such thing" in table.as_text([outcome])


def test_row_that_takes_too_long_is_stopped(tmp_path):
    @contextmanager
    def endless(setting: Setting) -> Iterator[Contestants]:
        yield {PRODUCT: lambda: {"time": signal.sigtimedwait([], 30) or 0}}  # type: ignore[dict-item]

    began = time.monotonic()
    outcome = run(Row("endless", "work", [], endless, seconds=0.3), Setting(tmp_path))
    assert "TimeoutError" in outcome.trouble
    assert time.monotonic() - began < 10


def test_row_without_its_tools_says_so(tmp_path):
    row = Row("redis", "work", [], contest([], {}), lambda: "not run: no Redis")
    assert "not run: no Redis" in table.as_text([run(row, Setting(tmp_path))])


def test_names_are_unique_and_red_lines_have_a_reason():
    assert len({row.name for row in ROWS}) == len(ROWS)
    assert all(line.limit for row in ROWS for line in row.lines if line.goal)


def test_process_is_pinned_frozen_and_ended(tmp_path):
    port = free_port()
    (tmp_path / "file").write_bytes(b"x" * 1000)
    command = [sys.executable, "-m", "bench.origin", str(tmp_path / "file"), str(port)]
    with Process(command, tmp_path / "log", core=machine.server_core()) as process:
        process.until(lambda: listens(port), 20)
        assert os.sched_getaffinity(process.popen.pid) == {machine.server_core()}
        process.freeze()
        until(lambda: state(process.popen.pid) == "T", what="the process to freeze")
        with process.awake():
            found = load.measure(port, load.request("GET", "/file", port), connections=2, seconds=0.1)
        assert found.rate > 0
        assert found.p50 <= found.p99
    assert process.popen.returncode is not None


def state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_refused_request_is_no_result():
    port = free_port()
    with pytest.raises(OSError):
        load.measure(port, load.request("GET", "/", port), connections=1, seconds=0.1)


@pytest.mark.parametrize("row", [download.ROW, token_lookup.ROW], ids=lambda row: row.name)
def test_row_at_a_tiny_size(row, tmp_path):
    if row is download.ROW and not shutil.which("curl"):
        pytest.skip("no curl")
    outcome = run(row, Setting(tmp_path, rounds=1, seconds=0.1, share=0.002))
    assert not outcome.trouble
    assert all(outcome.values(line) for line in row.lines if line.goal)


def test_race_counts_one_refresh_for_each_generation(tmp_path):
    outcome = run(token_race.ROW, Setting(tmp_path, rounds=1, share=0.02))
    assert all(map(outcome.met, token_race.ROW.lines))
    assert outcome.samples[PRODUCT][0]["generations"] == outcome.samples[PRODUCT][0]["races"]


def test_fastapi_peer_reads_the_row(tmp_path):
    import requests

    from bench.peers import fastapi_site

    with api_read._peer(Setting(tmp_path)) as (_, port):
        header = {"Authorization": f"Bearer {fastapi_site.token(api_read.KEY, 1)}"}
        for path in ("/me", "/me/kept"):
            assert (
                requests.get(f"http://127.0.0.1:{port}{path}", headers=header, timeout=20).json()["username"] == "admin"
            )
        assert requests.get(f"http://127.0.0.1:{port}/me", timeout=20).status_code in (401, 403)
        wrong = {"Authorization": f"Bearer {fastapi_site.token('another key, as long as the right one is', 1)}"}
        assert requests.get(f"http://127.0.0.1:{port}/me/kept", headers=wrong, timeout=20).status_code == 401


@pytest.mark.skipif(bool(job_start.ROW.missing()), reason="no Redis")
def test_celery_peer_starts_a_task(tmp_path):
    with job_start._peer(Setting(tmp_path)) as (_, delay):
        assert 0 < delay() < 30
