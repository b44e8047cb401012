"""One event to 1,000 sockets: how many deliveries per second, and how long one takes."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvloop

from bench import load
from bench.load import Connection, percentile
from bench.machine import client_core, pinned, server_core
from bench.runner import PRODUCT, Contestants, Goal, Line, Row, Sample, Setting
from bench.server import Process, environment, free_port, listens, redis, redis_missing, site
from bench.sockets import Crowd

PEER = "Channels"
SOCKETS = 1000
BURST, SINGLE = 20, 10
SENDERS = 4
ENOUGH = 120.0
Ask = Callable[[int], bytes]


@contextmanager
def contest(setting: Setting) -> Iterator[Contestants]:
    count = setting.part(SOCKETS, 20)
    with site(setting.folder, core=server_core()) as product:
        token = product.sign_in()
        product.process.freeze()

        def ours() -> Sample:
            with product.process.awake():
                return _measure(
                    product.port, f"bearer.{token}", lambda number: _broadcast(product.port, token, number), count
                )

        def theirs() -> Sample:
            with _peer(setting) as port:
                return _measure(port, "", lambda number: _group_send(port, number), count)

        yield {PEER: theirs, PRODUCT: ours}


def _broadcast(port: int, token: str, number: int) -> bytes:
    body = json.dumps({"message": "measured", "data": {"bench": number}}).encode()
    return load.request("POST", "/api/v1/broadcast", port, token, body)


def _group_send(port: int, number: int) -> bytes:
    frame = {"type": "broadcast", "data": {"message": "measured", "data": {"bench": number}}}
    return load.request("POST", "/send", port, body=json.dumps(frame, separators=(",", ":")).encode())


@contextmanager
def _peer(setting: Setting) -> Iterator[int]:
    """A fresh one each time: daphne and its layer do not recover from a thousand sockets that leave at once."""
    port = free_port()
    with redis(setting.folder) as address:
        env = environment(PEER_REDIS=address, PEER_PREFIX=f"bench-{port}")
        command = [sys.executable, "-m", "daphne", "-b", "127.0.0.1", "-p", str(port), "-v", "0"]
        command.append("bench.peers.channels_site:application")
        with Process(command, setting.folder / "daphne.log", core=server_core(), env=env) as process:
            process.until(lambda: listens(port), 60)
            yield port


def _measure(port: int, protocol: str, ask: Ask, count: int) -> Sample:
    with pinned(client_core()):
        return uvloop.run(_fan_out(Crowd(port, count, protocol), port, ask))


async def _fan_out(crowd: Crowd, port: int, ask: Ask) -> Sample:
    senders = [await load.connect(port) for _ in range(SENDERS)]
    try:
        async with asyncio.timeout(ENOUGH):
            await crowd.join()
            await _burst(crowd, senders, ask, 2)
            single = [await _one(crowd, senders[0], ask) for _ in range(SINGLE)]
            seconds = await _burst(crowd, senders, ask, BURST)
    finally:
        await crowd.leave()
        for sender in senders:
            sender.close()
    times = [time for event in single for time in event]
    return {
        "rate": len(crowd.times) / seconds,
        "p50": percentile(times, 50) * 1000,
        "p99": percentile(times, 99) * 1000,
        "burst_p99": percentile(list(crowd.times), 99) * 1000,
    }


async def _one(crowd: Crowd, sender: Connection, ask: Ask) -> list[float]:
    """One event by itself; the seconds of each delivery."""
    await _send(crowd, sender, ask, iter(crowd.expect(1)))
    await crowd.all_received()
    return list(crowd.times)


async def _burst(crowd: Crowd, senders: list[Connection], ask: Ask, events: int) -> float:
    """Many events as fast as they are taken; the seconds until the last delivery."""
    numbers = iter(crowd.expect(events))
    await asyncio.gather(*(_send(crowd, sender, ask, numbers) for sender in senders))
    return await crowd.all_received()


async def _send(crowd: Crowd, sender: Connection, ask: Ask, numbers: Iterator[int]) -> None:
    for number in numbers:
        crowd.sending(number)
        await sender.ask(ask(number))


LIMIT = "one core writes every frame: uvicorn's and the consumer's Python per frame, then one send() per socket"
ROW = Row(
    "socket_fanout",
    "an event to 1,000 sockets of one user, from the request that publishes it to the last receipt; "
    "peer: Channels group_send on daphne with the Redis layer, without authentication or stored rows",
    (
        Line("deliveries per second, 20 events at once", "rate", against=PEER, goal=Goal("≥", 8), limit=LIMIT),
        Line("p99 of one event", "p99", "ms", goal=Goal("≤", 100), limit=LIMIT),
        Line("p99 of one event, ratio", "p99", against=PEER),
        Line("p99 within the 20 events", "burst_p99", against=PEER),
    ),
    contest,
    redis_missing,
)
