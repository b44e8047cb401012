"""Many small files from the library to the CloudDrive2 stand-in: files per second through rows, queue and workers."""

from __future__ import annotations

import random
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.clouddrive import FOLDER, CloudStandin, cloud_standin
from bench.runner import PRODUCT, Contestants, Goal, Line, Row, Sample, Setting
from bench.server import Child, environment

FILES, QUICK = 10_000, 500
SIZE = 4096
AT_ONCE = 4  # the default of TRANSFERS_CONCURRENT, and of rclone
PEER, CURL = "rclone", "curl"


@contextmanager
def contest(setting: Setting) -> Iterator[Contestants]:
    count = setting.part(FILES if setting.rounds >= 5 else QUICK, 4)
    source, env = setting.folder / "files", environment(DATA_DIR=str(setting.folder / "site"))
    _fill(source, count)
    with (
        cloud_standin(setting.folder) as upstream,
        Child("cloud_small", setting.folder / "small.log", env=env) as child,
    ):
        child.ask(do="fill", count=count, size=SIZE)
        child.freeze()
        programs: dict[str, Callable[[], Sample]] = {CURL: lambda: _curl(setting.folder, source, upstream)}
        if shutil.which("rclone"):
            programs[PEER] = lambda: _rclone(source, upstream)

        def ours() -> Sample:
            with child.awake():
                found = child.ask(do="send", port=upstream.port, path=f"{FOLDER}/product")
                found["cpu"] *= 1000 / count
            return _checked(upstream, f"{FOLDER}/product", count, found)

        yield {**programs, PRODUCT: ours}


def _fill(folder: Path, count: int) -> None:
    folder.mkdir()
    dice = random.Random(3)
    for number in range(count):
        (folder / f"{number:05d}.bin").write_bytes(dice.randbytes(SIZE))


def _checked(upstream: CloudStandin, path: str, count: int, found: Mapping[str, float]) -> Sample:
    """The sample, once all files are at the stand-in; they are deleted there."""
    there = upstream.control("GET", f"files?path={path}").get("children", [])
    upstream.delete(path)
    if len(there) != count or any(each["size"] != SIZE for each in there):
        raise RuntimeError(f"{len(there)} of {count} files in {path}")
    return {**found, "rate": count / found["wall"]}


def _rclone(source: Path, upstream: CloudStandin) -> Sample:
    path = f"{FOLDER}/rclone"
    secret = subprocess.run(["rclone", "obscure", "demo"], capture_output=True, check=True, text=True).stdout.strip()
    env = {"URL": f"{upstream.url}/dav", "VENDOR": "other", "USER": "demo", "PASS": secret}
    env = {f"RCLONE_WEBDAV_{name}": value for name, value in env.items()}
    command = ["rclone", "copy", f"--transfers={AT_ONCE}", str(source), f":webdav:{path}"]
    return _checked(upstream, path, sum(1 for _ in source.iterdir()), _timed(command, env))


def _curl(folder: Path, source: Path, upstream: CloudStandin) -> Sample:
    """The least that WebDAV costs: one request for each file, over kept connections."""
    path, orders = f"{FOLDER}/curl", folder / "curl.txt"
    names = sorted(each.name for each in source.iterdir())
    lines = [f'upload-file = "{source / name}"\nurl = "{upstream.url}/dav{path}/{name}"\n' for name in names]
    orders.write_text("".join(lines))
    upstream.control("POST", "change", {"op": "mkdir", "path": path})
    command = ["curl", "-s", "-f", "-Z", "--parallel-max", str(AT_ONCE), "-u", "demo:demo", "-K", str(orders)]
    return _checked(upstream, path, len(names), _timed(command, {}))


def _timed(command: Sequence[str], env: Mapping[str, str]) -> dict[str, float]:
    began = time.monotonic()
    subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=True, env=environment(**env))
    return {"wall": time.monotonic() - began}


def _no_curl() -> str:
    return "" if shutil.which("curl") else "not run: no curl"


def _no_rclone() -> str:
    return _no_curl() or ("" if shutil.which("rclone") else "not run: no rclone")


LIMIT = (
    "each file is a transfer of its own: a row with its story, lease and events in SQLite, and about ten calls to the server "
    "until it says that the file is stored, which WebDAV never says"
)
WORK = (
    f"{FILES:,} files of 4 KiB from the library to the CloudDrive2 stand-in, {AT_ONCE} at once: transfers in SQLite, embedded "
    "workers, remote upload until stored"
)
RATE = Line("files per second", "rate", "/s")
CPU = Line("CPU for 1,000 files", "cpu", "s")
QUEUED = Line("queueing all of them", "queued", "s")
ROW = Row(
    "clouddrive_small",
    f"{WORK}; beside it: curl with as many WebDAV requests at once over kept connections, one PUT for each file",
    (RATE, CPU, QUEUED, Line("files per second of curl", "rate", "/s", of=CURL)),
    contest,
    _no_curl,
    seconds=1800,
    rounds=1,
)
RCLONE = Row(
    "clouddrive_rclone",
    f"{WORK}; peer: rclone copy of the same files to the stand-in's WebDAV, as it comes: it leaves 10 ms between two calls",
    (
        Line("files per second", "rate", against=PEER, goal=Goal("≥", 3), limit=LIMIT),
        Line("files per second of rclone", "rate", "/s", of=PEER),
    ),
    contest,
    _no_rclone,
    seconds=2400,
    rounds=1,
)
