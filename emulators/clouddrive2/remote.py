"""Remote uploads: the server asks the client for hashes and bytes (§3.4)."""

from __future__ import annotations

import asyncio
import hmac
import time
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from emulators.clouddrive2.channels import Channels
from emulators.clouddrive2.clouds import block_hashes, cloud_of, hash_of
from emulators.clouddrive2.contents import Draft
from emulators.clouddrive2.pulling import Hashing, Read, ranges
from emulators.clouddrive2.uploads import Ended, Status, Task, failure_of, named
from protos import clouddrive_pb2 as pb

if TYPE_CHECKING:
    from emulators.clouddrive2.world import World

Reply = pb.RemoteUploadChannelReply
SHORTEST = 0.05
"""Least seconds before anything is asked for again."""


class Session:
    """One upload: what the client said, what is still asked for, what came."""

    def __init__(self, world: World, owner: str, path: str, order: pb.StartRemoteUploadRequest, task: Task) -> None:
        self.world, self.owner, self.path, self.task = world, owner, path, task
        self.size = order.file_size
        self.known = {number: value for number, value in order.known_hashes.items() if value}
        self.can_hash = order.client_can_calculate_hashes
        self.draft: Draft = world.draft()
        self.reads: list[Read] = []
        self.hashing: Hashing | None = None
        self.seen = time.monotonic()

    # -- towards the client

    def tell(self, message: Reply) -> None:
        """Send a message about this upload."""
        message.upload_id = self.task.key
        self.world.remote.channels.tell(self.owner, self.path, message)

    def move(self, status: Status, error: str = "") -> None:
        """Bring the upload into a state and tell it."""
        self.world.uploads.move(self.task, status, error)
        if self.task.ended and self.world.faults.take("status_lost", {"path": self.path}):
            return
        self.tell(Reply(status_changed=pb.RemoteUploadStatusChanged(status=status, error_message=error)))

    def replay(self) -> None:
        """Ask again for everything that is not answered."""
        if self.hashing and not self.hashing.done.is_set():
            self._ask_hash(self.hashing)
        for read in self.reads:
            self._ask_read(read)

    def _ask_read(self, read: Read) -> None:
        self.world.counters["reads_asked"] += 1
        self.tell(Reply(read_data=pb.RemoteReadDataRequest(offset=read.offset, length=read.length)))

    def _ask_hash(self, hashing: Hashing) -> None:
        request = pb.RemoteHashDataRequest(hash_type=hashing.hash_type)
        if hashing.block_size:
            request.block_size = hashing.block_size
        fault = self.world.faults.take("duplicate_hash", {"path": self.path})
        for _ in range(fault.count("copies", 2) if fault else 1):
            self.world.counters["hashes_asked"] += 1
            self.tell(Reply(hash_data=request))

    # -- from the client

    def take(self, offset: int, data: bytes) -> None:
        """Keep bytes that came."""
        self.draft.write(offset, data)
        self.seen = time.monotonic()
        for read in self.reads:
            read.take(offset, offset + len(data))

    def hashed(self, request: pb.RemoteHashProgressUpload) -> None:
        """Take note of progress, or of the value that ends it."""
        self.seen = time.monotonic()
        hashing = self.hashing
        if not hashing or hashing.hash_type != request.hash_type:
            return
        hashing.seen = self.seen
        if request.HasField("hash_value"):
            hashing.value, hashing.blocks = request.hash_value, list(request.block_hashes)
            hashing.done.set()

    def pause(self) -> None:
        """Ask for nothing more until :meth:`resume`."""
        if self.task.going.is_set():
            self.task.going.clear()
            self.move(Status.Pause)

    def resume(self) -> None:
        """Go on after a pause; else nothing."""
        if not self.task.going.is_set():
            self.task.going.set()
            self.move(Status.Transfer)

    def cancel(self) -> None:
        """End the upload for good."""
        if self.task.work:
            self.task.work.cancel()
        self.world.remote.forget(self.task.key)
        self.move(Status.Cancelled)
        self.draft.discard()

    # -- the way of the upload

    async def run(self) -> None:
        """Bring the upload to its end."""
        try:
            await self._steps()
        except Ended as end:
            if end.status != Status.Finish:
                self.draft.discard()
            self.move(end.status, end.message)
        finally:
            self.draft.close()
            self.world.remote.forget(self.task.key)

    async def _steps(self) -> None:
        world, facts = self.world, {"path": self.path}
        for status in (Status.WaitforPreprocessing, Status.Preprocessing):
            await self.task.going.wait()
            self.move(status)
            await asyncio.sleep(world.settings.step_s)
        if world.faults.take("skipped", facts):
            raise Ended(Status.Skipped)
        self._try_rapid()
        await self._want_hash()
        self._try_rapid()
        await self.task.going.wait()
        self.move(Status.Inqueue)
        await asyncio.sleep(world.settings.step_s)
        async with world.uploads.turn():
            await self.task.going.wait()
            self.move(Status.Transfer)
            await self._pull()
        if fault := world.faults.take("upload_failed", facts):
            raise failure_of(fault)
        await self._check()
        self.draft.close()
        hashes = {str(number): value for number, value in self.known.items()}
        world.put(self.path, self.size, self.draft.content, hashes)
        world.settle(self.path)
        raise Ended(Status.Finish)

    def _try_rapid(self) -> None:
        """End the upload when its cloud has the content already."""
        cloud, world = cloud_of(self.path), self.world
        value = self.known.get(cloud.hash_type, "") if cloud else ""
        if not (world.settings.rapid and cloud and value):
            return
        found = world.tree.with_hash(cloud.hash_type, value, self.size)
        if found and cloud_of(world.tree.path(found)) == cloud:
            world.put(self.path, self.size, found.content, found.hashes)
            world.settle(self.path)
            self.draft.discard()
            raise Ended(named(world.settings.rapid_status))

    async def _want_hash(self) -> None:
        cloud = cloud_of(self.path)
        if not (cloud and cloud.hash_type and self.can_hash) or cloud.hash_type in self.known:
            return
        self.hashing = hashing = Hashing(cloud.hash_type, cloud.block_size)
        self._ask_hash(hashing)
        while not hashing.done.is_set():
            left = hashing.seen + self.world.settings.hash_repeat_s - time.monotonic()
            await self._wait(hashing.done, max(left, SHORTEST))
            if left <= 0:
                hashing.seen = time.monotonic()
                self._ask_hash(hashing)
        if hashing.value:
            self.known[hashing.hash_type] = hashing.value

    async def _pull(self) -> None:
        waiting: set[asyncio.Task[None]] = set()
        try:
            for offset, length in ranges(self.world.settings, self.size, self.path):
                await self.world.uploads.pace(self.task, 0)
                waiting.add(asyncio.ensure_future(self._fetch(offset, length)))
                if len(waiting) >= self.world.settings.read_window:
                    waiting = await _one_less(waiting)
            while waiting:
                waiting = await _one_less(waiting)
        finally:
            for each in waiting:
                each.cancel()

    async def _fetch(self, offset: int, length: int) -> None:
        read = Read(offset, length)
        self.reads.append(read)
        try:
            while not read.done.is_set():
                self._ask_read(read)
                await self._wait(read.done, max(self.world.settings.read_retry_s, SHORTEST))
        finally:
            self.reads.remove(read)
        await self.world.uploads.pace(self.task, length)

    async def _wait(self, event: asyncio.Event, seconds: float) -> None:
        """Wait for an event; ends the upload when nobody has been there for too long."""
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            gone = time.monotonic() - self.seen > self.world.settings.session_s
            if gone and not self.world.remote.channels.has(self.owner):
                raise Ended(Status.Error, "client is gone") from None

    async def _check(self) -> None:
        """Compare what came with the hashes that were told."""
        if self.draft.size != self.size:
            raise Ended(Status.Error, f"{self.draft.size} of {self.size} bytes")
        if not self.draft.keep:
            return
        source = self.world.contents.open(self.draft.content, self.size)
        for number, value in self.known.items():
            real = await asyncio.to_thread(hash_of, source, number)
            if not hmac.compare_digest(real.lower(), value.lower()):
                raise Ended(Status.FatalError, "hash mismatch")
        hashing = self.hashing
        if hashing and hashing.block_size and hashing.value:
            real_blocks = await asyncio.to_thread(block_hashes, source, hashing.block_size)
            if hashing.blocks != real_blocks:
                raise Ended(Status.FatalError, "block hash mismatch")


