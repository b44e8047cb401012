"""Who may open a server's channel for remote uploads: one worker process of the whole installation at a time.

A second process on the same channel would end the first one's, again and again (wire/clouddrive2.md §3.4, rule 2). So the
server's row has a lease: taken with a fence, renewed while uploads run, given back a little after the last one.
"""

from __future__ import annotations

import os
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any

import structlog
from django.db import DatabaseError, close_old_connections
from django.db.models import F, Q
from django.db.models.functions import Now

from core.jobs.lease import host_name
from transfers.clouddrive2.remote import RemoteUploads
from transfers.models import CloudServer

from .servers import client_for

log = structlog.get_logger(__name__)
LEASE = 30.0  # seconds
RENEW = LEASE / 3
IDLE = 5.0  # how long the channel is kept after its last upload


@cache
def _name(pid: int) -> str:
    return f"{host_name()}:{pid}:{uuid.uuid4().hex[:8]}"


def _first_of_account(server: CloudServer) -> CloudServer:
    """Two channels of one account get each other's messages, so its user's rows share one: that of the oldest row."""
    same = CloudServer.objects.filter(user=server.user_id, host=server.host, port=server.port, username=server.username)
    return (same.order_by("created_at", "pk").first() or server) if server.username else server


@dataclass(eq=False)
class Held:
    """The channel of one server in this process."""

    server: Any
    uploads: RemoteUploads
    fence: int
    users: int = 0
    renewed: float = field(default_factory=time.monotonic)
    used: float = field(default_factory=time.monotonic)

    @property
    def idle(self) -> bool:
        return not self.users and time.monotonic() - self.used > IDLE

    @property
    def valid(self) -> bool:
        return time.monotonic() - self.renewed < LEASE


class Channels:
    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._held: dict[Any, Held] = {}
        self._keeper: threading.Thread | None = None

    @contextmanager
    def hold(self, server: CloudServer) -> Iterator[RemoteUploads | None]:
        """The server's remote uploads; None when another process has the channel."""
        held = self._enter(server)
        try:
            yield held.uploads if held else None
        finally:
            if held:
                with self._lock:
                    held.users -= 1
                    held.used = time.monotonic()

    def _enter(self, server: CloudServer) -> Held | None:
        server = _first_of_account(server)
        with self._lock:
            held = self._held.get(server.pk)
            if held is None or not held.valid:
                held = self._take(server)
            if held:
                held.users += 1
                self._watch()
            return held

    def _take(self, server: CloudServer) -> Held | None:
        self._close(server.pk)
        me, rows = _name(os.getpid()), CloudServer.objects.filter(pk=server.pk)
        free = Q(channel_until=None) | Q(channel_until__lt=Now()) | Q(channel_holder=me)
        won = rows.filter(free).update(
            channel_holder=me, channel_until=Now() + timedelta(seconds=LEASE), channel_fence=F("channel_fence") + 1
        )
        if not won:
            return None
        client = client_for(server)
        fence = rows.values_list("channel_fence", flat=True).get()
        held = Held(server.pk, RemoteUploads(client.caller, client.chunk_size, server.device_id), fence)
        self._held[server.pk] = held
        return held

    def _watch(self) -> None:
        if self._keeper is None or not self._keeper.is_alive():
            self._keeper = threading.Thread(target=self._run, name="clouddrive2-lease", daemon=True)
            self._keeper.start()

    def _run(self) -> None:
        pause = threading.Event()
        while True:
            pause.wait(1.0)
            with self._lock:
                known = list(self._held.values())
                if not known:
                    self._keeper = None
                    return
            for held in known:
                self._look(held)

    def _look(self, held: Held) -> None:
        try:
            close_old_connections()
            if held.idle:
                self._give_back(held)
            elif time.monotonic() - held.renewed > RENEW and not self._renew(held):
                log.warning("clouddrive2.channel_lost", server=str(held.server))
                self._close(held.server)
        except DatabaseError as error:  # the lease runs on for a while; then `valid` says no
            log.warning("clouddrive2.channel_database", error=type(error).__name__)
            if not held.valid:
                self._close(held.server)

    def _mine(self, held: Held) -> Any:
        return CloudServer.objects.filter(pk=held.server, channel_fence=held.fence, channel_holder=_name(os.getpid()))

    def _renew(self, held: Held) -> bool:
        started = time.monotonic()
        if not self._mine(held).update(channel_until=Now() + timedelta(seconds=LEASE)):
            return False
        held.renewed = started
        return True

    def _give_back(self, held: Held) -> None:
        with self._lock:
            if not held.idle:
                return
            self._close(held.server)
            self._mine(held).update(channel_until=None, channel_holder="")

    def _close(self, server: Any) -> None:
        with self._lock:
            held = self._held.pop(server, None)
        if held:
            held.uploads.close()


channels = Channels()
