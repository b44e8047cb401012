"""The broker inside the process: Celery's in-memory transport, woken by a message instead of looking for one every few
milliseconds."""

from __future__ import annotations

import threading
from queue import Empty
from time import monotonic
from typing import Any

from kombu.transport import memory

LONGEST_SLEEP = 1.0  # seconds; a message that was put back without a signal waits no longer than this

arrived = threading.Event()


class Channel(memory.Channel):
    def _put(self, queue: str, message: Any, **kwargs: Any) -> None:
        super()._put(queue, message, **kwargs)  # type: ignore[no-untyped-call]
        arrived.set()


class Transport(memory.Transport):
    Channel = Channel

    def drain_events(self, connection: Any, timeout: float | None = None, **kwargs: Any) -> None:
        """Deliver the next message; `TimeoutError` after `timeout` seconds without one, as kombu's loop expects."""
        assert self.cycle is not None
        deadline = monotonic() + timeout if timeout else None
        while True:
            arrived.clear()
            try:
                self.cycle.get(self._deliver, timeout=timeout)  # type: ignore[no-untyped-call]
            except Empty:
                left = LONGEST_SLEEP if deadline is None else deadline - monotonic()
                if left <= 0:
                    raise TimeoutError from None
                arrived.wait(min(left, LONGEST_SLEEP))
            else:
                return
