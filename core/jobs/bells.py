"""Wake-ups for workers. To a broker elsewhere they go from a thread of their own: no request waits for one that hangs (F37)."""

from __future__ import annotations

import threading
import time
from queue import Full, Queue
from typing import Any

import structlog
from django.conf import settings

log = structlog.get_logger(__name__)
MOST_WAITING = 10_000
QUIET_SECONDS = 5.0  # after a failure; the sweeper rings again for what is dropped meanwhile


class Bells:
    def __init__(self) -> None:
        self._waiting: Queue[tuple[Any, str]] = Queue(MOST_WAITING)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._quiet_until = 0.0

    def ring(self, task: Any, pk: str) -> None:
        if settings.CELERY_BROKER_URL.startswith("memory"):
            self._send(task, pk)
            return
        self._start()
        try:
            self._waiting.put_nowait((task, pk))
        except Full:
            log.warning("jobs.too_many_bells", job=pk)

    def _start(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="bells", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            task, pk = self._waiting.get()
            if time.monotonic() >= self._quiet_until:
                self._send(task, pk)

    def _send(self, task: Any, pk: str) -> None:
        try:
            task.apply_async(args=[pk], retry=False)
        except Exception as error:  # whatever a broker library raises: it costs only time
            self._quiet_until = time.monotonic() + QUIET_SECONDS
            log.warning("jobs.ring_failed", error=type(error).__name__, job=pk)


bells = Bells()
