"""A stand-in for all tests of this folder, as new for each, and a client with little patience."""

from __future__ import annotations

import dataclasses
import hashlib
import random
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from tests.emulators.clouddrive2.standin import Control, Program
from transfers.clouddrive2.client import CloudDrive, connect
from transfers.clouddrive2.tuning import Endpoint, Tuning

FAST = Tuning(
    metadata_seconds=5,
    start_seconds=5,
    chunk_seconds=5,
    base=0.01,
    longest=0.05,
    reopen_seconds=0.05,
    fault_seconds=0.05,
    fault_longest=0.2,
    channel_life=0.2,
    linger_seconds=0.2,
    quiet_seconds=1.0,
    probe_seconds=0.2,
    stall_seconds=4.0,
    hash_progress_seconds=0.01,
    grace_seconds=0.2,
    settle_seconds=0.5,
    poll_longest=0.1,
)
SIZE = 2_500_001
DATA = random.Random(8).randbytes(SIZE)
SHA256 = hashlib.sha256(DATA).hexdigest()


class Source:
    """`DATA`, or a part of it, as a source; `asked` are the ranges that were read."""

    def __init__(self, size: int = SIZE) -> None:
        self.data = DATA[:size]
        self.asked: list[tuple[int, int]] = []

    def __call__(self, offset: int, length: int) -> bytes:
        self.asked.append((offset, length))
        return self.data[offset : offset + length]


class Stopper:
    """The reins of an upload, as the engine's `Control` is."""

    def __init__(self) -> None:
        self.stopped = False
        self.listeners: list[Callable[[], None]] = []

    def stop(self) -> None:
        self.stopped = True
        for listener in list(self.listeners):
            listener()

    def check(self) -> None:
        if self.stopped:
            raise InterruptedError("stop")

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)


class Work:
    """Something that runs in a thread of its own."""

    def __init__(self, run: Callable[[], Any]) -> None:
        self._run, self.outcome = run, None
        self.thread = threading.Thread(target=self._work, daemon=True)
        self.thread.start()

    def _work(self) -> None:
        try:
            self.outcome = self._run()
        except BaseException as error:
            self.outcome = error

    def join(self, seconds: float = 15) -> Any:
        self.thread.join(seconds)
        assert not self.thread.is_alive(), "the work did not end"
        return self.outcome


@pytest.fixture(scope="session")
def cd2_program() -> Iterator[Program]:
    running = Program("--seed", "7", "--entries", "1200")
    yield running
    running.stop()


@pytest.fixture
def control(cd2_program: Program) -> Control:
    """The control API of a stand-in without faults."""
    steering = Control(cd2_program.url)
    steering("POST", "reset")
    return steering


@pytest.fixture
def endpoint(cd2_program: Program) -> Endpoint:
    return Endpoint("127.0.0.1", cd2_program.port)


@pytest.fixture
def make(endpoint: Endpoint, control: Control) -> Iterator[Callable[..., CloudDrive]]:
    """Clients with some tuning of their own: `make(token=..., chunk=...)`."""
    made: list[CloudDrive] = []

    def build(**given: Any) -> CloudDrive:
        names = {field.name for field in dataclasses.fields(Tuning)}
        tuning = dataclasses.replace(FAST, **{key: given.pop(key) for key in list(given) if key in names})
        if "token" not in given and "user" not in given:
            given |= {"user": "demo", "password": "demo"}
        made.append(connect(endpoint, tuning=tuning, **given))
        return made[-1]

    yield build
    for each in made:
        each.close()


@pytest.fixture
def drive(make: Callable[..., CloudDrive]) -> CloudDrive:
    return make()


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as made:
        made.trust_env = False
        yield made
