"""Threads for calls that may wait: as many as there is work for, the one used last first, and gone when idle.

A `ThreadPoolExecutor` takes its threads in turn and keeps them, each with its connection to the database and its caches. Here a
quiet site keeps to one warm thread, and what a rush needed is given back after it.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any

from django.db import connections

IDLE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Work:
    future: Future[Any]
    function: Callable[[], Any]

    def run(self) -> None:
        if not self.future.set_running_or_notify_cancel():
            return
        try:
            self.future.set_result(self.function())
        except BaseException as error:
            self.future.set_exception(error)


class ElasticThreads(Executor):
    """At most `most` threads; what comes beyond waits in order."""

    def __init__(self, most: int, *, idle_seconds: float = IDLE_SECONDS, name: str = "upstream") -> None:
        self._most, self._idle_seconds, self._name = most, idle_seconds, name
        self._lock = threading.Lock()
        self._idle: list[SimpleQueue[Work]] = []  # one for each idle thread, the one used last at the end
        self._waiting: deque[Work] = deque()
        self.count = 0

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        work = Work(Future(), lambda: function(*args, **kwargs))
        with self._lock:
            if self._idle:
                self._idle.pop().put(work)
            elif self.count < self._most:
                self.count += 1
                threading.Thread(target=self._serve, args=[work], name=self._name, daemon=True).start()
            else:
                self._waiting.append(work)
        return work.future

    def _serve(self, first: Work) -> None:
        work: Work | None = first
        try:
            while work is not None:
                work.run()
                work = self._next()
        finally:
            connections.close_all()

    def _next(self) -> Work | None:
        box: SimpleQueue[Work] = SimpleQueue()
        with self._lock:
            if self._waiting:
                return self._waiting.popleft()
            self._idle.append(box)
        try:
            return box.get(timeout=self._idle_seconds)
        except Empty:
            pass
        with self._lock:
            if box in self._idle:
                self._idle.remove(box)
                self.count -= 1
                return None
        return box.get()  # given at the last moment
