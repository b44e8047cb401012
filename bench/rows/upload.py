"""1 GiB from disk to the stand-in in parts of 16 MiB: CPU seconds, wall seconds and memory."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.runner import PRODUCT, Contestants, Goal, Line, Row, Sample, Setting
from bench.server import Child, Process, environment, free_port, listens
from bench.standin import Standin, standin

MIB, GIB = 1 << 20, 1 << 30
PART = 16 * MIB
PARALLEL = 4  # parts at once for the highest membership
MEMORY = PARALLEL * 16 + 32
PEER, LINK = "curl -T and md5", "product from a link"
FOLDER = "/bench"


@contextmanager
def contest(setting: Setting) -> Iterator[Contestants]:
    size = setting.part(GIB, 2 * MIB)
    block = max(4 * MIB, setting.part(PART) // MIB * MIB)
    source, sink, origin = setting.folder / "source.bin", free_port(), free_port()
    _fill(source, size)
    env = environment(DATA_DIR=str(setting.folder / "site"), EMBEDDED_WORKER="off")
    servers = {
        sink: [sys.executable, "-m", "bench.sink", str(sink)],
        origin: [sys.executable, "-m", "bench.origin", str(source), str(origin)],
    }
    with (
        standin(setting.folder, "--set", "rapid_upload=off") as upstream,
        Process(servers[sink], setting.folder / "sink.log") as sinking,
        Process(servers[origin], setting.folder / "origin.log") as serving,
        Child("send", setting.folder / "send.log", env=env) as child,
    ):
        sinking.until(lambda: listens(sink), 20)
        serving.until(lambda: listens(origin), 20)
        upload = Sending(child, upstream, {"block": block, "parallel": PARALLEL}, size)
        yield {
            PEER: _peer(["curl", "-s", "-f", "-T", str(source), f"http://127.0.0.1:{sink}/x"], source),
            PRODUCT: lambda: upload(file=str(source)),
            LINK: lambda: upload(link=f"http://127.0.0.1:{origin}/source.bin"),
        }


def _fill(path: Path, size: int) -> None:
    """A file that does not compress."""
    dice = random.Random(2)
    with path.open("wb") as file:
        for start in range(0, size, MIB):
            file.write(dice.randbytes(min(MIB, size - start)))


def _peer(command: Sequence[str], source: Path) -> Callable[[], Sample]:
    """What cannot be avoided: the bytes once through a socket, and once through the hash that Baidu asks for."""

    def measure() -> Sample:
        began = time.monotonic()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=environment())
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise RuntimeError(f"curl ended with {process.returncode}")
        hashing = time.process_time()
        with source.open("rb") as file:
            hashlib.file_digest(file, "md5")
        hashed = time.process_time() - hashing
        sent = used.ru_utime + used.ru_stime
        return {"cpu": sent + hashed, "wall": time.monotonic() - began, "sent": sent, "hashed": hashed}

    return measure


class Sending:
    """One upload after another by the child; each is deleted at the stand-in again."""

    def __init__(self, child: Child, upstream: Standin, options: dict[str, Any], size: int) -> None:
        self._child, self._upstream, self._options, self._size = child, upstream, options, size
        self._token = upstream.tokens("demo")["access_token"]

    def __call__(self, **source: str) -> Sample:
        path = f"{FOLDER}/target.bin"
        found = self._child.ask(standin=self._upstream.url, token=self._token, path=path, **self._options, **source)
        self._upstream.control("POST", "change", {"op": "delete", "path": path})
        if found["size"] != self._size or found["rapid"]:
            raise RuntimeError(f"the product sent {found}")
        return {name: found[name] for name in ("cpu", "wall", "growth")}


def _missing() -> str:
    return "" if shutil.which("curl") else "not run: no curl"


LIMIT = "the hashes: each block's md5, and the md5 of the whole that a rapid upload asks for, over the same bytes"
BUFFERS = "one buffer for each part under way, and what the first upload of a process loads"
ROW = Row(
    "upload",
    f"1 GiB to the stand-in in parts of 16 MiB, {PARALLEL} at once, by the product's engine and client; peer: curl -T of the same bytes "
    "to a server that throws them away, and one md5 of the file",
    (
        Line("CPU of a local file", "cpu", of=PRODUCT, against=PEER, goal=Goal("≤", 2.5), limit=LIMIT),
        Line("CPU of a link, straight through", "cpu", of=LINK, against=PEER),
        Line("CPU of curl -T alone", "sent", "s", of=PEER),
        Line("CPU of md5 alone", "hashed", "s", of=PEER),
        Line("growth of memory", "growth", "MiB", of=PRODUCT, goal=Goal("≤", MEMORY), worst=True, limit=BUFFERS),
        Line("growth of memory, link", "growth", "MiB", of=LINK, goal=Goal("≤", MEMORY), worst=True, limit=BUFFERS),
        Line("wall time of a local file", "wall", of=PRODUCT, against=PEER),
        Line("wall time of a link", "wall", of=LINK, against=PEER),
    ),
    contest,
    _missing,
)
