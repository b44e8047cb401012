"""An empty job, from enqueueing it to its first line."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import redis as redis_client
from celery import Celery

from bench.load import percentile
from bench.peers.celery_app import TASK
from bench.runner import PRODUCT, Contestants, Goal, Line, Row, Sample, Setting
from bench.server import Child, Process, environment, redis, redis_missing

PEER = "Celery"
JOBS = 200
IDLE = 0.02
KEY = "bench:began"


@contextmanager
def contest(setting: Setting) -> Iterator[Contestants]:
    count = setting.part(JOBS, 5)
    env = environment(DATA_DIR=str(setting.folder / "jobs"))
    with _peer(setting) as (worker, delay), Child("jobs", setting.folder / "jobs.log", env=env) as child:
        _delays(delay, 5)
        for each in (worker, child):
            each.freeze()

        def theirs() -> Sample:
            with worker.awake():
                return _sample(_delays(delay, count))

        def ours() -> Sample:
            with child.awake():
                return _sample(child.ask(count=count)["times"])

        yield {PEER: theirs, PRODUCT: ours}


@contextmanager
def _peer(setting: Setting) -> Iterator[tuple[Process, Callable[[], float]]]:
    """A plain Celery worker (prefork, one process per core) and what sends one task: the seconds until it began."""
    with redis(setting.folder) as address:
        command = [sys.executable, "-m", "celery", "-A", "bench.peers.celery_app", "worker", "-l", "WARNING"]
        env = environment(PEER_REDIS=address)
        with Process(command, setting.folder / "celery.log", env=env) as worker:
            app, answers = (
                Celery("sender", broker=address, set_as_current=False),
                redis_client.Redis.from_url(address),
            )

            def delay() -> float:
                sent = time.monotonic()
                app.send_task(TASK, args=[KEY], ignore_result=True)
                answer = answers.blpop([KEY], timeout=30)
                if answer is None:
                    raise RuntimeError(f"the worker did not begin: {worker.said()}")
                return float(answer[1]) - sent

            yield worker, delay


def _delays(delay: Callable[[], float], count: int) -> list[float]:
    found = []
    for _ in range(count):
        found.append(delay())
        time.sleep(IDLE)  # the next one meets a worker at rest
    return found


def _sample(times: list[float]) -> Sample:
    return {"p50": percentile(times, 50) * 1000, "p99": percentile(times, 99) * 1000}


LIMIT = (
    "the row's INSERT, UPDATE and SELECT through the ORM with two commits (about 3 ms), and Celery's own way of a message "
    "(about 1 ms); the peer stores no row"
)
ROW = Row(
    "job_start",
    "an empty job on idle workers, enqueue → first line; product: embedded workers on SQLite, the job is a stored row; "
    "peer: plain Celery task on Redis, prefork",
    (
        Line("p50", "p50", "ms", goal=Goal("≤", 3), limit=LIMIT),
        Line("p50, ratio", "p50", against=PEER, goal=Goal("≤", 1.0), limit=LIMIT),
        Line("p99, ratio", "p99", against=PEER),
    ),
    contest,
    redis_missing,
)
