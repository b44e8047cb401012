"""What an exec call costs above the call to Baidu that it makes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import requests

from bench.load import percentile
from bench.runner import PRODUCT, Contestants, Goal, Line, Row, Sample, Setting
from bench.server import Site
from bench.standin import Standin, post, register, site_with, standin

PAIRS = 300
WARM = 30
FOLDER, ROWS = "/照片/2025", 20


@contextmanager
def contest(setting: Setting) -> Iterator[Contestants]:
    with standin(setting.folder) as upstream, site_with(setting.folder, upstream) as product:
        numbers = count(2)

        def measure() -> Sample:
            pair = _newcomer(product, upstream, next(numbers))  # a user may run 600 operations a minute
            for _ in range(WARM):
                pair.bare(), pair.through()
            return pair.measure(setting.part(PAIRS, 5))

        yield {PRODUCT: measure}


def _newcomer(product: Site, upstream: Standin, number: int) -> Pair:
    """A new user with a drive."""
    drive = upstream.tokens(f"demo{number}")
    token = register(product, f"user{number}")
    post(product, "/oauth/user/token/upsert", drive, token).raise_for_status()
    return Pair(upstream.url, product.url, drive["access_token"], token)


class Pair:
    """The same listing, bare and through the product, each on a connection that is kept."""

    def __init__(self, upstream: str, product: str, access_token: str, token: str) -> None:
        self._upstream = f"{upstream}/rest/2.0/xpan/file"
        self._query: dict[str, str | int] = {
            "method": "list",
            "dir": FOLDER,
            "order": "name",
            "desc": 0,
            "start": 0,
            "limit": ROWS,
            "folder": 0,
            "web": 0,
            "access_token": access_token,
        }
        self._door = f"{product}/mcp/user/exec"
        self._body = {"op": "list_files", "args": {"dir": FOLDER, "limit": ROWS}}
        self._bare, self._through = requests.Session(), requests.Session()
        self._bare.headers["User-Agent"] = "pan.baidu.com"
        self._through.headers["Authorization"] = f"Bearer {token}"

    def measure(self, pairs: int) -> Sample:
        times = [(self.bare(), self.through()) if number % 2 else self._turned() for number in range(pairs)]
        bare, through = ([each[which] * 1000 for each in times] for which in (0, 1))
        more = [mine - theirs for theirs, mine in zip(bare, through, strict=True)]
        found = {"bare": percentile(bare, 50), "through": percentile(through, 50)}
        return {**found, "more": percentile(more, 50), "more_p95": percentile(more, 95)}

    def _turned(self) -> tuple[float, float]:
        through = self.through()
        return self.bare(), through

    def bare(self) -> float:
        began = time.perf_counter()
        answer = self._bare.get(self._upstream, params=self._query, timeout=30)
        found = answer.json()
        seconds = time.perf_counter() - began
        if found["errno"] or len(found["list"]) != ROWS:
            raise RuntimeError(f"no listing: {found.get('errno')}")
        return seconds

    def through(self) -> float:
        began = time.perf_counter()
        answer = self._through.post(self._door, json=self._body, timeout=30)
        found = answer.json()
        seconds = time.perf_counter() - began
        if found["status"] != "ok" or len(found["data"]["list"]) != ROWS:
            raise RuntimeError(f"no listing: {answer.status_code} {answer.text[:200]}")
        return seconds


LIMIT = (
    "Python's share of a second HTTP exchange on one core: the site's own server, Django's middleware, the row of the audit "
    "trail, and a guarded session around the same upstream call"
)
ROW = Row(
    "exec_overhead",
    f"POST /mcp/user/exec of list_files ({ROWS} rows) against the same listing asked of the stand-in with a kept requests.Session; "
    f"{PAIRS} pairs, one after the other, differences taken within each pair",
    (
        Line("more than a bare call, p50", "more", "ms", goal=Goal("≤", 3), limit=LIMIT),
        Line("more than a bare call, p95", "more_p95", "ms"),
        Line("bare call, p50", "bare", "ms"),
        Line("exec call, p50", "through", "ms"),
    ),
    contest,
)
