"""A fresh token looked up by 16 threads of one process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bench.runner import PRODUCT, Contestants, Goal, Line, Row, Sample, Setting
from bench.server import Child, environment

THREADS = 16


@contextmanager
def contest(setting: Setting) -> Iterator[Contestants]:
    env = environment(DATA_DIR=str(setting.folder / "tokens"), EMBEDDED_WORKER="off")
    with Child("tokens", setting.folder / "tokens.log", env=env) as child:
        drive = child.ask(do="make", token="r0")["drive"]

        def measure() -> Sample:
            return child.ask(do="look_up", drive=drive, threads=THREADS, seconds=setting.seconds)

        yield {PRODUCT: measure}


ROW = Row(
    "token_lookup",
    f"TokenStore.ensure_fresh of a fresh token from {THREADS} threads of one process",
    (
        Line(
            "lookups per second",
            "rate",
            "/s",
            goal=Goal("≥", 50_000),
            limit="the GIL, and waking 16 threads in turn",
        ),
    ),
    contest,
)
