"""From a checked target to a connected socket: addresses race, each with a short head start (RFC 8305)."""

from __future__ import annotations

import errno
import selectors
import socket
import time
from collections import deque
from collections.abc import Iterable, Sequence
from itertools import chain, zip_longest
from typing import Self

from .addresses import IPAddress
from .errors import ConnectFailed, TimedOut
from .gate import Policy, checked_addresses
from .resolve import Resolver, system_resolver
from .urls import Target

HEAD_START = 0.25  # seconds an address has before the next one starts (RFC 8305 §5)


def dial(target: Target, policy: Policy, *, timeout: float, resolver: Resolver = system_resolver) -> socket.socket:
    """A TCP connection to one of the target's checked addresses; `timeout` (seconds) covers DNS as well.

    What is left of it becomes the time-out of the socket, for TLS.

    Raises `Blocked`, `DnsFailed`, `ConnectFailed`, `TimedOut`.
    """
    deadline = time.monotonic() + timeout
    addresses = checked_addresses(target, policy, resolver=resolver, timeout=timeout)
    with _Race(addresses, target.port, deadline) as race:
        sock = race.run()
    sock.settimeout(max(deadline - time.monotonic(), 0.05))
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    return sock


def interleave(addresses: Sequence[IPAddress]) -> Iterable[IPAddress]:
    """Address families in turn, the first one's first, so that one broken family costs one head start."""
    first = [address for address in addresses if address.version == addresses[0].version]
    second = [address for address in addresses if address.version != addresses[0].version]
    return (address for address in chain.from_iterable(zip_longest(first, second)) if address)


class _Race:
    """Non-blocking connects; the first to succeed wins, the others are closed."""

    def __init__(self, addresses: Sequence[IPAddress], port: int, deadline: float) -> None:
        self._waiting = deque(interleave(addresses))
        self._port = port
        self._deadline = deadline
        self._running: set[socket.socket] = set()
        self._selector = selectors.DefaultSelector()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._selector.close()
        for sock in self._running:
            sock.close()

    def run(self) -> socket.socket:
        next_start = 0.0
        while self._waiting or self._running:
            now = time.monotonic()
            if now >= self._deadline:
                raise TimedOut("The connection could not be made in time.")
            if self._waiting and (now >= next_start or not self._running):
                self._start(self._waiting.popleft())
                next_start = now + HEAD_START
                continue
            wake = min(next_start, self._deadline) if self._waiting else self._deadline
            if winner := self._first_connected(wake - now):
                return winner
        raise ConnectFailed

    def _start(self, address: IPAddress) -> None:
        family = socket.AF_INET if address.version == 4 else socket.AF_INET6
        try:
            sock = socket.socket(family, socket.SOCK_STREAM)
        except OSError:
            return  # the family is not available here: the next address goes on
        sock.setblocking(False)
        if sock.connect_ex((str(address), self._port)) not in (0, errno.EINPROGRESS):
            sock.close()
            return
        self._running.add(sock)
        self._selector.register(sock, selectors.EVENT_WRITE, sock)

    def _first_connected(self, seconds: float) -> socket.socket | None:
        for key, _ in self._selector.select(seconds):
            sock: socket.socket = key.data
            self._selector.unregister(sock)
            self._running.discard(sock)
            if sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0:
                return sock
            sock.close()
        return None
