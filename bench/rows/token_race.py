"""Four processes race to refresh one expired token; the token endpoint counts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from bench.origin import TokenServer, token_server
from bench.runner import PRODUCT, Contestants, Goal, Line, Row, Sample, Setting
from bench.server import Child, environment

PROCESSES, THREADS = 4, 4
RACES = 200  # in each round


@contextmanager
def contest(setting: Setting) -> Iterator[Contestants]:
    with token_server() as server, ExitStack() as stack:
        address = f"127.0.0.1:{server.server_port}"
        env = environment(
            DATA_DIR=str(setting.folder / "race"),
            EMBEDDED_WORKER="off",
            BAIDU_OAUTH_URL=f"http://{address}",
            BAIDU_CLIENT_ID="demo-key",
            BAIDU_CLIENT_SECRET="demo-secret",
            OUTBOUND_ALLOW=address,
        )
        racers = [
            stack.enter_context(Child("tokens", setting.folder / f"race-{number}.log", env=env))
            for number in range(PROCESSES)
        ]
        drive = racers[0].ask(do="make", token=server.first())["drive"]
        yield {PRODUCT: lambda: _races(server, racers, drive, setting.part(RACES, 3))}


def _races(server: TokenServer, racers: list[Child], drive: str, races: int) -> Sample:
    server.uses.clear()
    before = racers[0].ask(do="state", drive=drive)["generation"]
    differing = sum(not _race(racers, drive) for _ in range(races))
    generations = racers[0].ask(do="state", drive=drive)["generation"] - before
    return {
        "races": races,
        "generations": generations,
        "refreshes": sum(server.uses.values()) / races,
        "most": max(server.uses.values(), default=0),
        "differing": differing,
    }


def _race(racers: list[Child], drive: str) -> bool:
    """Whether all threads of all processes got the same new token."""
    racers[0].ask(do="expire", drive=drive)
    for racer in racers:
        racer.question(do="race", drive=drive, threads=THREADS)
    found = {token for racer in racers for token in racer.answer()["tokens"]}
    return len(found) == 1 and next(iter(found)).startswith("ar")


LIMIT = "see TokenStore._refresh: the intent in the token row decides who refreshes"
ROW = Row(
    "token_race",
    f"{RACES} races in each round: {PROCESSES} processes with {THREADS} threads each find one token expired",
    (
        Line("refreshes at the endpoint per race", "refreshes", goal=Goal("=", 1), worst=True, limit=LIMIT),
        Line("most refreshes of one generation", "most", goal=Goal("=", 1), worst=True, limit=LIMIT),
        Line(
            "races in which not all got the new token",
            "differing",
            goal=Goal("=", 0),
            worst=True,
            limit=LIMIT,
        ),
    ),
    contest,
)
