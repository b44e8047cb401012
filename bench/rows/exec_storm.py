"""200 exec calls by 20 users while Baidu answers 31034: who waits, who fails, how many calls are refused."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from bench.load import percentile
from bench.runner import Contestants, Goal, Line, Row, Sample, Setting
from bench.server import Site
from bench.standin import Standin, post, register, site_with, standin

USERS, CALLS = 20, 10
STORM_SECONDS = 15.0
STORM_AFTER = 0.25  # of the calls
PER_MINUTE = 6
PATIENCE = 120
OWN, LIMITED, SHARED = "own drives, storm", "own drives, limit per user", "shared account, storm"


@contextmanager
def contest(setting: Setting) -> Iterator[Contestants]:
    """Each sample has a site and a stand-in of its own: what one has learnt must not help the next."""
    yield {
        OWN: lambda: _sample(setting, shared=False, storm=True),
        LIMITED: lambda: _sample(setting, shared=False, storm=False),
        SHARED: lambda: _sample(setting, shared=True, storm=True),
    }


def _sample(setting: Setting, *, shared: bool, storm: bool) -> Sample:
    folder = setting.folder / "sample"
    folder.mkdir()
    users = setting.part(USERS, 2)
    patience = str(PATIENCE)
    try:
        with (
            standin(folder, "--latency-ms", "20") as upstream,
            site_with(folder, upstream, NETDISK_PATIENCE=patience) as product,
        ):
            tokens = _people(product, upstream, users, shared)
            return _measure(product, upstream, tokens, shared, storm)
    finally:
        shutil.rmtree(folder)


def _people(product: Site, upstream: Standin, count: int, shared: bool) -> list[str]:
    """Users with their drives, or with the site's shared one; their access tokens."""
    tokens = []
    if shared:
        post(product, "/oauth/service/token/upsert", upstream.tokens("demo"), product.sign_in()).raise_for_status()
    for number in range(2, count + 2):
        tokens.append(register(product, f"user{number}"))
        if not shared:
            drive = upstream.tokens(f"demo{number}")
            post(product, "/oauth/user/token/upsert", drive, tokens[-1]).raise_for_status()
    return tokens


def _measure(product: Site, upstream: Standin, tokens: list[str], shared: bool, storm: bool) -> Sample:
    door = "/mcp/public/exec" if shared else "/mcp/user/exec"
    calls, weather = len(tokens) * CALLS, Weather(upstream, len(tokens) * CALLS * STORM_AFTER if storm else 0)
    upstream.control("DELETE", "log")
    if not storm:
        upstream.control("POST", "settings", {"list_per_minute": PER_MINUTE})
    began = time.monotonic()
    with ThreadPoolExecutor(len(tokens)) as pool:
        outcomes = [
            each for found in pool.map(lambda token: _user(product, door, token, weather), tokens) for each in found
        ]
    seconds = time.monotonic() - began
    counted = upstream.control("GET", "counters")
    asked, refused = sum(counted["calls"].values()), sum(counted["refused"].values())
    failed = sum(not right for right, _seconds in outcomes)
    return {
        "failed": failed,
        "missing": calls - len(outcomes),
        "refused": 100 * refused / max(1, asked),
        "seconds": seconds,
        "longest": max(taken for _right, taken in outcomes),
        "p50": percentile([taken for _right, taken in outcomes], 50) * 1000,
    }


def _user(product: Site, door: str, token: str, weather: Weather) -> list[tuple[bool, float]]:
    """One user's calls, one after the other: whether each ended right, and its seconds."""
    found = []
    for _ in range(CALLS):
        began = time.monotonic()
        answer = post(product, door, {"op": "list_files", "args": {"dir": "/", "limit": 20}}, token, PATIENCE + 30)
        found.append((answer.status_code == 200 and answer.json()["status"] == "ok", time.monotonic() - began))
        weather.call_ended()
    return found


class Weather:
    """Begins the storm after so many calls; 0: never."""

    def __init__(self, upstream: Standin, after: float) -> None:
        self._upstream, self._after, self._ended, self._lock = upstream, after, 0, threading.Lock()

    def call_ended(self) -> None:
        with self._lock:
            self._ended += 1
            if self._ended == int(self._after):
                order = {"name": "storm", "params": {"class": "list", "seconds": STORM_SECONDS}}
                self._upstream.control("POST", "faults", order)


LIMIT = "the first refusals teach the limit, and each probe during a storm costs one more"


def _lines(of: str) -> tuple[Line, ...]:
    return (
        Line(f"{of}: calls that failed", "failed", of=of, goal=Goal("=", 0), worst=True, limit=LIMIT),
        Line(f"{of}: calls without an answer", "missing", of=of, goal=Goal("=", 0), worst=True, limit=LIMIT),
        Line(f"{of}: refused calls", "refused", "%", of=of, goal=Goal("≤", 5), worst=True, limit=LIMIT),
        Line(f"{of}: all of it", "seconds", "s", of=of),
        Line(f"{of}: longest call", "longest", "s", of=of),
    )


ROW = Row(
    "exec_storm",
    f"{USERS} users make {CALLS} exec calls each (list_files), one after the other, on a site and a stand-in that have just "
    f"started. Storm: after {STORM_AFTER:.0%} of the calls every listing is refused with 31034 for {STORM_SECONDS:.0f} s. "
    f"Limit per user: {PER_MINUTE} listings a minute. Refused calls are counted by the stand-in; callers have a patience of "
    f"{PATIENCE} s",
    (*_lines(OWN), *_lines(LIMITED), *_lines(SHARED)),
    contest,
    seconds=2400,
    rounds=1,
)
