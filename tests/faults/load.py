"""Steady load from threads: what came back and how long it took."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import requests

from tests.support.site import Client


@dataclass(frozen=True)
class Call:
    at: float  # monotonic, when it began
    seconds: float
    status: int  # 0: no answer
    retry_after: str | None


@dataclass
class Load:
    """Calls `work` again and again on `threads` threads while the block lasts."""

    calls: list[Call] = field(default_factory=list)

    @contextmanager
    def running(
        self, work: Callable[[Client], requests.Response], make: Callable[[], Client], threads: int
    ) -> Iterator[Load]:
        stop = threading.Event()
        crew = [threading.Thread(target=self._run, args=[work, make(), stop]) for _ in range(threads)]
        for thread in crew:
            thread.start()
        try:
            yield self
        finally:
            stop.set()
            for thread in crew:
                thread.join(60)

    def _run(self, work: Callable[[Client], requests.Response], client: Client, stop: threading.Event) -> None:
        while not stop.is_set():
            self.calls.append(timed(work, client))
            stop.wait(0.02)

    @property
    def statuses(self) -> Counter[int]:
        return Counter(call.status for call in self.calls)

    def slowest(self, since: float = 0.0, until: float = float("inf")) -> float:
        return max((call.seconds for call in self.calls if since <= call.at <= until), default=0.0)

    def percentile(self, share: float, since: float = 0.0) -> float:
        times = sorted(call.seconds for call in self.calls if call.at >= since)
        return times[min(len(times) - 1, int(len(times) * share))]

    def count(self, since: float) -> int:
        return sum(call.at >= since for call in self.calls)


def timed(work: Callable[[Client], requests.Response], client: Client) -> Call:
    began = time.monotonic()
    try:
        answer = work(client)
    except requests.RequestException:
        return Call(began, time.monotonic() - began, 0, None)
    return Call(began, time.monotonic() - began, answer.status_code, answer.headers.get("Retry-After"))


def same_person(client: Client) -> Callable[[], Client]:
    """Makes further clients with the same token: one connection pool per thread."""

    def make() -> Client:
        twin = Client(client.base)
        twin.headers["Authorization"] = client.headers["Authorization"]
        return twin

    return make
