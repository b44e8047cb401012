"""A download in a process of its own, which may be told to die at a named point."""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path

from tests.transfers.engine.opener import opener
from transfers.engine import (
    Checkpoint,
    Control,
    Download,
    DownloadSpec,
    Link,
    RetryPolicy,
    TransferError,
    Tuning,
)

KILLED = 77
PART = 256 << 10


def command(url: str, path: Path, *, connections: int = 1, point: str = "", nth: int = 1) -> list[str]:
    """Arguments for the interpreter; the process dies at the `nth` passing of `point`."""
    return ["-m", "tests.transfers.engine.child", url, str(path), str(connections), point, str(nth)]


def state_file(path: Path) -> Path:
    return path.with_suffix(".json")


def load(path: Path) -> Checkpoint | None:
    state = state_file(path)
    return Checkpoint.from_dict(json.loads(state.read_text())) if state.exists() else None


class Killer:
    def __init__(self, point: str, nth: int) -> None:
        self.point, self.left, self.lock = point, nth, threading.Lock()

    def __call__(self, name: str) -> None:
        with self.lock:
            if name == self.point:
                self.left -= 1
                if self.left == 0:
                    os._exit(KILLED)


def main(url: str, path: Path, connections: int, killer: Killer) -> None:
    def store(checkpoint: Checkpoint) -> None:
        fresh = path.with_suffix(".json.new")
        fresh.write_text(json.dumps(checkpoint.to_dict()))
        fresh.rename(state_file(path))

    tuning = Tuning(
        smallest_part=PART,
        largest_part=PART,
        checkpoint_bytes=PART,
        checkpoint_spacing=0.0,
        tick=0.001,
        retry=RetryPolicy(base=0.01),
    )
    Download(
        DownloadSpec(path, connections=connections, resume=load(path), tuning=tuning),
        resolve=lambda renew: Link(url),
        open_stream=opener(),
        control=Control(),
        on_checkpoint=store,
        before_publish=lambda: killer("before_publish"),
        fault=killer,
    ).run()


if __name__ == "__main__":
    try:
        main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), Killer(sys.argv[4], int(sys.argv[5])))
    except TransferError as error:
        sys.exit(f"{error.code}: {error.sentence}")