async def _one_less(waiting: set[asyncio.Task[None]]) -> set[asyncio.Task[None]]:
    done, rest = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for each in done:
        each.result()
    return rest


class Remote:
    """All live sessions and the channels."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._sessions: dict[str, Session] = {}
        self.channels = Channels(world)

    def start(self, owner: str, path: str, order: pb.StartRemoteUploadRequest) -> Session:
        """Begin an upload to a path of the tree."""
        task = self._world.uploads.begin(path, order.file_size, pb.UploadFileInfo.RemoteUpload)
        session = Session(self._world, owner, path, order, task)
        self._sessions[task.key] = session
        task.work = asyncio.ensure_future(session.run())
        return session

    def find(self, upload_id: str) -> Session | None:
        """Return a live session, None for one that is over or was never there."""
        session = self._sessions.get(upload_id)
        if session and self._world.faults.take("session_lost", {"path": session.path}):
            self.drop(upload_id)
            return None
        return session

    def peek(self, upload_id: str) -> Session | None:
        """Return a live session past all faults."""
        return self._sessions.get(upload_id)

    async def messages(self, owner: str, device: str) -> AsyncIterator[Reply]:
        """Yield the messages of a new channel: first what is still asked for."""
        channel = self.channels.open(owner, device)
        for session in list(self._sessions.values()):
            if session.owner == owner:
                session.replay()
        async for message in self.channels.messages(channel):
            yield message

    @property
    def all(self) -> list[Session]:
        """Return the live sessions."""
        return list(self._sessions.values())

    def forget(self, upload_id: str) -> None:
        """Take a session off the list."""
        self._sessions.pop(upload_id, None)

    def drop(self, upload_id: str) -> None:
        """End a session without a word."""
        session = self._sessions.pop(upload_id, None)
        if session and session.task.work:
            session.task.work.cancel()
            session.draft.discard()

    def clear(self) -> None:
        """End all sessions and channels."""
        for upload_id in list(self._sessions):
            self.drop(upload_id)
        self.channels.drop(broken=True)
