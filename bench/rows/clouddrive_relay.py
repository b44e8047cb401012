"""1 GiB from the Baidu stand-in to the CloudDrive2 stand-in, straight through, beside the sum of its two halves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.clouddrive import FOLDER, CloudStandin, cloud_standin
from bench.rows.clouddrive_upload import REMOTE
from bench.rows.download import fill
from bench.runner import PRODUCT, Contestants, Goal, Line, Row, Sample, Setting
from bench.server import Child, environment
from bench.standin import Standin, standin

MIB = 1 << 20
HALVES = "both halves"
WHOLE, SMALL = ("/测试/1GiB.bin", 1024 * MIB), ("/测试/1MiB.bin", MIB)


@contextmanager
def contest(setting: Setting) -> Iterator[Contestants]:
    path, size = WHOLE if setting.share == 1 else SMALL
    source, target = setting.folder / "source.bin", setting.folder / "target.bin"
    fill(source, size)
    folder, env = setting.folder, environment()
    with (
        standin(folder) as netdisk,
        cloud_standin(folder) as upstream,
        Child("cloud", folder / "relay.log", env=env) as through,
        Child("cloud", folder / "download.log", env=env) as downloading,
        Child("cloud", folder / "upload.log", env=env) as uploading,
    ):
        link = _link(netdisk, path)

        def halves() -> Sample:
            first = downloading.ask(do="fetch", netdisk=link, path=str(target))
            target.unlink()
            if first["size"] != size:
                raise RuntimeError(f"the product fetched {first}")
            second = _sent(uploading, upstream, size, file=str(source))
            both = {name: first[name] + second[name] for name in ("cpu", "wall")}
            return {**both, "download": first["cpu"], "upload": second["cpu"]}

        yield {HALVES: halves, PRODUCT: lambda: _sent(through, upstream, size, netdisk=link)}


def _link(netdisk: Standin, path: str) -> Mapping[str, str]:
    """What the child asks the netdisk for the file's link with."""
    found = netdisk.control("GET", f"files?path={path}&hash=0")
    return {"url": netdisk.url, "token": netdisk.tokens("demo")["access_token"], "fs_id": str(found["fs_id"])}


def _sent(child: Child, upstream: CloudStandin, size: int, **source: Any) -> Sample:
    path = f"{FOLDER}/{Path(child.log).stem}.bin"
    found = child.ask(do="send", way=REMOTE, port=upstream.port, path=path, **source)
    upstream.delete(path)
    if found["size"] != size or found["way"] != REMOTE:
        raise RuntimeError(f"the product sent {found}")
    return {name: found[name] for name in ("cpu", "wall", "growth", "written")}


LIMIT = "the bytes pass through one more buffer of Python: the stream is read into a piece, which is kept for a repeat"
MEMORY = (
    "8 MiB that are kept for a repeat, one piece, the calls under way and what the first transfer of a process loads"
)
ROW = Row(
    "clouddrive_relay",
    "1 GiB from the Baidu stand-in to the CloudDrive2 stand-in, straight through the product's smart upload (remote upload from "
    "an HTTP source); peer: the product's download of the same file to the disk without a hash, and its remote upload of a local "
    "file, in processes of their own",
    (
        Line("CPU", "cpu", against=HALVES, goal=Goal("≤", 1.2), limit=LIMIT),
        Line("wall time", "wall", against=HALVES, goal=Goal("≤", 1.2), limit=LIMIT),
        Line("CPU of the download alone", "download", "s", of=HALVES),
        Line("CPU of the remote upload alone", "upload", "s", of=HALVES),
        Line("growth of memory", "growth", "MiB", goal=Goal("≤", 64), worst=True, limit=MEMORY),
        Line(
            "bytes written to a disk",
            "written",
            "B",
            goal=Goal("=", 0),
            worst=True,
            limit="a file that should not be there",
        ),
    ),
    contest,
    rounds=3,
)
