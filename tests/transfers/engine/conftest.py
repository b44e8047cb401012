"""A download in three words: a faulty server, a folder, and `fetch`."""

from __future__ import annotations

import hashlib
import random
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.transfers.engine.faulty_server import FaultyServer, serving
from tests.transfers.engine.opener import opener
from transfers.engine import Checkpoint, Download, DownloadSpec, Link, RetryPolicy, StallRule, Tuning

PART = 256 << 10
SIZE = 8 * PART + 12345
CONTENT = random.Random(20).randbytes(SIZE)
SHA256 = hashlib.sha256(CONTENT).hexdigest()
FAST = {
    "smallest_part": PART,
    "largest_part": PART,
    "checkpoint_bytes": PART,
    "checkpoint_spacing": 0.0,
    "tick": 0.02,
    "stall": StallRule(seconds=0.4, least=1024),
    "retry": RetryPolicy(failures=4, base=0.01, longest=0.05),
}


class Fetching:
    """Builds downloads of the server's file; keeps what the callbacks were told."""

    def __init__(self, server: FaultyServer, folder: Path) -> None:
        self.server, self.folder = server, folder
        self.path = folder / "file.bin"
        self.part = folder / "file.bin.part"
        self.checkpoints: list[Checkpoint] = []
        self.renewals: list[bool] = []

    def resolve(self, renew: bool) -> Link:
        self.renewals.append(renew)
        return Link(self.server.url, {"User-Agent": "pan.baidu.com"})

    def download(self, **given: Any) -> Download:
        tuning = Tuning(**{**FAST, **given.pop("tuning", {})})
        keys = ("connections", "expected", "size", "sha256", "resume")
        spec = DownloadSpec(self.path, tuning=tuning, **{k: given.pop(k) for k in keys if k in given})
        given = {"resolve": self.resolve, "on_checkpoint": self.checkpoints.append, **given}
        return Download(spec, open_stream=opener(given.pop("read_timeout", 5.0)), **given)

    def __call__(self, **given: Any) -> Any:
        return self.download(**given).run()

    def start(self, download: Download) -> Running:
        return Running(download)

    @property
    def last(self) -> Checkpoint:
        return self.checkpoints[-1]


class Running:
    """A download on a thread of its own."""

    def __init__(self, download: Download) -> None:
        self.download = download
        self.outcome: Any = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self.outcome = self.download.run()
        except BaseException as error:
            self.outcome = error

    def join(self, seconds: float = 10.0) -> Any:
        self._thread.join(seconds)
        assert not self._thread.is_alive(), "the download did not end"
        return self.outcome


def wait_until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    tick = threading.Event()
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        tick.wait(0.005)


def done(checkpoint: Checkpoint) -> int:
    return sum(part.done for part in checkpoint.parts)


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with serving(CONTENT) as running:
        yield running


@pytest.fixture
def fetch(server: FaultyServer, tmp_path: Path) -> Fetching:
    return Fetching(server, tmp_path)
