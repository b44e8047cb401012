"""Names to addresses, in bounded time."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue

from .errors import DnsFailed, TimedOut

Resolver = Callable[[str], Sequence[str]]
"""Addresses of a host name, best first; raises `OSError` when there is no answer."""

MAX_LOOKUPS = 32
_slots = threading.BoundedSemaphore(MAX_LOOKUPS)


def system_resolver(host: str) -> list[str]:
    """What the operating system says, in its order (RFC 6724), each address once."""
    answers = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


def lookup(resolver: Resolver, host: str, timeout: float) -> Sequence[str]:
    """`resolver(host)` within `timeout` seconds; raises `DnsFailed` or `TimedOut`.

    `getaddrinfo` cannot be interrupted, so it runs on a thread of its own, at most `MAX_LOOKUPS` at a time.
    """
    if not _slots.acquire(timeout=timeout):
        raise TimedOut("Too many DNS lookups are waiting for an answer.")
    answer: SimpleQueue[Sequence[str] | Exception] = SimpleQueue()
    threading.Thread(target=_run, args=(resolver, host, answer), name="dns-lookup", daemon=True).start()
    try:
        result = answer.get(timeout=timeout)
    except Empty:
        raise TimedOut("DNS did not answer in time.") from None
    if isinstance(result, (OSError, UnicodeError)):
        raise DnsFailed from result
    if isinstance(result, Exception):
        raise result
    return result


def _run(resolver: Resolver, host: str, answer: SimpleQueue[Sequence[str] | Exception]) -> None:
    try:
        answer.put(resolver(host))
    except Exception as error:
        answer.put(error)
    finally:
        _slots.release()
