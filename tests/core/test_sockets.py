"""`/ws` through a real server: order, replay, bounds, and closing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.support.site import Client, Site

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    place = Site(tmp_path_factory.mktemp("sockets"), env={"EMULATORS": "off", "REGISTRATION": "open"}).start()
    yield place
    place.stop()


@pytest.fixture
def client(site: Site, request: pytest.FixtureRequest) -> Client:
    return Client(site.url).register(f"user{abs(hash(request.node.name)) % 10**9}")


def address(site: Site, query: str = "") -> str:
    return f"{site.url.replace('http', 'ws')}/ws{query}"


def bearer(client: Client) -> Any:
    return [f"bearer.{client.tokens['access_token']}"]


async def frames(socket: ClientConnection, kind: str, count: int, seconds: float = 15) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    async with asyncio.timeout(seconds):
        while len(found) < count:
            frame = json.loads(await socket.recv())
            if frame["type"] == kind:
                found.append(frame)
    return found


def happen(client: Client, times: int = 1) -> None:
    """Each makes one `mcp_callback` event: a write operation without a drive is refused, and said so."""
    for _ in range(times):
        client.post("/mcp/user/exec", json={"op": "mkdir", "args": {"path": "/x"}})


async def test_an_event_arrives_with_growing_numbers(site: Site, client: Client) -> None:
    async with connect(address(site), subprotocols=bearer(client)) as socket:
        hello = (await frames(socket, "hello", 1))[0]
        await asyncio.to_thread(happen, client, 3)
        got = await frames(socket, "mcp_callback", 3)
    start = hello["data"]["last_event_id"]
    assert [frame["id"] for frame in got] == [start + 1, start + 2, start + 3]


async def test_G4_a_client_that_was_away_gets_what_it_missed_in_order(site: Site, client: Client) -> None:
    async with connect(address(site), subprotocols=bearer(client)) as socket:
        await frames(socket, "hello", 1)
        await asyncio.to_thread(happen, client)
        last = (await frames(socket, "mcp_callback", 1))[0]["id"]
    await asyncio.to_thread(happen, client, 5)
    async with connect(address(site, f"?last_event_id={last}"), subprotocols=bearer(client)) as socket:
        missed = await frames(socket, "mcp_callback", 5)
        await asyncio.to_thread(happen, client)
        missed += await frames(socket, "mcp_callback", 1)
    assert [frame["id"] for frame in missed] == list(range(last + 1, last + 7))


async def test_a_number_from_another_life_asks_the_client_to_reload(site: Site, client: Client) -> None:
    async with connect(address(site, "?last_event_id=999999"), subprotocols=bearer(client)) as socket:
        assert await frames(socket, "resync", 1)


async def test_first_frame_and_ticket_sign_in_too(site: Site, client: Client) -> None:
    async with connect(address(site)) as socket:
        await socket.send(json.dumps({"type": "auth", "token": client.tokens["access_token"]}))
        assert await frames(socket, "hello", 1)
    ticket = client.post("/api/v1/ws-tickets").json()["ticket"]
    async with connect(address(site, f"?ticket={ticket}")) as socket:
        assert await frames(socket, "hello", 1)
    assert await closed_with(site, f"?ticket={ticket}") == 4401, "a ticket is good once"


async def closed_with(site: Site, query: str = "", send: str | None = None, **options: Any) -> int:
    async with connect(address(site, query), **options) as socket, asyncio.timeout(15):
        try:
            if send is not None:
                await socket.send(send)
            while True:
                await socket.recv()
        except ConnectionClosed as end:
            assert end.rcvd is not None
            return int(end.rcvd.code)


async def test_H07_a_token_in_the_address_is_refused(site: Site, client: Client) -> None:
    assert await closed_with(site, f"?token={client.tokens['access_token']}") == 4401


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "bearer", "null"])
async def test_H04_a_bad_first_frame_closes_the_socket(site: Site, token: str) -> None:
    assert await closed_with(site, send=json.dumps({"type": "auth", "token": token})) == 4401


async def test_F67_a_large_frame_is_refused(site: Site, client: Client) -> None:
    assert await closed_with(site, send="x" * 70_000, subprotocols=bearer(client)) == 1009


async def test_F67_a_flood_of_frames_is_cut_off(site: Site, client: Client) -> None:
    async with connect(address(site), subprotocols=bearer(client)) as socket, asyncio.timeout(20):
        with pytest.raises(ConnectionClosed) as end:
            for _ in range(10_000):
                await socket.send('{"type":"pong"}')
            while True:
                await socket.recv()
    assert end.value.rcvd is not None and end.value.rcvd.code == 1008


async def test_nonsense_is_answered_not_fatal(site: Site, client: Client) -> None:
    async with connect(address(site), subprotocols=bearer(client)) as socket:
        await frames(socket, "hello", 1)
        for text in ("{", "[]", "1", '"x"', "null", '{"type": 5}', '{"type": "subscribe", "user": 1}', "[" * 5000):
            await socket.send(text)
            assert await frames(socket, "error", 1)


async def test_H23_logging_out_closes_the_sockets_of_that_session(site: Site, client: Client) -> None:
    async with connect(address(site), subprotocols=bearer(client)) as socket:
        await frames(socket, "hello", 1)
        answer = await asyncio.to_thread(client.post, "/auth/logout", json={})
        assert answer.status_code in (200, 204)
        async with asyncio.timeout(10):
            with pytest.raises(ConnectionClosed) as end:
                while True:
                    await socket.recv()
    assert end.value.rcvd is not None and end.value.rcvd.code == 4401


async def test_nobody_hears_of_someone_elses_events(site: Site, client: Client) -> None:
    other = Client(site.url).register(f"{client.get('/auth/me').json()['username']}x")
    async with connect(address(site), subprotocols=bearer(other)) as socket:
        await frames(socket, "hello", 1)
        await asyncio.to_thread(happen, client, 3)
        await asyncio.to_thread(happen, other, 1)
        assert (await frames(socket, "mcp_callback", 1))[0]["id"] == 1
