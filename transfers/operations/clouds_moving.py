"""Files to and from a CloudDrive2 server. Each is a transfer; the call waits a while for its end."""

from __future__ import annotations

import posixpath
from typing import Annotated, Any, Self

from django.utils.translation import gettext_lazy as _
from pydantic import AfterValidator, Field, model_validator

from core.errors import Forbidden
from core.operations import Call, Danger, operation
from netdisk.operations.arguments import FsId, ItemPath, absolute
from transfers import services
from transfers.models import Transfer

from .clouds import LONGEST, WRITE, CloudItem, OnServer
from .sending import Wait, settled

DRIVES = "netdisk:read"
SOURCES = ("library", "url", "fsid", "drive_path", "cloud_path")


def _target(path: str) -> str:
    absolute(path)
    return path


Target = Annotated[
    str, Field(min_length=2, max_length=LONGEST, json_schema_extra={"pattern": "^/"}), AfterValidator(_target)
]


class CloudUpload(OnServer):
    """Exactly one of `library`, `url`, `fsid`, `drive_path` and `cloud_path`."""

    remote_path: Target = Field(description="Where it goes: the whole path, or a folder if it ends with /.")
    library: str | None = Field(
        None, min_length=1, max_length=1000, description="A file of your library: its id, or /folder/name."
    )
    url: str | None = Field(None, min_length=1, max_length=services.MAX_URL)
    fsid: FsId | None = Field(None, description="A file of a drive.")
    drive_path: ItemPath | None = Field(None, description="A file of a drive, by its path.")
    drive: str | None = Field(None, max_length=36, description="Which drive; default: the first one.")
    cloud_path: CloudItem | None = Field(None, description="A file of another CloudDrive2 server, or of the same.")
    from_server: str | None = Field(None, max_length=36, description="Which one; default: the first one.")
    conflict: services.Conflicts = Field("rename", description="When the server has the name already.")
    wait: Wait = Field(20, description="Seconds to wait for the end; the transfer goes on in any case.")

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if sum(getattr(self, name) is not None for name in SOURCES) != 1:
            raise ValueError(f"give exactly one of {', '.join(SOURCES)}")
        return self

    def source(self) -> dict[str, Any]:
        """What is to be sent, as the transfer services name it."""
        known = {
            "library": self.library,
            "url": self.url,
            "fs_id": self.fsid,
            "path": self.drive_path,
            "cloud_path": self.cloud_path,
        }
        chosen = {name: value for name, value in known.items() if value is not None}
        return {**chosen, "drive": self.drive, "server": self.from_server}


class CloudDownload(OnServer):
    path: CloudItem
    folder: str = Field("/", max_length=500, description="A folder of your library.")
    wait: Wait = Field(20, description="Seconds to wait for the end; the transfer goes on in any case.")


@operation(
    "clouds.cloud_upload",
    scope=WRITE,
    title=_("Send a file to CloudDrive2"),
    danger=Danger.WRITE,
    upstream="StartRemoteUpload, CreateFile, WriteToFile",
)
def cloud_upload(call: Call, args: CloudUpload) -> dict[str, Any]:
    """From the library, a link, a drive or another server, the best way that works; done when the cloud has stored it."""
    _check_drive(call, args)
    folder, name = posixpath.split(args.remote_path)
    files = services.wanted_files(call.user, args.source())
    row = services.store_all(call.user, files, path=folder, name=name, server_id=args.server, conflict=args.conflict)[0]
    return _answer(settled(call, row, args.wait))


def _check_drive(call: Call, args: CloudUpload) -> None:
    """A token for servers alone does not read drives."""
    if (args.fsid or args.drive_path) and not call.allows(DRIVES):
        raise Forbidden(
            _("This token may not do that."), code="scope_missing", hint=_("It needs the scope %s.") % DRIVES
        )


@operation(
    "clouds.cloud_download",
    scope=WRITE,
    title=_("Fetch a file from CloudDrive2"),
    danger=Danger.WRITE,
    upstream="GetDownloadUrlPath",
)
def cloud_download(call: Call, args: CloudDownload) -> dict[str, Any]:
    """A file of the server into the caller's library."""
    files = services.from_cloud(call.user, [args.path], server_id=args.server)
    row = services.create(call.user, files, folder=args.folder)[0]
    done = settled(call, row, args.wait)
    content = f"/files/{done.pk}" if done.state == "done" else None
    return {**_answer(done), "folder": done.folder, "content": content}


def _answer(row: Transfer) -> dict[str, Any]:
    told: dict[str, Any] = {
        "transfer": str(row.pk),
        "state": row.state,
        "name": row.name,
        "size": row.size,
        "done_bytes": row.done_bytes,
        "verified": row.verified,
    }
    return told | {
        name: row.destination[name] for name in ("path", "way", "how", "rapid", "skipped") if name in row.destination
    }
