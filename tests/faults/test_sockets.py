"""Readers that never read, floods of frames, peers that vanish without a word: at the sockets of a running site."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Iterator
from typing import Any

import psutil
import pytest
import requests
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.emulators.standin import Standin
from tests.support.site import Client
from tests.support.waiting import until

from .conftest import rounds
from .stack import Stack

pytestmark = [pytest.mark.postgres, pytest.mark.redis]
EVENTS = 3000


@pytest.fixture
def system(stack: Stack, drive_side: Standin) -> Iterator[Stack]:
    yield stack


def address(client: Client) -> str:
    return f"{client.base.replace('http', 'ws')}/ws"


def bearer(client: Client) -> Any:
    return [f"bearer.{str(client.headers['Authorization']).removeprefix('Bearer ')}"]


def open_sockets(client: Client) -> float:
    text = requests.get(f"{client.base}/metrics", timeout=20).text
    return float(next(line.split()[1] for line in text.splitlines() if line.startswith("yungang_websockets ")))


async def never_reads(client: Client) -> ClientConnection:
    """A client with a tiny receive buffer that takes nothing after the handshake."""
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.setblocking(False)
    host, port = client.base.removeprefix("http://").split(":")
    await asyncio.get_running_loop().sock_connect(raw, (host, int(port)))
    link = await connect(
        address(client), sock=raw, subprotocols=bearer(client), max_queue=1, ping_interval=None, open_timeout=60
    )
    link.transport.pause_reading()
    return link


async def reads(client: Client, until_number: int) -> list[int]:
    """Every event number that came, until the last one expected."""
    numbers: list[int] = []
    async with connect(address(client), subprotocols=bearer(client), max_queue=None, open_timeout=60) as link:
        async for text in link:
            frame = json.loads(text)
            if "id" in frame:
                numbers.append(frame["id"])
                if frame["id"] >= until_number:
                    break
    return numbers


@pytest.mark.slow
async def test_F64_readers_that_never_read_are_cut_off_and_others_do_not_notice(system: Stack) -> None:
    client = await asyncio.to_thread(system.client, "f64")
    user = (await asyncio.to_thread(client.get, "/auth/me")).json()["id"]
    process = psutil.Process(system.webs[0].process.pid)  # type: ignore[union-attr]
    idle = await asyncio.to_thread(open_sockets, client)
    stuck = [await never_reads(client) for _ in range(rounds(10, 50))]
    readers = [asyncio.create_task(reads(client, EVENTS)) for _ in range(rounds(50, 500))]
    async with asyncio.timeout(60):
        while await asyncio.to_thread(open_sockets, client) < idle + len(stuck) + len(readers):
            await asyncio.sleep(0.1)
    before = process.memory_info().rss
    publish = f"""
        from core.events import publish
        for number in range({EVENTS}):
            publish({user}, "test.flood", {{"filler": "x" * 1000}})
    """
    began = time.monotonic()
    await asyncio.to_thread(system.console.run, publish)
    async with asyncio.timeout(180):
        got = await asyncio.gather(*readers)
    assert all(numbers == list(range(1, EVENTS + 1)) for numbers in got), "everyone else got all, in order"
    grown = process.memory_info().rss - before
    assert grown < 96 << 20, f"{grown >> 20} MiB for {len(stuck)} stuck readers"
    async with asyncio.timeout(75):
        while await asyncio.to_thread(open_sockets, client) > idle:
            await asyncio.sleep(0.5)
    assert time.monotonic() - began < 200, "they are cut off and forgotten"
    for link in stuck:
        link.transport.abort()


@pytest.mark.parametrize("way", ["64 MB at once", "endless fragments"])
async def test_F67_a_giant_frame_costs_the_socket_and_no_memory(system: Stack, way: str) -> None:
    client = await asyncio.to_thread(system.client, f"f67{way[:2]}")
    process = psutil.Process(system.webs[0].process.pid)  # type: ignore[union-attr]
    before = process.memory_info().rss
    piece = "x" * 32_000
    async with connect(address(client), subprotocols=bearer(client), open_timeout=60) as link, asyncio.timeout(60):
        with pytest.raises(ConnectionClosed) as end:
            await link.send("x" * (64 << 20) if way.startswith("64") else (piece for _ in range(2000)))
            while True:
                await link.recv()
    # who is still sending when the server hangs up may see a reset instead of the close frame
    assert end.value.rcvd is None or end.value.rcvd.code == 1009
    assert process.memory_info().rss - before < 48 << 20
    assert (await asyncio.to_thread(client.get, "/auth/me")).status_code == 200


async def test_F67_compression_is_not_agreed_to(system: Stack) -> None:
    client = await asyncio.to_thread(system.client, "f67z")
    async with connect(address(client), subprotocols=bearer(client), compression="deflate", open_timeout=60) as link:
        assert link.protocol.extensions == [], "no bomb can be sent"


@pytest.mark.slow
async def test_F57_a_peer_that_vanished_without_a_word_is_found_within_a_minute(system: Stack) -> None:
    client = await asyncio.to_thread(system.client, "f57")
    idle = await asyncio.to_thread(open_sockets, client)
    dead = await never_reads(client)  # answers no ping, and sends no FIN
    await asyncio.to_thread(until, lambda: open_sockets(client) == idle + 1, 20, "the socket to be counted")
    await asyncio.to_thread(until, lambda: open_sockets(client) == idle, 60, "the dead socket to be found")
    dead.transport.abort()
