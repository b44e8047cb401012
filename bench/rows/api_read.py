"""An authenticated JSON read of one user row, 16 connections, one process and one core each."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bench import load
from bench.machine import client_core, pinned, server_core
from bench.peers import fastapi_site
from bench.runner import PRODUCT, Contestants, Goal, Line, Row, Sample, Setting
from bench.server import Process, environment, free_port, listens, site

PEER, KEPT = "FastAPI", "FastAPI, user kept"
USUAL, QUERY = "product through Django", "product with a query"
CONNECTIONS = 16
KEY = "a key of the peer that is long enough for HS256"


@contextmanager
def contest(setting: Setting) -> Iterator[Contestants]:
    with site(setting.folder, core=server_core()) as product, _peer(setting) as (process, port):
        ours, theirs = product.sign_in(), fastapi_site.token(KEY, 1)
        for each in (product.process, process):
            each.freeze()

        def measure(server: Process, at: int, path: str, token: str) -> Callable[[], Sample]:
            return lambda: _measure(server, at, load.request("GET", path, at, token), setting.seconds)

        yield {
            PEER: measure(process, port, "/me", theirs),
            KEPT: measure(process, port, "/me/kept", theirs),
            PRODUCT: measure(product.process, product.port, "/auth/me", ours),
            USUAL: measure(product.process, product.port, "/auth/me?usual", ours),
            QUERY: measure(product.process, product.port, "/api/v1/downloads/today", ours),
        }


@contextmanager
def _peer(setting: Setting) -> Iterator[tuple[Process, int]]:
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "bench.peers.fastapi_site:app",
        "--port",
        str(port),
        "--no-access-log",
    ]
    command += ["--loop", "uvloop", "--http", "httptools", "--log-level", "warning"]
    env = environment(PEER_DATABASE=str(setting.folder / "peer.sqlite3"), PEER_KEY=KEY)
    with Process(command, setting.folder / "peer.log", core=server_core(), env=env) as process:
        yield process.until(lambda: listens(port), 60), port


def _measure(process: Process, port: int, message: bytes, seconds: float) -> Sample:
    with process.awake(), pinned(client_core()):
        found = load.measure(port, message, connections=CONNECTIONS, seconds=seconds)
    return {"rate": found.rate, "p50": found.p50, "p99": found.p99}


LIMIT = "the WSGI lane: a thread hop per request under the GIL, Django's middleware and DRF's view"
ROW = Row(
    "api_read",
    "GET of one's own user row with a JWT, 16 connections; peer: FastAPI + SQLAlchemy async + aiosqlite + PyJWT on uvicorn, "
    "which checks the token and reads the row on every request. The product answers /auth/me from memory while its last look "
    "at token and row is at most 5 s old, so the first lines compare memory with a database; the lines below them compare "
    "memory with memory (a peer that keeps the user for 5 s too) and database with database",
    (
        Line("requests per second, as served (from memory)", "rate", against=PEER, goal=Goal("≥", 1.5), limit=LIMIT),
        Line("p99, as served (from memory)", "p99", against=PEER, goal=Goal("≤", 1.0), limit=LIMIT),
        Line("requests per second, both from memory", "rate", against=KEPT),
        Line("p99, both from memory", "p99", against=KEPT),
        Line("requests per second through Django, user from memory", "rate", of=USUAL, against=PEER),
        Line("p99 through Django, user from memory", "p99", of=USUAL, against=PEER),
        Line("requests per second, one query each (downloads/today)", "rate", of=QUERY, against=PEER),
        Line("p99, one query each (downloads/today)", "p99", of=QUERY, against=PEER),
    ),
    contest,
)
