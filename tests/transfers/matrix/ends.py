"""The ends of a transfer, for the matrix: how a file gets to a source, and what has arrived at a target."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from tests.transfers.departures import content_of, library_file
from tests.transfers.engine.faulty_server import FaultyServer, serving
from transfers import services
from transfers.clouds.servers import client_for
from transfers.models import CloudServer, LibraryFile, Transfer, Upload
from transfers.uploads.staging import disk, reserve

MIB = 1 << 20
SIZE = 24 * MIB + 77
NAME = "film.bin"
FOLDER = "/矩阵"
CLOUD = "/115open/矩阵"
ON_DRIVE = "/测试/16MiB.bin"


@dataclass
class World:
    """Alice with a drive and a server, the stand-ins behind them, and what has to be closed."""

    alice: Any
    drive: Any
    server: CloudServer
    netdisk: Any
    cloud: Any
    closing: ExitStack
    seed: int = 1

    @property
    def content(self) -> bytes:
        return content_of(SIZE, self.seed)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def _library(world: World) -> services.Wanted:
    return services.from_library(world.alice, library_file(world.alice, SIZE, NAME, world.seed).pk)


def _upload(world: World) -> services.Wanted:
    row = Upload(user=world.alice, name=NAME, size=SIZE, offset=SIZE, destination_kind=Transfer.Destination.NETDISK)
    file = reserve(row)
    with disk():
        file.write(0, memoryview(world.content))
        file.seal(SIZE)
    file.close()
    row.save(force_insert=True)
    return services.from_upload(world.alice, row.pk)


def link(world: World) -> FaultyServer:
    return world.closing.enter_context(serving(world.content))


def _url(world: World) -> services.Wanted:
    [wanted] = services.from_url(f"{link(world).url}/{NAME}", NAME)
    return wanted


def _netdisk(world: World) -> services.Wanted:
    found = world.netdisk.source(ON_DRIVE)
    [wanted] = services.from_netdisk(world.alice, [found["fs_id"]], drive_id=world.drive.pk)
    return wanted


def _cloud(world: World) -> services.Wanted:
    content = world.content
    client = client_for(world.server)
    client.mkdir("/115open/源")
    client.write(f"/115open/源/{NAME}", SIZE, lambda offset, length: content[offset : offset + length])
    client.wait_stored(client.expect(f"/115open/源/{NAME}", SIZE))
    [wanted] = services.from_cloud(world.alice, [f"/115open/源/{NAME}"], server_id=world.server.pk)
    return wanted


PREPARE: dict[str, Callable[[World], services.Wanted]] = {
    "library": _library,
    "upload": _upload,
    "url": _url,
    "netdisk": _netdisk,
    "clouddrive": _cloud,
}


def send(world: World, wanted: services.Wanted, target: str) -> Transfer:
    if target == "library":
        return services.create(world.alice, [wanted])[0]
    if target == "netdisk":
        return services.upload(world.alice, wanted, path=FOLDER, drive_id=world.drive.pk, conflict="rename")
    return services.store_all(world.alice, [wanted], path=CLOUD, server_id=world.server.pk, conflict="rename")[0]


def arrived(world: World, row: Transfer) -> dict[str, str]:
    """Name → SHA-256 of all that is at the target now."""
    if row.destination_kind == Transfer.Destination.LIBRARY:
        files = LibraryFile.objects.filter(user=world.alice, pk=row.pk)
        return {file.name: hashlib.sha256(file.path().read_bytes()).hexdigest() for file in files}
    if row.destination_kind == Transfer.Destination.NETDISK:
        children = world.netdisk.source(FOLDER)["children"]
        return {child["path"].rpartition("/")[2]: world.netdisk.source(child["path"])["sha256"] for child in children}
    entries = client_for(world.server).list_dir(CLOUD, force=True)
    return {entry.name: world.cloud.file(entry.path)["sha256"] for entry in entries}
