"""1 GiB from loopback to disk: CPU seconds, wall seconds and memory, with and without SHA-256."""

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

from bench.runner import Contestants, Goal, Line, Row, Sample, Setting
from bench.server import Child, Process, environment, free_port, listens

GIB = 1 << 30
BLOCK = 1 << 20
CONNECTIONS = 4  # the default of TRANSFERS_CONNECTIONS
HASH = "SHA-256 alone"
HASHED, PLAIN, SINGLE = "product with SHA-256", "product without", "product with SHA-256, 1 connection"


@contextmanager
def contest(setting: Setting) -> Iterator[Contestants]:
    size = setting.part(GIB, BLOCK)
    source, target, port = setting.folder / "source.bin", setting.folder / "target.bin", free_port()
    digest = fill(source, size)
    url = f"http://127.0.0.1:{port}/source.bin"
    origin = Process([sys.executable, "-m", "bench.origin", str(source), str(port)], setting.folder / "origin.log")
    with origin, Child("fetch", setting.folder / "fetch.log", env=environment()) as child:
        origin.until(lambda: listens(port), 20)
        programs = {
            "curl": ["curl", "-s", "-f", "-o", str(target), url],
            "aria2c": [
                "aria2c",
                "-x4",
                "-s4",
                "-q",
                "--allow-overwrite=true",
                "-d",
                str(target.parent),
                "-o",
                target.name,
                url,
            ],
            "rclone": ["rclone", "copyurl", url, str(target)],
        }
        ours = {HASHED: (True, CONNECTIONS), PLAIN: (False, CONNECTIONS), SINGLE: (True, 1)}
        yield {
            **{name: program(command, target, size) for name, command in programs.items() if shutil.which(name)},
            HASH: lambda: _hash(source),
            **{name: _engine(child, url, target, digest, *how) for name, how in ours.items()},
        }


def fill(path: Path, size: int) -> str:
    """A file that does not compress; its SHA-256."""
    dice, digest = random.Random(1), hashlib.sha256()
    with path.open("wb") as file:
        for start in range(0, size, BLOCK):
            block = dice.randbytes(min(BLOCK, size - start))
            digest.update(block)
            file.write(block)
    return digest.hexdigest()


def program(command: Sequence[str], target: Path, size: int) -> Callable[[], Sample]:
    def measure() -> Sample:
        began = time.monotonic()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=environment())
        _, status, used = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        found = target.stat().st_size if target.exists() else 0
        target.unlink(missing_ok=True)
        if process.returncode or found != size:
            raise RuntimeError(f"{command[0]} ended with {process.returncode} and {found} bytes")
        return {"cpu": used.ru_utime + used.ru_stime, "wall": wall}

    return measure


def _hash(path: Path) -> Sample:
    began, wall = time.process_time(), time.monotonic()
    with path.open("rb") as file:
        hashlib.file_digest(file, "sha256")
    return {"cpu": time.process_time() - began, "wall": time.monotonic() - wall}


def _engine(child: Child, url: str, target: Path, digest: str, sha256: bool, connections: int) -> Callable[[], Sample]:
    def measure() -> Sample:
        found = child.ask(source=url, path=str(target), sha256=sha256, connections=connections)
        target.unlink()
        if sha256 and found["sha256"] != digest:
            raise RuntimeError("the product computed another SHA-256")
        return {name: found[name] for name in ("cpu", "wall", "growth")}

    return measure


def _missing() -> str:
    return "" if shutil.which("curl") else "not run: no curl"


LIMIT = "the hash itself: see the line of SHA-256 alone; without SHA instructions in the CPU it costs more than the goal leaves"
PLAIN_LIMIT = "Python's share of each read and write"
MEMORY = "one buffer per connection, the hash's buffer and what the first transfer of a process loads"
ROW = Row(
    "download",
    f"1 GiB from a sendfile server on loopback to disk, the product's engine with {CONNECTIONS} connections; peer: curl without a hash",
    (
        Line("CPU with SHA-256", "cpu", of=HASHED, against="curl", goal=Goal("≤", 2.3), limit=LIMIT),
        Line("CPU without a hash", "cpu", of=PLAIN, against="curl", goal=Goal("≤", 1.3), limit=PLAIN_LIMIT),
        Line("CPU of SHA-256 alone (hashlib, from the page cache)", "cpu", of=HASH, against="curl"),
        Line("CPU with SHA-256, 1 connection", "cpu", of=SINGLE, against="curl"),
        Line("growth of memory", "growth", "MiB", of=HASHED, goal=Goal("≤", 16), worst=True, limit=MEMORY),
        Line("wall time with SHA-256", "wall", of=HASHED, against="curl"),
        Line("wall time without a hash", "wall", of=PLAIN, against="curl"),
        Line("CPU of aria2c -x4", "cpu", of="aria2c", against="curl"),
        Line("wall time of aria2c -x4", "wall", of="aria2c", against="curl"),
        Line("CPU of rclone copyurl", "cpu", of="rclone", against="curl"),
        Line("wall time of rclone copyurl", "wall", of="rclone", against="curl"),
    ),
    contest,
    _missing,
)
