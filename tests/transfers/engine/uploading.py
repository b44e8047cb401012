"""A target in memory that takes blocks, keeps a log of them, and misbehaves on request; sources to feed it."""

from __future__ import annotations

import hashlib
import random
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from transfers.engine import Link, RetryPolicy, StallRule
from transfers.engine.http_source import HttpSource
from transfers.engine.upload import (
    Begun,
    LocalFile,
    Order,
    PartsRefused,
    RapidRefused,
    SessionLost,
    Stored,
    Upload,
    UploadCheckpoint,
    UploadSpec,
    UploadTuning,
)

from .opener import opener

BLOCK = 256 << 10
SIZE = 8 * BLOCK + 12345
BLOCKS = 9
CONTENT = random.Random(21).randbytes(SIZE)
FAST = {
    "tick": 0.02,
    "answer": 30.0,
    "stall": StallRule(seconds=20.0, least=1024),
    "retry": RetryPolicy(failures=4, base=0.01, longest=0.05),
}

IMPATIENT = {"answer": 0.8, "stall": StallRule(seconds=0.5, least=1024)}


def md5(data: bytes) -> str:
    return hashlib.md5(data).hexdigest()


class Refusal(Exception):
    """As the errors of a real client: says whether trying again can help."""

    def __init__(self, code: str = "busy", *, permanent: bool = False, retry_after: float | None = None) -> None:
        super().__init__(code)
        self.code, self.permanent, self.retry_after = code, permanent, retry_after


class MemoryTarget:
    """`trouble` is asked before each call as (call, number) and may raise or return a replacement of the md5."""

    def __init__(self) -> None:
        self.most = BLOCK
        self.there: Stored | None = None
        self.sessions: dict[str, dict[int, bytes]] = {}
        self.announced: dict[str, tuple[str, ...]] = {}
        self.files: list[tuple[Stored, bytes, float]] = []
        self.sends: list[tuple[str, int]] = []
        self.orders: list[Order] = []
        self.known: dict[str, bytes] = {}
        self.list_all = False
        self.strict = False
        self.calls: Counter[str] = Counter()
        self.trouble: Callable[[str, int], Any] = lambda call, number: None
        self.lock = threading.Lock()
        self.clock = 1000.0

    def sent(self) -> list[int]:
        return [number for _session, number in self.sends]

    def block_size(self, size: int, most: int | None) -> int:
        return min(self.most, most or self.most)

    def existing(self, size: int) -> Stored | None:
        self.calls["existing"] += 1
        self.trouble("existing", self.calls["existing"])
        return self.there

    def begin(self, order: Order) -> Begun:
        with self.lock:
            self.orders.append(order)
            self.calls["begin"] += 1
            session = order.session or f"s{self.calls['begin']}"
        self.trouble("begin", self.calls["begin"])
        if order.content_md5 in self.known:
            return Begun(stored=self._keep(self.known[order.content_md5]))
        there = self.sessions.setdefault(session, {})
        self.announced[session] = order.md5s
        missing = tuple(n for n in range(order.blocks) if n not in there or self.list_all)
        return Begun(session, missing if order.md5s else (0,))

    def send(self, session: str, number: int, body: Any) -> str:
        data = bytearray()
        answer = self.trouble("send", number)
        for piece in body():
            data += piece
            self.trouble("piece", number)
        assert len(data) == body.length
        with self.lock:
            if session not in self.sessions:
                raise SessionLost("unknown session")
            self.sends.append((session, number))
            self.sessions[session][number] = bytes(data)
        late = self.trouble("sent", number)
        return answer or late or md5(bytes(data))

    def finish(self, order: Order) -> Stored:
        with self.lock:
            self.calls["finish"] += 1
        self.trouble("finish", self.calls["finish"])
        there = self.sessions.get(order.session)
        if there is None:
            raise SessionLost("unknown session")
        blocks = [there.get(n, b"") for n in range(order.blocks)]
        if tuple(map(md5, blocks)) != order.md5s or (self.strict and self.announced[order.session] != order.md5s):
            raise PartsRefused("31363")
        stored = self._keep(b"".join(blocks))
        self.trouble("finished", self.calls["finish"])
        return stored

    def _keep(self, data: bytes) -> Stored:
        stored = Stored(f"/file {len(self.files)}", len(data), 100 + len(self.files))
        self.files.append((stored, data, self.clock))
        return stored

    def find(self, order: Order, since: float) -> Stored | None:
        self.calls["find"] += 1
        self.trouble("find", self.calls["find"])
        return next((stored for stored, data, at in self.files if at >= since and len(data) == order.size), None)

    @property
    def content(self) -> bytes:
        assert len(self.files) == 1, "one file, whatever happened"
        return self.files[0][1]


def once(call: str, error: Callable[[], Exception], *, number: int | None = None, times: int = 1) -> Any:
    """The first `times` calls of this kind (for this block) fail."""
    left, lock = [times], threading.Lock()

    def trouble(name: str, at: int) -> None:
        with lock:
            if name != call or (number is not None and at != number) or not left[0]:
                return
            left[0] -= 1
        raise error()

    return trouble


def no_rapid(call: str, number: int) -> None:
    raise RapidRefused("31500")


class Sending:
    """Builds uploads of one file to one target; keeps what the callbacks were told."""

    def __init__(self, folder: Path, target: MemoryTarget) -> None:
        self.path, self.target = folder / "source.bin", target
        self.path.write_bytes(CONTENT)
        self.checkpoints: list[UploadCheckpoint] = []

    def upload(self, **given: Any) -> Upload:
        tuning = UploadTuning(**{**FAST, **given.pop("tuning", {})})
        keys = ("parallel", "size", "md5", "rapid", "resume")
        spec = UploadSpec(tuning=tuning, **{k: given.pop(k) for k in keys if k in given})
        given = {"source": LocalFile(self.path), "on_checkpoint": self.checkpoints.append, **given}
        return Upload(spec, target=self.target, wall=lambda: self.target.clock, **given)

    def __call__(self, **given: Any) -> Any:
        return self.upload(**given).run()

    def stream(self, server: Any, **given: Any) -> Any:
        """The same from a link."""
        return self(source=self.link(server), **given)

    def link(self, server: Any) -> HttpSource:
        return HttpSource(lambda renew: Link(server.url), opener(2.0))

    @property
    def last(self) -> UploadCheckpoint:
        """As it comes back from JSON."""
        return UploadCheckpoint.from_dict(self.checkpoints[-1].to_dict())
