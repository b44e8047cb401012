"""Moves files with the product's engine and its CloudDrive2 client, as a transfer does: `SmartUpload` by one way.

Answers CPU and wall seconds until the server had all bytes, the wall seconds until they were stored, the growth of
memory in MiB and the bytes that went to a disk.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench.children import serve
from bench.children.fetch import cpu_seconds, memory
from core.outbound import NO_RETRIES, Policy, Stream, make_session, open_stream
from netdisk.baidu.client import BaiduClient
from protos import clouddrive_pb2 as pb
from transfers.clouddrive2.client import CloudDrive, connect
from transfers.clouddrive2.dav import DavUploads
from transfers.clouddrive2.remote import RemoteUploads
from transfers.clouddrive2.smart import LocalMounts, SmartCheckpoint, SmartSpec, SmartUpload
from transfers.clouddrive2.smart.spec import SENT
from transfers.clouddrive2.tuning import Endpoint
from transfers.clouddrive2.web import WebTransport
from transfers.engine import Download, DownloadSpec, Link
from transfers.engine.http_source import HttpSource
from transfers.engine.protocols import Resolve, Source
from transfers.engine.upload import LocalFile

USER = "demo"
CONNECTIONS = 4


def act(do: str, **arguments: Any) -> dict[str, Any]:
    actions: dict[str, Callable[..., dict[str, Any]]] = {"mount": mount, "send": send, "fetch": fetch}
    return actions[do](**arguments)


def mount(port: int, folder: str, source: str) -> dict[str, Any]:
    """Has the server mount `source` at a folder of this machine."""
    drive = _drive(port)
    drive.add_mount(pb.MountOption(mountPoint=folder, sourceDir=source, name="bench"))
    drive.mount(folder)
    return {}


def send(
    way: str, port: int, path: str, file: str = "", netdisk: Mapping[str, str] | None = None, mounts: str = ""
) -> dict[str, Any]:
    """A local file, or one of a netdisk that is given as for `_link`."""
    meter, sent = Meter(), dict[str, float]()

    def note(checkpoint: SmartCheckpoint) -> None:
        if checkpoint.phase == SENT and not sent:
            now = meter.read()
            sent.update({"cpu": now["cpu"], "wall": now["wall"]})

    source: Source = HttpSource(_link(**netdisk), _opener) if netdisk else LocalFile(Path(file))
    drive = _drive(port)
    uploads = RemoteUploads(drive.caller, drive.chunk_size, "bench")
    upload = SmartUpload(
        SmartSpec(path, conflict="overwrite", ways=(way,), sequential=bool(netdisk)),
        source=source,
        drive=drive,
        uploads=uploads,
        web=lambda: _web(port),
        dav=_dav(port) if way == "webdav" else None,
        mounts=LocalMounts([mounts], own_device=False) if mounts else (),
        on_checkpoint=note,
    )
    try:
        result = upload.run()
    finally:
        uploads.close()  # one that lingers would get what the server asks of the next process
    whole = meter.read()
    return {**whole, **sent, "stored": whole["wall"], "size": result.size, "way": result.way}


def fetch(netdisk: Mapping[str, str], path: str) -> dict[str, Any]:
    """A file of a netdisk to the disk, without a hash."""
    spec = DownloadSpec(Path(path), connections=CONNECTIONS, sha256=False)
    download, meter = Download(spec, resolve=_link(**netdisk), open_stream=_opener), Meter()
    result = download.run()
    return {**meter.read(), "size": result.size}


class Meter:
    """What this process has used since the meter was made."""

    def __init__(self) -> None:
        self._memory, self._written = memory("VmRSS"), _written()
        Path("/proc/self/clear_refs").write_text("5")  # the highest mark of memory begins anew
        self._cpu, self._wall = cpu_seconds(), time.monotonic()

    def read(self) -> dict[str, float]:
        return {
            "cpu": cpu_seconds() - self._cpu,
            "wall": time.monotonic() - self._wall,
            "growth": (memory("VmHWM") - self._memory) / 1024,
            "written": _written() - self._written,
        }


def _written() -> int:
    """Bytes that this process has caused to be sent to a disk."""
    lines = Path("/proc/self/io").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("write_bytes:"))


# -- what a worker keeps between transfers


@cache
def _drive(port: int) -> CloudDrive:
    return connect(Endpoint("127.0.0.1", port), user=USER, password=USER)


def _web(port: int) -> CloudDrive:
    endpoint = Endpoint("127.0.0.1", port)
    session = make_session(Policy.parse(endpoint.authority), retries=NO_RETRIES)
    return connect(endpoint, user=USER, password=USER, transport=WebTransport(session, endpoint.origin))


@cache
def _dav(port: int) -> DavUploads:
    endpoint = Endpoint("127.0.0.1", port)
    session = make_session(Policy.parse(endpoint.authority), retries=NO_RETRIES)
    return DavUploads(session, endpoint.origin, USER, USER)


def _link(url: str, token: str, fs_id: str) -> Resolve:
    """Asks the netdisk for the link of a file, as a transfer does."""
    session = make_session(Policy.parse(urlsplit(url).netloc))
    client = BaiduClient(session, pan_url=url, pcs_url=url, access_token=lambda: token)

    def resolve(renew: bool) -> Link:
        found = client.file_metas([int(fs_id)], dlink=True).found[0]
        return Link(*client.download_request(found.dlink))

    return resolve


def _opener(url: str, headers: Mapping[str, str]) -> Stream:
    """The link leads to a second host on another port."""
    return open_stream(url, policy=Policy.parse(urlsplit(url).hostname or ""), headers=headers)


if __name__ == "__main__":
    serve(act)
