"""Uploads from the library, from a link, of a text. Each is a transfer; the call waits a while for its end."""

from __future__ import annotations

import posixpath
import time
from typing import Annotated, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from pydantic import BeforeValidator, Field

from core.errors import UpstreamFailed
from core.models import JobState
from core.operations import Call, Danger, check_cancelled, operation
from netdisk.errors import SENTENCES, NetdiskError
from netdisk.operations.arguments import OnDrive, Path, number
from transfers import services
from transfers.clouds.errors import SENTENCES as CLOUD_SENTENCES
from transfers.clouds.errors import CloudError
from transfers.models import Transfer, Upload
from transfers.uploads.staging import disk, reserve

LONGEST_WAIT = 60
MOST_TEXT = 200_000
FIRST_LOOK, SLOWEST_LOOK = 0.05, 0.5
UPSTREAM = "POST precreate, superfile2, create"

Wait = Annotated[int, Field(ge=0, le=LONGEST_WAIT), BeforeValidator(number)]
Remote = Annotated[str, Field(min_length=1, max_length=1000, pattern="^/")]
FileName = Annotated[str, Field(min_length=1, max_length=255)]


class Sending(OnDrive):
    conflict: services.Conflicts = Field("rename", description="When the drive has the name already.")
    wait: Wait = Field(20, description="Seconds to wait for the end; the transfer goes on in any case.")


class UploadLocal(Sending):
    local_file_path: str = Field(
        min_length=1, max_length=1000, description="A file of your library: its id, or /folder/name."
    )
    remote_path: Remote = Field(description="Where it goes: the whole path, or a folder if it ends with /.")


class UploadUrl(Sending):
    url: str = Field(min_length=1, max_length=services.MAX_URL)
    dir: Path | None = Field(None, description="Default: the app's folder, or the top one.")
    filename: FileName | None = Field(None, description="Default: the link's own name.")


class UploadText(Sending):
    content: str = Field(min_length=1, max_length=MOST_TEXT)
    dir: Path | None = Field(None, description="Default: the app's folder, or the top one.")
    filename: FileName


@operation(
    "transfers.upload_local",
    scope="transfers:write",
    title=_("Upload a library file"),
    danger=Danger.WRITE,
    service=True,
    upstream=UPSTREAM,
)
def upload_local(call: Call, args: UploadLocal) -> dict[str, Any]:
    """A file of the caller's own library to a drive; nothing else of this server can be named."""
    wanted = services.from_library(call.user, args.local_file_path)
    folder, name = posixpath.split(args.remote_path)
    return answer(call, queue(call, args, wanted, folder, name), args.wait)


@operation(
    "transfers.upload_url",
    scope="transfers:write",
    title=_("Upload from a link"),
    danger=Danger.WRITE,
    service=True,
    upstream=UPSTREAM,
)
def upload_url(call: Call, args: UploadUrl) -> dict[str, Any]:
    """What a link leads to, to a drive: straight through this server, without a copy where the length is known."""
    wanted = services.from_url(args.url, args.filename or "")[0]
    return answer(call, queue(call, args, wanted, args.dir, args.filename), args.wait)


@operation(
    "transfers.upload_text",
    scope="transfers:write",
    title=_("Upload a text"),
    danger=Danger.WRITE,
    service=True,
    upstream=UPSTREAM,
)
def upload_text(call: Call, args: UploadText) -> dict[str, Any]:
    """A text as a file on a drive, in UTF-8; at most 200,000 characters."""
    staged = _stage(call.user, services.clean_name(args.filename), args.content.encode("utf-8", "replace"))
    try:
        with transaction.atomic():
            row = queue(call, args, services.from_upload(call.user, staged.pk), args.dir, args.filename)
            Upload.objects.filter(pk=staged.pk).update(transfer=row, finished_at=timezone.now())
    except BaseException:
        staged.delete()
        raise
    return answer(call, row, args.wait)


def _stage(user: Any, name: str, data: bytes) -> Upload:
    """Bytes that are here at once, kept as a complete upload."""
    row = Upload(user=user, name=name, size=len(data), offset=len(data))
    row.destination_kind = Transfer.Destination.NETDISK
    file = reserve(row)
    with disk():
        file.write(0, memoryview(data))
        file.seal(len(data))
    file.close()
    row.save(force_insert=True)
    return row


def queue(call: Call, args: Sending, wanted: services.Wanted, folder: str | None, name: str | None) -> Transfer:
    return services.upload(
        call.user,
        wanted,
        path=folder or "",
        name=name or "",
        drive_id=args.drive,
        service=call.service,
        conflict=args.conflict,
    )


def settled(call: Call, row: Transfer, wait: float) -> Transfer:
    """The transfer as it is at its end, or after `wait` seconds; raises why it failed."""
    deadline, pause = time.monotonic() + wait, FIRST_LOOK
    row.refresh_from_db()
    while not row.ended and (left := deadline - time.monotonic()) > 0:
        check_cancelled()
        time.sleep(min(pause, left))
        pause = min(pause * 1.5, SLOWEST_LOOK)
        row.refresh_from_db()
        call.progress(row.done_bytes, row.size, row.name)
    if row.state == JobState.FAILED:
        raise _failure(row)
    return row


def answer(call: Call, row: Transfer, wait: float) -> dict[str, Any]:
    """How the transfer stands after at most `wait` seconds; raises why it failed."""
    place = settled(call, row, wait).destination
    return {
        "state": row.state,
        "transfer": str(row.pk),
        "fs_id": place.get("fs_id"),
        "path": place["path"],
        "size": row.size,
        "md5": place.get("md5") or None,
        "rapid": place.get("rapid", False),
    }


def _failure(row: Transfer) -> NetdiskError | CloudError | UpstreamFailed:
    if row.error_code in SENTENCES:
        return NetdiskError(row.error_code)
    if row.error_code in CLOUD_SENTENCES:
        return CloudError(row.error_code)
    hint = _now("Its transfer says more: %s") % row.pk
    return UpstreamFailed(services.problem(row), code=row.error_code, hint=hint)
