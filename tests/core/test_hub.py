"""The hub's own promises: order without holes, bounded memory for slow readers, nothing lost between replay and live."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connection

from core.events import publish
from core.events.bus import Wire, bus
from core.events.hub import PROGRESS_OBJECTS, QUEUE_BYTES, QUEUE_FRAMES, TOO_SLOW, Hub, Socket
from core.models import Event


class Reader:
    """A peer that takes frames only while `open` is set."""

    def __init__(self, user: int = 1) -> None:
        self.got: list[str] = []
        self.open = asyncio.Event()
        self.open.set()
        self.socket = Socket(user, "s", self._take)
        self.task = asyncio.create_task(self.socket.write())

    async def _take(self, frame: str) -> None:
        await self.open.wait()
        self.got.append(frame)

    def ids(self) -> list[int]:
        return [frame["id"] for frame in map(json.loads, self.got) if "id" in frame]


async def until(condition: Callable[[], Any], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


async def test_F64_a_stuck_reader_is_cut_off_by_count_and_others_are_not() -> None:
    stuck, healthy = Reader(), Reader()
    stuck.open.clear()
    for number in range(QUEUE_FRAMES + 2):
        for reader in (stuck, healthy):
            reader.socket.push(json.dumps({"id": number}))
        if number % 50 == 0:
            await asyncio.sleep(0)
    stuck.open.set()
    assert await asyncio.wait_for(stuck.task, 5) == TOO_SLOW
    await until(lambda: len(healthy.got) == QUEUE_FRAMES + 2)
    assert healthy.ids() == list(range(QUEUE_FRAMES + 2))
    healthy.task.cancel()


async def test_F64_a_stuck_reader_is_cut_off_by_bytes() -> None:
    stuck = Reader()
    stuck.open.clear()
    for _ in range(3):
        stuck.socket.push("x" * (QUEUE_BYTES // 2 + 1))
        await asyncio.sleep(0)
    assert stuck.socket.close_code == TOO_SLOW
    stuck.task.cancel()


async def test_F39_progress_is_replaced_by_the_newest_and_bounded() -> None:
    reader = Reader()
    reader.open.clear()
    for number in range(2000):
        reader.socket.push_progress("a", str(number))
    for number in range(PROGRESS_OBJECTS * 2):
        reader.socket.push_progress(f"o{number}", "x")
    reader.open.set()
    await until(lambda: len(reader.got) >= PROGRESS_OBJECTS)
    await asyncio.sleep(0)
    assert "1999" in reader.got[:2] and len(reader.got) <= PROGRESS_OBJECTS + 1
    reader.task.cancel()


@pytest.fixture
def hub() -> Any:
    made = Hub()
    yield made
    threads = len(made._threads._threads)
    together = threading.Barrier(threads) if threads else None
    for _ in range(threads):
        made._threads.submit(lambda: (together.wait(5), connection.close()))  # type: ignore[union-attr]
    made._threads.shutdown()
    handlers = bus()._handlers  # type: ignore[attr-defined]
    if made.receive in handlers:
        handlers.remove(made.receive)


@pytest.mark.django_db(transaction=True)
async def test_G4_replay_and_live_join_without_hole_or_double(hub: Hub, alice: Any) -> None:
    hub.start()
    write = sync_to_async(lambda n: publish(alice.pk, "test", {"n": n}), thread_sensitive=False)
    for number in range(30):
        await write(number)
    reader = Reader(alice.pk)
    joining = asyncio.create_task(hub.attach(reader.socket, 0))
    for number in range(30, 60):
        await write(number)
    await joining
    await until(lambda: len(reader.ids()) >= 60)
    assert reader.ids() == list(range(1, 61))
    hub.detach(reader.socket)
    reader.task.cancel()


@pytest.mark.django_db(transaction=True)
async def test_G4_a_lost_wake_up_is_made_good_by_the_next_one(hub: Hub, alice: Any) -> None:
    hub.start()
    write = sync_to_async(lambda: publish(alice.pk, "test", {}), thread_sensitive=False)
    reader = Reader(alice.pk)
    await hub.attach(reader.socket, None)
    bus()._handlers.remove(hub.receive)  # type: ignore[attr-defined]
    for _ in range(5):
        await write()
    bus().subscribe(hub.receive)
    await write()
    await until(lambda: len(reader.ids()) >= 6)
    assert reader.ids() == [1, 2, 3, 4, 5, 6]
    reader.task.cancel()


@pytest.mark.django_db(transaction=True)
async def test_G4_a_doubled_or_late_wake_up_changes_nothing(hub: Hub, alice: Any) -> None:
    hub.start()
    reader = Reader(alice.pk)
    await hub.attach(reader.socket, None)
    await sync_to_async(lambda: publish(alice.pk, "test", {}), thread_sensitive=False)()
    await until(lambda: reader.ids() == [1])
    hub.receive(Wire.event(alice.pk, 1, json.dumps({"id": 1})))
    hub.receive(Wire.event(alice.pk, 0, json.dumps({"id": 0})))
    await sync_to_async(lambda: publish(alice.pk, "test", {}), thread_sensitive=False)()
    await until(lambda: len(reader.ids()) >= 2)
    assert reader.ids() == [1, 2]
    reader.task.cancel()


@pytest.mark.django_db(transaction=True)
async def test_history_that_was_pruned_asks_for_a_reload(hub: Hub, alice: Any) -> None:
    hub.start()
    for _ in range(3):
        await sync_to_async(lambda: publish(alice.pk, "test", {}), thread_sensitive=False)()
    await Event.objects.filter(user=alice, seq=1).adelete()
    reader = Reader(alice.pk)
    await hub.attach(reader.socket, 0)
    await until(lambda: any(json.loads(frame)["type"] == "resync" for frame in reader.got))
    reader.task.cancel()


def test_wire_messages_survive_the_line() -> None:
    for wire in (
        Wire.event(7, 3, '{"a":"|"}'),
        Wire.progress(1, "transfer:x", "{}"),
        Wire.close(2, "abc"),
        Wire.forget(9),
    ):
        assert Wire.unpack(wire.pack()) == wire
