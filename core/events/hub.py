"""The hub: fans events out to this process's sockets, in order and without holes.

Each user with open sockets has a `Stream` that knows the last number delivered. A message with the next number goes straight
to the sockets; anything else makes the stream read the missing rows. A poll every few seconds finds what no message announced.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import structlog
from django.conf import settings
from django.db import close_old_connections

from core.models import Event, EventCursor

from .bus import Wire, bus
from .frames import event_frame, notice
from .publish import last_number

log = structlog.get_logger(__name__)

QUEUE_FRAMES = 1_000
QUEUE_BYTES = 1 << 20
PROGRESS_OBJECTS = 500
PAGE = 500
POLL_SECONDS = 5.0
TOO_SLOW = 4008
REVOKED = 4401
HEARTBEAT_SECONDS = 25.0
Row = tuple[int, str]


class Socket:
    """One open WebSocket: a bounded queue of frames, the latest progress of each object, and a writer that drains both."""

    def __init__(self, user: int, session: str, send: Callable[[str], Awaitable[None]]) -> None:
        self.user, self.session, self._send = user, session, send
        self.close_code: int | None = None
        self._frames: deque[str] = deque()
        self._progress: dict[str, str] = {}
        self._size = 0
        self._ready = asyncio.Event()
        self._empty = asyncio.Event()

    async def drained(self) -> None:
        """Wait until everything queued so far was written, or the socket ended."""
        if self._frames and self.close_code is None:
            self._empty.clear()
            await self._empty.wait()

    def push(self, frame: str) -> None:
        if len(self._frames) >= QUEUE_FRAMES or self._size >= QUEUE_BYTES:
            self.close(TOO_SLOW)
            return
        self._frames.append(frame)
        self._size += len(frame)
        self._ready.set()

    def push_progress(self, object_: str, frame: str) -> None:
        if object_ in self._progress or len(self._progress) < PROGRESS_OBJECTS:
            self._progress[object_] = frame
            self._ready.set()

    def close(self, code: int) -> None:
        """Ask the writer to stop; the client comes back with `last_event_id` and gets what is missing."""
        self.close_code = self.close_code or code
        self._frames.clear()
        self._progress.clear()
        self._ready.set()

    async def write(self) -> int:
        """Send until the socket is to be closed; returns the close code."""
        try:
            return await self._write()
        finally:
            self.close(self.close_code or 1006)
            self._empty.set()

    async def _write(self) -> int:
        while True:
            await self._ready.wait()
            self._ready.clear()
            while self._frames and self.close_code is None:
                frame = self._frames.popleft()
                await self._send(frame)
                self._size -= len(frame)  # counted until it has left
            self._empty.set()
            while self._progress and self.close_code is None:
                await self._send(self._progress.pop(next(iter(self._progress))))
            if self.close_code is not None:
                return self.close_code


class Stream:
    """The live end of one user's events in this process."""

    def __init__(self, user: int) -> None:
        self.user = user
        self.seq = -1  # unknown until read
        self.sockets: set[Socket] = set()
        self.lock = asyncio.Lock()
        self.behind = False

    def deliver(self, seq: int, frame: str) -> bool:
        """Hand on the next event; false when rows in between must be read first."""
        if seq <= self.seq:
            return True
        if self.seq < 0 or seq != self.seq + 1:
            return False
        self.seq = seq
        for socket in tuple(self.sockets):
            socket.push(frame)
        return True


