"""Mount points of a CloudDrive2 server: folders of its own machine that show a cloud (wire/clouddrive2.md §3.2)."""

from __future__ import annotations

import re
from typing import Annotated, Any

from django.utils.translation import gettext_lazy as _
from pydantic import AfterValidator, BeforeValidator, Field

from core.operations import Call, Danger, operation
from netdisk.operations.arguments import CONTROL, Flag, number
from protos import clouddrive_pb2 as pb
from transfers.clouddrive2.client import CloudDrive
from transfers.clouddrive2.errors import redact
from transfers.clouddrive2.paths import Root
from transfers.clouds import servers
from transfers.clouds.errors import CloudError

from .clouds import READ, WRITE, CloudPath, OnServer, asking

Row = dict[str, Any]
START = r"^(/|[A-Za-z]:)"  # a path of the server's machine, or a drive letter of Windows
TEXTS = ("permissions", "name", "uid", "gid")


def _point(point: str) -> str:
    if CONTROL.search(point) or any(part in {".", ".."} for part in re.split(r"[/\\]", point)) or point == "/":
        raise ValueError("write a folder of the server's machine such as /CloudNAS, or a drive letter such as X:")
    return point


Point = Annotated[str, Field(min_length=1, max_length=1000, pattern=START), AfterValidator(_point)]
Number = Annotated[int, Field(ge=0, le=2**32 - 1), BeforeValidator(number)]
Mode = Annotated[str, Field(pattern=r"^([0-7]{3,4})?$")]
ShownName = Annotated[str, Field(max_length=255)]


class OfMount(OnServer):
    point: Point = Field(description="The folder of the server's machine.")

    def target(self) -> str:
        return self.point


class MountAdd(OfMount):
    source: CloudPath = Field("/", description="The folder that is shown there.")
    read_only: Flag = 0
    auto: Flag = Field(1, description="1: mounted at once, and whenever the server starts.")
    uid: Number = 0
    gid: Number = 0
    permissions: Mode = Field("", description="Such as 755.")
    name: ShownName = ""


class MountUpdate(OfMount):
    new_point: Point | None = Field(None, description="Another folder of the server's machine.")
    source: CloudPath | None = None
    read_only: Flag | None = None
    auto: Flag | None = None
    uid: Number | None = None
    gid: Number | None = None
    permissions: Mode | None = None
    name: ShownName | None = None


def _root(call: Call, args: OnServer) -> Root:
    """Mount points name folders as the server sees them, the token's paths may begin lower (§1.1)."""
    return Root(servers.find(call.user, args.server).root)


@operation("clouds.cloud_mounts", scope=READ, title=_("Mount points of CloudDrive2"), upstream="GetMountPoints")
def cloud_mounts(call: Call, args: OnServer) -> Row:
    """All mount points, mounted or not. `path` is the folder shown, None when the token does not reach it."""
    with asking(call, args) as client:
        root = _root(call, args)
        return {"list": [_row(mount, root) for mount in client.mounts()]}


def _row(mount: pb.MountPoint, root: Root) -> Row:
    return {
        "point": mount.mountPoint,
        "source": mount.sourceDir,
        "path": None if mount.localMount else root.of_token(mount.sourceDir),
        "name": mount.name,
        "mounted": mount.isMounted,
        "problem": redact(mount.failReason),
        "read_only": mount.readOnly,
        "auto": mount.autoMount,
        "local": mount.localMount,
        "uid": mount.uid,
        "gid": mount.gid,
        "permissions": mount.permissions,
    }


def _told(client: CloudDrive, root: Root, point: str) -> Row:
    """The mount point as it is now."""
    return _row(_find(client, point), root)


def _find(client: CloudDrive, point: str) -> pb.MountPoint:
    mount = next((each for each in client.mounts() if each.mountPoint == point), None)
    if mount is None:
        raise CloudError("clouddrive_not_found", hint=_("cloud_mounts lists the mount points."))
    return mount


@operation(
    "clouds.cloud_mount_add",
    scope=WRITE,
    title=_("Add a mount point to CloudDrive2"),
    danger=Danger.WRITE,
    upstream="AddMountPoint",
)
def cloud_mount_add(call: Call, args: MountAdd) -> Row:
    """A folder of the server's machine shows a folder of its clouds from now on."""
    with asking(call, args) as client:
        root = _root(call, args)
        option = pb.MountOption(
            mountPoint=args.point,
            sourceDir=root.on_server(args.source),
            readOnly=bool(args.read_only),
            autoMount=bool(args.auto),
            **{name: getattr(args, name) for name in TEXTS},
        )
        client.add_mount(option)
        return _told(client, root, args.point)


@operation(
    "clouds.cloud_mount_remove",
    scope=WRITE,
    title=_("Remove a mount point from CloudDrive2"),
    danger=Danger.DESTROY,
    upstream="RemoveMountPoint",
)
def cloud_mount_remove(call: Call, args: OfMount) -> Row:
    """Unmounts and forgets it; the files stay in their cloud."""
    with asking(call, args) as client:
        client.remove_mount(args.point)
    return {"point": args.point}


@operation("clouds.cloud_mount", scope=WRITE, title=_("Mount on CloudDrive2"), danger=Danger.WRITE, upstream="Mount")
def cloud_mount(call: Call, args: OfMount) -> Row:
    """Mounts a mount point that is not mounted."""
    with asking(call, args) as client:
        client.mount(args.point)
        return _told(client, _root(call, args), args.point)


@operation(
    "clouds.cloud_unmount", scope=WRITE, title=_("Unmount on CloudDrive2"), danger=Danger.WRITE, upstream="Unmount"
)
def cloud_unmount(call: Call, args: OfMount) -> Row:
    """Unmounts a mount point; it stays on the list."""
    with asking(call, args) as client:
        client.unmount(args.point)
        return _told(client, _root(call, args), args.point)


@operation(
    "clouds.cloud_mount_update",
    scope=WRITE,
    title=_("Change a mount point of CloudDrive2"),
    danger=Danger.WRITE,
    upstream="GetMountPoints, UpdateMountPoint",
)
def cloud_mount_update(call: Call, args: MountUpdate) -> Row:
    """What is given is changed, the rest stays; a mounted one is mounted anew."""
    with asking(call, args) as client:
        root = _root(call, args)
        before = _find(client, args.point)
        point = args.new_point or args.point
        option = pb.MountOption(
            mountPoint=point,
            sourceDir=before.sourceDir if args.source is None else root.on_server(args.source),
            localMount=before.localMount if args.source is None else False,
            readOnly=before.readOnly if args.read_only is None else bool(args.read_only),
            autoMount=before.autoMount if args.auto is None else bool(args.auto),
            **{name: getattr(before if getattr(args, name) is None else args, name) for name in TEXTS},
        )
        client.update_mount(args.point, option)
        return _told(client, root, point)
