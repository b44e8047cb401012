"""Links that a cloud behind CloudDrive2 fetches by itself (wire/clouddrive2.md §3.1)."""

from __future__ import annotations

from itertools import islice
from typing import Annotated, Any, Literal

from django.utils.translation import gettext_lazy as _
from pydantic import AfterValidator, BeforeValidator, Field

from core.errors import Invalid
from core.operations import Call, Danger, operation
from netdisk.operations.arguments import CONTROL, Flag, paths
from protos import clouddrive_pb2 as pb
from transfers import services
from transfers.clouddrive2.client import CloudDrive
from transfers.clouds.errors import CloudError

from .clouds import READ, WRITE, CloudItem, OnServer, Paged, asking, found_at, page, time_of

Row = dict[str, Any]
MOST_LINKS = 100
STATES = {0: "waiting", 1: "running", 2: "done", 3: "failed"}


def _link(link: str) -> str:
    """One line: the server takes several links, one a line."""
    if CONTROL.search(link) or ":" not in link:
        raise ValueError("write a link such as https://… or magnet:…")
    return link.strip()


Link = Annotated[str, Field(min_length=1, max_length=services.MAX_URL), AfterValidator(_link)]
Links = Annotated[list[Link], BeforeValidator(paths), Field(min_length=1, max_length=MOST_LINKS)]
Hash = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[0-9A-Za-z]+$")]
Hashes = Annotated[list[Hash], BeforeValidator(paths), Field(min_length=1, max_length=MOST_LINKS)]


class OfflineAdd(OnServer):
    urls: Links
    path: CloudItem = Field(description="The folder it goes to; it has to be there.")


class InCloud(OnServer):
    path: CloudItem = Field(description="Any folder of the cloud that is meant.")


class OfflineList(Paged):
    path: CloudItem = Field(description="Any folder of the cloud that is meant.")
    here: Flag = Field(0, description="1: only what was given to this very folder.")


class OfflineRemove(InCloud):
    hashes: Hashes
    files: Flag = Field(0, description="1: what was fetched is deleted, too.")


class OfflineClear(InCloud):
    which: Literal["all", "finished", "error", "downloading"] = "finished"
    files: Flag = Field(0, description="1: what was fetched is deleted, too.")


class OfflineRestart(InCloud):
    hash: Hash


@operation(
    "clouds.cloud_offline_add",
    scope=WRITE,
    title=_("Let a cloud of CloudDrive2 fetch links"),
    danger=Danger.WRITE,
    upstream="AddOfflineFiles",
    supported=_("by clouds that have offline downloads"),
)
def cloud_offline_add(call: Call, args: OfflineAdd) -> Row:
    """The cloud fetches the links by itself into a folder of it; `cloud_offline_list` tells how far it is."""
    with asking(call, args) as client:
        client.add_offline(args.urls, args.path)
    return {"added": len(args.urls), "path": args.path}


@operation(
    "clouds.cloud_offline_list",
    scope=READ,
    title=_("Links that a cloud of CloudDrive2 fetches"),
    upstream="ListAllOfflineFiles, ListOfflineFilesByPath, GetOfflineQuotaInfo",
    supported=_("by clouds that have offline downloads"),
)
def cloud_offline_list(call: Call, args: OfflineList) -> Row:
    """The links of the cloud that `path` lies in, and how many it still takes."""
    with asking(call, args) as client:
        cloud, account = _cloud(client, args.path)
        quota = client.offline_quota(cloud, account)
        tasks = iter(client.offline_in(args.path)) if args.here else client.offline(cloud, account)
        rows = [_task(each) for each in islice(tasks, args.offset, args.offset + args.limit + 1)]
    told = {"total": quota.total, "used": quota.used, "left": quota.left}
    return {**page(rows, args.offset, args.limit), "cloud": cloud, "quota": told}


def _cloud(client: CloudDrive, path: str) -> tuple[str, str]:
    """The cloud and its account that a path lies in."""
    entry = found_at(client, path)
    if not entry.cloud:
        raise Invalid(fields={"path": [_("Choose a folder of a cloud.")]})
    return entry.cloud, entry.account


def _task(task: pb.OfflineFile) -> Row:
    return {
        "hash": task.infoHash,
        "name": task.name,
        "size": task.size,
        "url": task.url,
        "state": STATES.get(task.status, "unknown"),
        "percent": round(task.percendDone, 1),
        "added": time_of(task.add_time),
    }


@operation(
    "clouds.cloud_offline_remove",
    scope=WRITE,
    title=_("Take links off the list of CloudDrive2"),
    danger=Danger.DESTROY,
    upstream="RemoveOfflineFiles",
    idempotent=True,
)
def cloud_offline_remove(call: Call, args: OfflineRemove) -> Row:
    """By the `hash`es of `cloud_offline_list`; what runs stops."""
    with asking(call, args) as client:
        client.remove_offline(*_cloud(client, args.path), args.hashes, files=bool(args.files))
    return {"removed": len(args.hashes)}


@operation(
    "clouds.cloud_offline_clear",
    scope=WRITE,
    title=_("Empty the list of links of CloudDrive2"),
    danger=Danger.DESTROY,
    upstream="ClearOfflineFiles",
    idempotent=True,
)
def cloud_offline_clear(call: Call, args: OfflineClear) -> Row:
    """Takes all links in a state off the cloud's list."""
    with asking(call, args) as client:
        client.clear_offline(*_cloud(client, args.path), args.which, files=bool(args.files))
    return {"cleared": args.which}


@operation(
    "clouds.cloud_offline_restart",
    scope=WRITE,
    title=_("Fetch a link of CloudDrive2 again"),
    danger=Danger.WRITE,
    upstream="RestartOfflineTask",
)
def cloud_offline_restart(call: Call, args: OfflineRestart) -> Row:
    """A link that failed, by its `hash`."""
    with asking(call, args) as client:
        cloud, account = _cloud(client, args.path)
        wanted = args.hash.lower()
        task = next((each for each in client.offline(cloud, account) if each.infoHash.lower() == wanted), None)
        if task is None:
            raise CloudError("clouddrive_not_found")
        client.restart_offline(cloud, account, task)
    return {"hash": task.infoHash}
