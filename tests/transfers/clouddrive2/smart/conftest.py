"""A smart upload in three words: a stand-in, a source, and `smart`."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import requests

from protos import clouddrive_pb2 as pb
from tests.emulators.clouddrive2.standin import Control as Steering
from tests.emulators.clouddrive2.standin import Program
from tests.transfers.clouddrive2.conftest import DATA, FAST, SHA256, SIZE, Work
from tests.transfers.engine.faulty_server import FaultyServer, serving
from tests.transfers.engine.opener import opener
from transfers.clouddrive2.client import CloudDrive, connect
from transfers.clouddrive2.dav import DavUploads
from transfers.clouddrive2.remote import RemoteUploads
from transfers.clouddrive2.smart import LocalMounts, SmartCheckpoint, SmartSpec, SmartUpload
from transfers.clouddrive2.web import WebTransport
from transfers.engine import Control, Link, RateLimiter, RetryPolicy
from transfers.engine.http_source import HttpSource
from transfers.engine.protocols import Source
from transfers.engine.upload import LocalFile

NAS, ONE15, BAIDU = "/CloudNAS/新 夹/s.bin", "/115open/新 夹/s.bin", "/百度网盘/新 夹/s.bin"
RETRY = RetryPolicy(failures=4, base=0.01, longest=0.05)


class Smart:
    """Builds smart uploads of `DATA`, and keeps what they report."""

    def __init__(self, endpoint: Any, steering: Steering, folder: Path) -> None:
        self.endpoint, self.steering, self.folder = endpoint, steering, folder
        self.file = folder / "source.bin"
        self.file.write_bytes(DATA)
        self.checkpoints: list[SmartCheckpoint] = []
        self.closing: list[Callable[[], None]] = []
        self.session = requests.Session()
        self.session.trust_env = False
        self.mounts = LocalMounts()
        self.dav: DavUploads | None = None
        self.remote = True
        self.tuning: dict[str, Any] = {}
        self.credentials: dict[str, str] = {"user": "demo", "password": "demo"}

    def client(self, **more: Any) -> CloudDrive:
        # A written file shows at once; the stand-in takes a while to notice one below a mount.
        tuning = dataclasses.replace(FAST, **{"attempts": 2, "grace_seconds": 1.5, **self.tuning})
        made = connect(self.endpoint, tuning=tuning, **self.credentials, **more)
        self.closing.append(made.close)
        return made

    def web(self) -> CloudDrive:
        session = requests.Session()
        session.trust_env = False
        return self.client(transport=WebTransport(session, self.steering.url, FAST))

    def local(self, size: int) -> LocalFile:
        if size != self.file.stat().st_size:
            self.file.write_bytes(DATA[:size])
        return LocalFile(self.file)

    def make(self, path: str = NAS, source: Source | None = None, size: int = SIZE, **given: Any) -> SmartUpload:
        keys = ("conflict", "ways", "hashes", "sequential", "resume")
        spec = SmartSpec(path, retry=RETRY, **{key: given.pop(key) for key in keys if key in given})
        drive = given.pop("drive", None) or self.client()
        uploads = RemoteUploads(drive.caller, drive.chunk_size, "device") if self.remote else None
        if uploads:
            self.closing.append(uploads.close)
        given.setdefault("web", self.web)
        given.setdefault("on_checkpoint", self.store)
        return SmartUpload(
            spec,
            source=source or self.local(size),
            drive=drive,
            uploads=uploads,
            why_no_remote="" if uploads else "Another worker has the channel.",
            dav=self.dav,
            mounts=self.mounts,
            **given,
        )

    def __call__(self, path: str = NAS, source: Source | None = None, size: int = SIZE, **given: Any) -> Any:
        return self.make(path, source, size, **given).run()

    def start(self, *args: Any, **given: Any) -> tuple[SmartUpload, Control, Work]:
        control = given.setdefault("control", Control())
        upload = self.make(*args, **given)
        return upload, control, Work(upload.run)

    def store(self, checkpoint: SmartCheckpoint) -> None:
        self.checkpoints.append(SmartCheckpoint.from_dict(json.loads(json.dumps(checkpoint.to_dict()))))

    @property
    def last(self) -> SmartCheckpoint:
        return self.checkpoints[-1]

    # -- the truth at the stand-in

    def whole(self, path: str = NAS) -> bool:
        return bool(self.steering.file(path).get("sha256") == SHA256)

    def nothing(self, path: str = NAS) -> bool:
        state = self.steering("GET", "state")
        gone = not self.steering("GET", "files", path=path)["exists"]
        return gone and not state["sessions"] and not self.steering("GET", "handles")["open"]

    # -- what is open here

    def with_mount(self, source: str = "/CloudNAS", *, own_device: bool = False) -> Path:
        folder = self.folder / "mounts" / "nas"
        drive = self.client()
        drive.add_mount(pb.MountOption(mountPoint=str(folder), sourceDir=source, name="nas"))
        drive.mount(str(folder))
        self.mounts = LocalMounts([str(self.folder / "mounts")], own_device=own_device)
        return folder

    def with_dav(self, password: str = "demo") -> None:
        self.steering.settings(dav_enabled=True)
        self.dav = DavUploads(self.session, self.steering.url, "demo", password, FAST)

    def close(self) -> None:
        for each in reversed(self.closing):
            with suppress(Exception):
                each()
        self.session.close()


@pytest.fixture
def smart(endpoint: Any, cd2_program: Program, control: Steering, tmp_path: Path) -> Iterator[Smart]:
    made = Smart(endpoint, control, tmp_path)
    yield made
    made.close()


@pytest.fixture
def site() -> Iterator[FaultyServer]:
    """Where a file can be fetched."""
    with serving(DATA) as running:
        yield running


@pytest.fixture
def link(site: FaultyServer) -> HttpSource:
    return HttpSource(lambda renew: Link(site.url), opener(5.0))


def slow(rate: float) -> RateLimiter:
    return RateLimiter(rate)


def refusals(result: Any) -> list[tuple[str, str]]:
    return [(each.way, each.code) for each in result.tried]