class Hub:
    def __init__(self) -> None:
        self._streams: dict[int, Stream] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._threads = ThreadPoolExecutor(4, thread_name_prefix="hub")

    @property
    def sockets(self) -> int:
        return sum(len(stream.sockets) for stream in self._streams.values())

    def start(self) -> None:
        """Bind to the running loop; called once per server process."""
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
            bus().subscribe(self.receive)
            self._spawn(self._poll())

    async def stop(self) -> None:
        for stream in self._streams.values():
            for socket in stream.sockets:
                socket.close(1012)
        for task in self._tasks:
            task.cancel()

    def receive(self, wire: Wire) -> None:
        """Take a message from any thread."""
        if self._loop is not None and (wire.user in self._streams):
            with contextlib.suppress(RuntimeError):  # the loop is closing
                self._loop.call_soon_threadsafe(self._dispatch, wire)

    def _dispatch(self, wire: Wire) -> None:
        stream = self._streams.get(wire.user)
        if stream is None:
            return
        if wire.kind == "p":
            for socket in stream.sockets:
                socket.push_progress(wire.key, wire.frame)
        elif wire.kind == "e" and not stream.deliver(int(wire.key), wire.frame):
            self._catch_up_soon(stream)
        elif wire.kind == "x":
            for socket in stream.sockets:
                if not wire.key or socket.session == wire.key:
                    socket.close(REVOKED)

    async def attach(self, socket: Socket, last_event_id: int | None) -> None:
        """Join the user's stream: first what was missed since `last_event_id`, then everything live, nothing in between lost."""
        stream = self._streams.setdefault(socket.user, Stream(socket.user))
        async with stream.lock:
            if stream.seq < 0:
                stream.seq = await self.run(last_number, socket.user)
            last = stream.seq
            socket.push(notice("hello", last_event_id=last, heartbeat_seconds=HEARTBEAT_SECONDS))
            seen = last if last_event_id is None else last_event_id
            if seen > last or (seen < last and not await self.run(_kept, socket.user, seen + 1)):
                socket.push(notice("resync", last_event_id=last))
                seen = last
            while seen < stream.seq:
                rows = await self.run(_rows, socket.user, seen, stream.seq)
                for _, frame in rows:
                    socket.push(frame)
                seen = rows[-1][0] if rows else stream.seq
                await socket.drained()  # a long history is no reason to be cut off
            stream.sockets.add(socket)  # no await since the comparison: nothing can slip in between
            self._streams[socket.user] = stream

    def detach(self, socket: Socket) -> None:
        stream = self._streams.get(socket.user)
        if stream is not None:
            stream.sockets.discard(socket)
            if not stream.sockets and not stream.lock.locked():
                del self._streams[socket.user]

    def count(self, user: int) -> int:
        stream = self._streams.get(user)
        return len(stream.sockets) if stream else 0

    def full(self, user: int) -> bool:
        return self.count(user) >= settings.WS_MAX_PER_USER

    async def run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Run a short database read on the hub's own threads, which keep their connections."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, _with_connection, function, *arguments)

    def _catch_up_soon(self, stream: Stream) -> None:
        if not stream.behind:
            stream.behind = True
            self._spawn(self._catch_up(stream))

    async def _catch_up(self, stream: Stream) -> None:
        async with stream.lock:
            stream.behind = False
            while rows := await self.run(_rows, stream.user, stream.seq, None):
                for seq, frame in rows:
                    if seq > stream.seq:
                        stream.seq = seq - 1  # rows may have been pruned: numbers still only grow
                        stream.deliver(seq, frame)
                if len(rows) < PAGE:
                    break

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(POLL_SECONDS)
            try:
                newest = await self.run(_newest, tuple(self._streams))
                for user, seq in newest:
                    stream = self._streams.get(user)
                    if stream and 0 <= stream.seq < seq:
                        self._catch_up_soon(stream)
            except Exception as error:  # the database may be away for a while
                log.warning("hub.poll_failed", error=type(error).__name__)

    def _spawn(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


hub = Hub()


def _with_connection(function: Callable[..., Any], *arguments: Any) -> Any:
    close_old_connections()
    return function(*arguments)


def _kept(user: int, seq: int) -> bool:
    return Event.objects.filter(user_id=user, seq=seq).exists()


def _rows(user: int, after: int, until: int | None) -> list[Row]:
    rows = Event.objects.filter(user_id=user, seq__gt=after).order_by("seq")
    if until is not None:
        rows = rows.filter(seq__lte=until)
    columns = rows.values_list("seq", "type", "object", "data", "created_at")[:PAGE]
    return [(seq, event_frame(seq, type_, object_, data, at)) for seq, type_, object_, data, at in columns]


def _newest(users: tuple[int, ...]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for start in range(0, len(users), PAGE):
        found += EventCursor.objects.filter(user_id__in=users[start : start + PAGE]).values_list("user_id", "last_seq")
    return found
