"""What the operations on CloudDrive2 servers share: whose server it is, how paths, files and refusals look."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any

from django.utils.translation import gettext_lazy as _
from pydantic import AfterValidator, BeforeValidator, Field

from core.operations import Arguments, Call
from netdisk.operations.arguments import absolute, new_path, not_the_root, number, paths
from transfers.clouddrive2.auth import missing_permissions
from transfers.clouddrive2.client import CloudDrive
from transfers.clouddrive2.entries import Entry
from transfers.clouddrive2.errors import CloudDriveError
from transfers.clouds import servers
from transfers.clouds.errors import CloudError, translated

READ, WRITE = "clouds:read", "clouds:write"
LONGEST = 4000  # letters of a path, as transfers take them
MOST_ITEMS = 1000
MOST_ROWS = 10_000  # rows of one answer
FARTHEST = 100_000  # rows that are passed over at most: so many are held to sort them

CloudPath = Annotated[
    str, Field(min_length=1, max_length=LONGEST, json_schema_extra={"pattern": "^/"}), AfterValidator(absolute)
]
CloudItem = Annotated[CloudPath, AfterValidator(not_the_root)]
NewItem = Annotated[CloudItem, AfterValidator(new_path)]
CloudItems = Annotated[list[CloudItem], BeforeValidator(paths), Field(min_length=1, max_length=MOST_ITEMS)]
Offset = Annotated[int, Field(ge=0, le=FARTHEST), BeforeValidator(number)]
Limit = Annotated[int, Field(ge=1, le=MOST_ROWS), BeforeValidator(number)]

# Which right of an API token a call needs (wire/clouddrive2.md §2).
RIGHTS = {
    "GetSubFiles": "list",
    "FindFileByPath": "list",
    "GetSearchResults": "search",
    "CreateFolder": "create_folder",
    "RenameFile": "rename",
    "MoveFile": "move",
    "CopyFile": "copy",
    "DeleteFiles": "delete",
    "DeleteFilesPermanently": "delete_permanently",
    "GetSpaceInfo": "get_space_info",
    "GetFileDetailProperties": "view_properties",
    "GetMountPoints": "get_mounts",
    "AddMountPoint": "modify_mounts",
    "RemoveMountPoint": "modify_mounts",
    "Mount": "modify_mounts",
    "Unmount": "modify_mounts",
    "UpdateMountPoint": "modify_mounts",
    "GetUploadFileList": "get_transfer_tasks",
    "CancelUploadFiles": "modify_transfer_tasks",
    "PauseUploadFiles": "modify_transfer_tasks",
    "ResumeUploadFiles": "modify_transfer_tasks",
    "GetCopyTasks": "get_transfer_tasks",
    "GetMergeTasks": "get_transfer_tasks",
    "PauseCopyTasks": "modify_transfer_tasks",
    "RemoveCopyTasks": "modify_transfer_tasks",
    "RestartCopyTask": "modify_transfer_tasks",
    "AddOfflineFiles": "add_offline_download",
    "ListOfflineFilesByPath": "list_offline_downloads",
    "ListAllOfflineFiles": "list_offline_downloads",
    "GetOfflineQuotaInfo": "list_offline_downloads",
    "RemoveOfflineFiles": "modify_offline_downloads",
    "ClearOfflineFiles": "modify_offline_downloads",
    "RestartOfflineTask": "modify_offline_downloads",
}


class OnServer(Arguments):
    server: str | None = Field(None, max_length=36, description="Which CloudDrive2 server; default: the first one.")


class Paged(OnServer):
    offset: Offset = 0
    limit: Limit = 1000


class OfItems(OnServer):
    paths: CloudItems

    def target(self) -> str:
        return ", ".join(self.paths)


@contextmanager
def asking(call: Call, args: OnServer) -> Iterator[CloudDrive]:
    """The client of the caller's server. What the server refuses is raised as `CloudError`, with the right it asks for."""
    client = servers.client_for(servers.find(call.user, args.server))
    try:
        with translated():
            yield client
    except CloudError as error:
        raise _explained(error, client) from error.__cause__


def _explained(error: CloudError, client: CloudDrive) -> CloudError:
    """The same with what the server said, where that is more than the code says."""
    if error.code == "clouddrive_refused":
        words = error.said.removeprefix("CloudDrive2 refused. ")
        return CloudError(error.code, said=error.said, message=f"{error.message} {words}")
    if error.code == "clouddrive_permission" and isinstance(error.__cause__, CloudDriveError):
        return _forbidden(error, client, error.__cause__.method)
    return error


def _forbidden(error: CloudError, client: CloudDrive, method: str) -> CloudError:
    """Which right the token lacks; a token that has it was refused for another reason."""
    try:
        missing = missing_permissions(client.token_info(), [RIGHTS[method]] if method in RIGHTS else [])
    except CloudDriveError:
        missing = []  # an account's own token can't be looked at; it lacks nothing
    if missing:
        message = _("The token lacks the right allow_%s on CloudDrive2.") % missing[0]
        return CloudError(error.code, said=error.said, message=message)
    return CloudError(
        error.code,
        said=error.said,
        message=_("CloudDrive2 does not allow this here."),
        hint=_("The cloud may be read-only, or the folder may not be changed. Choose another place."),
    )


def time_of(seconds: float) -> str | None:
    """ISO 8601 in UTC; None for what the server does not know."""
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z") if seconds > 0 else None
    except (OverflowError, ValueError, OSError):
        return None


def row(entry: Entry) -> dict[str, Any]:
    """A file or folder as plain data."""
    return {
        "name": entry.name,
        "path": entry.path,
        "is_dir": entry.is_dir,
        "size": entry.size,
        "modified": time_of(entry.modified),
        "hashes": dict(entry.hashes),
        "read_only": entry.read_only,
        "cloud": entry.cloud,
    }


def found_at(client: CloudDrive, path: str) -> Entry:
    """What is at a path; raises `clouddrive_not_found`."""
    entry = client.find(path)
    if entry is None:
        raise CloudError("clouddrive_not_found")
    return entry


def page(rows: list[dict[str, Any]], offset: int, limit: int) -> dict[str, Any]:
    """The answer of a call that read one row more than `limit`."""
    more = len(rows) > limit
    return {"list": rows[:limit], "has_more": more, "next_offset": offset + limit if more else None}
