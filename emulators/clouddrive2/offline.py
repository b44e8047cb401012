"""Offline downloads: a drive fetches a link by itself (§3.1)."""

from __future__ import annotations

import asyncio
import hashlib
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from google.protobuf.empty_pb2 import Empty

from emulators.clouddrive2.call import Call, rpc
from emulators.clouddrive2.clouds import CLOUDS, Cloud, cloud_of
from emulators.clouddrive2.errors import invalid, not_found, unsupported
from emulators.clouddrive2.results import done, failed
from emulators.clouddrive2.tree import clean
from protos import clouddrive_pb2 as pb

if TYPE_CHECKING:
    from emulators.clouddrive2.world import World

State = pb.OfflineFileStatus
QUOTA = 100
PAGE = 30
STEPS = 10


@dataclass
class Fetch:
    """A link that a drive fetches; ``folder`` is a path of the tree."""

    url: str
    folder: str
    cloud: Cloud
    added: int
    state: State = State.OFFLINE_INIT
    percent: float = 0
    work: asyncio.Task[None] | None = None

    @property
    def info_hash(self) -> str:
        """Return what the lists know it by: that of a magnet link, else a hash of the link."""
        found = [part for part in self.url.split("btih:")[1:2] if self.url.startswith("magnet:")]
        return found[0].partition("&")[0].lower() if found else hashlib.sha1(self.url.encode()).hexdigest()

    @property
    def name(self) -> str:
        """Return the name of the file it becomes."""
        return unquote(urlsplit(self.url).path.rpartition("/")[2]) or f"{self.info_hash}.bin"

    @property
    def size(self) -> int:
        """Return the number of bytes it has."""
        return 1 + int(self.info_hash[:6], 16)

    @property
    def message(self) -> pb.OfflineFile:
        """Return it as the protocol tells it."""
        return pb.OfflineFile(
            name=self.name,
            size=self.size,
            url=self.url,
            status=self.state,
            infoHash=self.info_hash,
            add_time=self.added,
            percendDone=self.percent,
        )


class OfflineTasks:
    """All links that were given."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.all: list[Fetch] = []

    def begin(self, fetch: Fetch) -> None:
        """Fetch a link, in place of an earlier try."""
        for earlier in [each for each in self.all if each.info_hash == fetch.info_hash]:
            self.forget(earlier)
        self.all.append(fetch)
        fetch.work = asyncio.ensure_future(self._run(fetch))

    def forget(self, fetch: Fetch) -> None:
        """Take a link off the list."""
        if fetch.work:
            fetch.work.cancel()
        self.all.remove(fetch)

    def clear(self) -> None:
        """Forget all links."""
        for fetch in list(self.all):
            self.forget(fetch)

    async def _run(self, fetch: Fetch) -> None:
        fetch.state = State.OFFLINE_DOWNLOADING
        for step in range(STEPS):
            fetch.percent = 100 * step / STEPS
            await asyncio.sleep(self._world.settings.offline_s / STEPS)
        if self._world.settings.offline_outcome == "error":
            fetch.state = State.OFFLINE_ERROR
            return
        fetch.state, fetch.percent = State.OFFLINE_FINISHED, 100
        self._world.put(clean(f"{fetch.folder}/{fetch.name}"), fetch.size, f"offline:{fetch.url}")


@rpc("add_offline_download")
def add_offline_files(call: Call, request: pb.AddOfflineFileRequest) -> pb.FileOperationResult:
    """Give links, one a line."""
    call.folder(request.toFolder)
    folder = call.writable(request.toFolder)
    cloud = cloud_of(folder)
    if not cloud or not cloud.offline:
        raise unsupported("offline_download", cloud.name if cloud else "/")
    urls = [each.strip() for each in request.urls.splitlines() if each.strip()]
    wrong = [each for each in urls if urlsplit(each).scheme not in ("http", "https", "ftp", "magnet", "ed2k")]
    if wrong or not urls:
        return failed("unsupported link")
    for url in urls:
        call.world.offline.begin(Fetch(url, folder, cloud, int(time.time())))
    return done()


def _of(call: Call, name: str, account: str, path: str) -> list[Fetch]:
    """Return the links of a drive, named by its account or by a path."""
    cloud = cloud_of(call.real(path)) if path else None
    if not cloud:
        cloud = next((each for each in CLOUDS if (each.name, each.account) == (name, account)), None)
    if not cloud:
        raise not_found(f"cloud {name} {account}")
    return [each for each in call.world.offline.all if each.cloud == cloud]


@rpc("list_offline_downloads")
def list_offline_files_by_path(call: Call, request: pb.FileRequest) -> pb.OfflineFileListResult:
    """Tell the links that were given to a folder."""
    folder = call.real(request.path)
    files = [each.message for each in call.world.offline.all if each.folder == folder]
    return pb.OfflineFileListResult(offlineFiles=files, status=pb.OfflineStatus(quota=QUOTA, total=QUOTA))


@rpc("list_offline_downloads")
def list_all_offline_files(call: Call, request: pb.OfflineFileListAllRequest) -> pb.OfflineFileListAllResult:
    """Tell a page of the links of a drive; pages count from 1."""
    found = _of(call, request.cloudName, request.cloudAccountId, request.path)
    page = max(1, request.page)
    return pb.OfflineFileListAllResult(
        pageNo=page,
        pageRowCount=PAGE,
        pageCount=-(-len(found) // PAGE),
        totalCount=len(found),
        status=pb.OfflineStatus(quota=QUOTA - len(found), total=QUOTA),
        offlineFiles=[each.message for each in found[(page - 1) * PAGE : page * PAGE]],
    )


@rpc("modify_offline_downloads")
def remove_offline_files(call: Call, request: pb.RemoveOfflineFilesRequest) -> pb.FileOperationResult:
    """Take links off the list, with their files if that is wanted."""
    hashes = {each.lower() for each in request.infoHashes}
    for each in _of(call, request.cloudName, request.cloudAccountId, request.path):
        if each.info_hash in hashes:
            call.world.offline.forget(each)
            if request.deleteFiles:
                call.world.remove(clean(f"{each.folder}/{each.name}"))
    return done()


@rpc("list_offline_downloads")
def get_offline_quota_info(call: Call, request: pb.OfflineQuotaRequest) -> pb.OfflineQuotaInfo:
    """Tell how many links a drive still takes."""
    used = len(_of(call, request.cloudName, request.cloudAccountId, request.path))
    return pb.OfflineQuotaInfo(total=QUOTA, used=used, left=QUOTA - used)


_FILTERS = {1: State.OFFLINE_FINISHED, 2: State.OFFLINE_ERROR, 3: State.OFFLINE_DOWNLOADING}


@rpc("modify_offline_downloads")
def clear_offline_files(call: Call, request: pb.ClearOfflineFileRequest) -> Empty:
    """Take all links of a drive off the list, or those in one state."""
    for each in _of(call, request.cloudName, request.cloudAccountId, request.path):
        if each.state == _FILTERS.get(request.filter, each.state):
            call.world.offline.forget(each)
    return Empty()


@rpc("modify_offline_downloads")
def restart_offline_task(call: Call, request: pb.RestartOfflineFileRequest) -> Empty:
    """Fetch a link again."""
    found = _of(call, request.cloudName, request.cloudAccountId, request.path)
    task = next((each for each in found if each.info_hash == request.infoHash.lower()), None)
    if not task:
        raise invalid("no such offline task")
    call.world.offline.begin(Fetch(task.url, task.folder, task.cloud, int(time.time())))
    return Empty()
