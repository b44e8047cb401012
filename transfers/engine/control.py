"""The reins of a running transfer: stop requests from any thread, and the lease that allows it to write."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Literal

from .errors import Stopped

StopReason = Literal["pause", "cancel", "shutdown", "lease_lost"]


class Control:
    """Thread-safe, but not for signal handlers. `lease_until` is a monotonic time; None: no lease to hold."""

    def __init__(self, *, lease_until: float | None = None, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lease_until = lease_until
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._listeners: list[Callable[[], None]] = []
        self.stop_reason: StopReason | None = None

    def request_stop(self, reason: StopReason) -> None:
        """Asks the transfer to stop; the first reason counts."""
        with self._lock:
            self.stop_reason = self.stop_reason or reason
            self._stopping.set()
            listeners = list(self._listeners)
        for listener in listeners:
            listener()

    def extend_lease(self, until: float) -> None:
        """Called by the heart-beat after it has renewed the lease; `until` is a monotonic time."""
        self._lease_until = until

    def lease_valid(self) -> bool:
        return self._lease_until is None or self._monotonic() < self._lease_until

    def check(self) -> None:
        """Raises `Stopped` when a stop was requested or the lease has run out."""
        if self.stop_reason is None and not self.lease_valid():
            self.request_stop("lease_lost")
        if self.stop_reason is not None:
            raise Stopped(self.stop_reason)

    def wait(self, seconds: float) -> None:
        """Waits, but not beyond a stop request."""
        self._stopping.wait(seconds)

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Calls `listener` on a stop request, at once when there was one; returns the way to unsubscribe.

        Listeners have to be quick and run on whatever thread asks for the stop.
        """
        with self._lock:
            self._listeners.append(listener)
            late = self.stop_reason is not None
        if late:
            listener()
        return lambda: self._listeners.remove(listener)
