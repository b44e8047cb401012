"""1 GiB to a CloudDrive2 stand-in by each of the five ways: CPU seconds, wall seconds and memory, side by side."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench.clouddrive import FOLDER, CloudStandin, cloud_standin
from bench.rows.download import fill, program
from bench.runner import Contestants, Goal, Line, Row, Sample, Setting
from bench.server import Child, Process, environment, free_port, listens

GIB = 1 << 30
BLOCK = 1 << 20
CURL, COPY, SYNCED = "curl", "cp", "cp, then sync"
MOUNT, REMOTE, DIRECT, WEB, DAV = "mount", "remote", "direct", "web", "webdav"
WAYS = {
    MOUNT: "copy through a mount",
    REMOTE: "remote upload, native gRPC",
    DIRECT: "direct write, native gRPC",
    WEB: "direct write, gRPC-Web",
    DAV: "WebDAV",
}


@contextmanager
def contest(setting: Setting) -> Iterator[Contestants]:
    size = setting.part(GIB, BLOCK)
    source, target, port = setting.folder / "source.bin", setting.folder / "target.bin", free_port()
    fill(source, size)
    origin = Process([sys.executable, "-m", "bench.origin", str(source), str(port)], setting.folder / "origin.log")
    with origin, cloud_standin(setting.folder) as upstream, ExitStack() as children:
        origin.until(lambda: listens(port), 20)
        url = f"http://127.0.0.1:{port}/source.bin"
        copy = ["cp", str(source), str(target)]
        ours = {
            way: Sending(way, children.enter_context(_child(setting.folder, way)), upstream, source) for way in WAYS
        }
        ours[MOUNT].mount(setting.folder / "mounts")
        yield {
            CURL: program(["curl", "-s", "-f", "-o", str(target), url], target, size),
            COPY: program(copy, target, size),
            SYNCED: program(["sh", "-c", 'cp "$0" "$1" && sync "$1"', *copy[1:]], target, size),
            **ours,
        }


def _child(folder: Path, name: str) -> Child:
    return Child("cloud", folder / f"{name}.log", env=environment())


class Sending:
    """One upload after another by one way, each by the same process; each is deleted at the stand-in again."""

    def __init__(self, way: str, child: Child, upstream: CloudStandin, source: Path) -> None:
        self._way, self._child, self._upstream, self._source = way, child, upstream, source
        self._mounts = ""

    def mount(self, folder: Path) -> None:
        self._mounts = str(folder)
        folder.mkdir()
        self._child.ask(do="mount", port=self._upstream.port, folder=str(folder / "nas"), source=FOLDER)

    def __call__(self) -> Sample:
        path, size = f"{FOLDER}/{self._way}.bin", self._source.stat().st_size
        found = self._child.ask(
            do="send", way=self._way, port=self._upstream.port, path=path, file=str(self._source), mounts=self._mounts
        )
        self._upstream.delete(path)
        if found["size"] != size or found["way"] != self._way:
            raise RuntimeError(f"the product sent {found}")
        return {**{name: found[name] for name in FIGURES}, "speed": size / found["wall"] / 1e6}


def missing() -> str:
    return "" if shutil.which("curl") else "not run: no curl"


FIGURES = ("cpu", "wall", "growth", "stored")
REMOTE_LIMIT = "Python's share of each of 1,024 calls with 1 MiB, and gRPC's copies of their bytes"
DIRECT_LIMIT = "gRPC's copies of each message, and its threads' share of the interpreter"
WEB_LIMIT = (
    "each MiB is an HTTP request of its own, with about 0.7 ms for its headers, its answer and the checks of both; its bytes are "
    "copied twice into their frames"
)
MOUNT_LIMIT = (
    "the flush to the disk at the end, which cp leaves to the system: see the lines against cp and sync; and the threads that "
    "watch and report the upload"
)
GOALS = {
    REMOTE: Line(f"CPU: {WAYS[REMOTE]}", "cpu", of=REMOTE, against=CURL, goal=Goal("≤", 2.0), limit=REMOTE_LIMIT),
    DIRECT: Line(f"CPU: {WAYS[DIRECT]}", "cpu", of=DIRECT, against=CURL, goal=Goal("≤", 1.4), limit=DIRECT_LIMIT),
    WEB: Line(f"CPU: {WAYS[WEB]}", "cpu", of=WEB, against=CURL, goal=Goal("≤", 1.6), limit=WEB_LIMIT),
}
ROW = Row(
    "clouddrive_upload",
    "1 GiB of a local file to the CloudDrive2 stand-in by the product's smart upload, one way at a time, each in a process of "
    "its own, until the server has all bytes; the stand-in counts them and keeps none, but of the mount. Peer: curl downloading "
    "1 GiB to the disk, for the mount cp on the same file system",
    (
        *GOALS.values(),
        Line(f"CPU: {WAYS[DAV]}", "cpu", of=DAV, against=CURL),
        Line(f"CPU: {WAYS[MOUNT]}", "cpu", of=MOUNT, against=COPY, goal=Goal("≤", 1.1), limit=MOUNT_LIMIT),
        Line(f"wall time: {WAYS[MOUNT]}", "wall", of=MOUNT, against=COPY, goal=Goal("≤", 1.1), limit=MOUNT_LIMIT),
        Line(f"CPU: {WAYS[MOUNT]}, against cp and sync", "cpu", of=MOUNT, against=SYNCED),
        Line(f"wall time: {WAYS[MOUNT]}, against cp and sync", "wall", of=MOUNT, against=SYNCED),
        *(Line(f"speed: {name}", "speed", "MB/s", of=way) for way, name in WAYS.items()),
        *(Line(f"CPU for 1 GiB: {name}", "cpu", "s", of=way) for way, name in WAYS.items()),
        *(Line(f"growth of memory: {name}", "growth", "MiB", of=way) for way, name in WAYS.items()),
    ),
    contest,
    missing,
    rounds=3,
)
