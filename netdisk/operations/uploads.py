"""Uploads in parts for API clients: start, each part, finish (wire/baidu-netdisk.md §3).

The `uploadid` that clients get is our own: a signed ticket that names user, drive, path and size besides Baidu's id, so nobody can
put a part into someone else's upload, and a ticket works for as long as Baidu keeps the upload.
"""

from __future__ import annotations

import base64
from typing import Annotated, Any

from django.utils.translation import gettext_lazy as _
from pydantic import AliasChoices, BeforeValidator, Field

from core.errors import Invalid
from core.operations import Call, Danger, operation
from netdisk.baidu.client import BaiduClient
from netdisk.baidu.upload import PLACEHOLDER_BLOCKS, Blocks, Precreated, Rtype, plan_blocks
from netdisk.drives import client_for
from netdisk.errors import NetdiskError, translated

from .answers import drive_of, row
from .arguments import NewPath, OnDrive, Second, items, number
from .tickets import Ticket, open_ticket, send_part

MIB = 1024 * 1024
LARGEST_JSON_PART = MIB  # a JSON body may hold 2 MiB, and base64 makes four bytes of three


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


Md5 = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$"), BeforeValidator(_lower)]
Md5s = Annotated[list[Md5], BeforeValidator(items)]
UploadId = Annotated[str, Field(min_length=1, max_length=8000)]
PartNumber = Annotated[int, Field(ge=0, le=4095), BeforeValidator(number)]


class UploadInit(OnDrive):
    path: NewPath
    size: Annotated[int, Field(ge=0, le=2**45), BeforeValidator(number)]
    block_list: Md5s | None = Field(None, description="MD5 of each part, in order; only needed at the end.")
    part_size: Annotated[int, Field(ge=0, le=32 * MIB), BeforeValidator(number)] = Field(
        0, description="Wanted bytes of a part; 0: the usual."
    )
    rtype: Annotated[int, Field(ge=0, le=3), BeforeValidator(number)] = Field(
        0, description="When the name is taken: 0 refuse, 1 rename, 2 rename if the content differs, 3 overwrite."
    )
    content_md5: Md5 | None = Field(None, validation_alias=AliasChoices("content_md5", "content-md5"))
    slice_md5: Md5 | None = Field(None, validation_alias=AliasChoices("slice_md5", "slice-md5"))
    local_ctime: Second | None = None
    local_mtime: Second | None = None
    uploadid: UploadId | None = Field(None, description="Goes on with an earlier upload of the same file.")


class UploadPart(OnDrive):
    uploadid: UploadId
    partseq: PartNumber
    content: str = Field(max_length=LARGEST_JSON_PART * 4 // 3 + 4, description="The bytes in base64.")


class UploadFinish(OnDrive):
    uploadid: UploadId
    block_list: Md5s = Field(min_length=1, max_length=4096, description="MD5 of each part, in order.")


@operation(
    "netdisk.upload_multipart_init",
    scope="netdisk:write",
    title=_("Start an upload in parts"),
    danger=Danger.WRITE,
    service=True,
    upstream="POST /rest/2.0/xpan/file?method=precreate",
)
def upload_multipart_init(call: Call, args: UploadInit) -> dict[str, Any]:
    """How to cut the file, which parts are missing, and the `uploadid` for the next calls; `file` when nothing has to be sent."""
    drive = drive_of(call, args)
    client = client_for(drive)
    earlier = open_ticket(call, args.uploadid, args.drive) if args.uploadid else None
    with translated():
        blocks = plan_blocks(args.size, client.user_info().vip_type, wanted=_wanted(args, earlier))
        _check(args, blocks, earlier)
        session = _precreate(client, args, blocks, earlier)
    if session.entry is not None:
        return {"return_type": 2, "file": row(session.entry)}
    ticket = Ticket.of(call, drive, args, blocks, session.upload_id)
    missing = list(session.missing) if args.block_list else list(range(blocks.count))
    return {
        "return_type": 1,
        "uploadid": ticket.signed(),
        "path": args.path,
        "size": args.size,
        "part_size": blocks.block_size,
        "parts": blocks.count,
        "block_list": missing,
    }


def _wanted(args: UploadInit, earlier: Ticket | None) -> int:
    """Parts keep their size when an upload goes on."""
    return earlier.part_size if earlier else args.part_size


def _check(args: UploadInit, blocks: Blocks, earlier: Ticket | None) -> None:
    if args.block_list and len(args.block_list) != blocks.count:
        wanted = _("%(parts)d parts of %(bytes)d bytes") % {"parts": blocks.count, "bytes": blocks.block_size}
        raise Invalid(_("The list of parts does not fit the size of the file."), fields={"block_list": [wanted]})
    if earlier and (earlier.path, earlier.size, earlier.part_size) != (args.path, args.size, blocks.block_size):
        raise Invalid(fields={"uploadid": [_("This is the upload of another file.")]})


def _precreate(client: BaiduClient, args: UploadInit, blocks: Blocks, earlier: Ticket | None) -> Precreated:
    """With the sums that make a rapid upload possible; without them when the app may not have that."""
    md5s = args.block_list or list(PLACEHOLDER_BLOCKS[: 1 if blocks.count == 1 else 2])
    known = {"content_md5": args.content_md5 or "", "slice_md5": args.slice_md5 or ""}

    def ask(**sums: str) -> Precreated:
        with translated():
            return client.precreate(
                args.path,
                args.size,
                md5s,
                rtype=Rtype(args.rtype),
                upload_id=earlier.upload_id if earlier else "",
                ctime=args.local_ctime,
                mtime=args.local_mtime,
                **sums,
            )

    try:
        return ask(**known)
    except NetdiskError as error:
        if error.code != "netdisk.no_rapid_upload":
            raise
        return ask()


@operation(
    "netdisk.upload_multipart_part",
    scope="netdisk:write",
    title=_("Send a part of an upload"),
    danger=Danger.WRITE,
    service=True,
    upstream="POST /rest/2.0/pcs/superfile2",
    idempotent=True,
    supported=_("up to 1 MiB; larger parts go to PUT /api/v1/netdisk/uploads/{uploadid}/parts/{number}"),
)
def upload_multipart_part(call: Call, args: UploadPart) -> dict[str, Any]:
    """One part, numbered from 0, in any order and as often as needed. The answer has the MD5 that the end wants."""
    ticket = open_ticket(call, args.uploadid, args.drive)
    try:
        data = base64.b64decode(args.content, validate=True)
    except ValueError:
        raise Invalid(fields={"content": [_("Write the bytes in base64.")]}) from None
    return send_part(call, ticket, args.partseq, data)


@operation(
    "netdisk.upload_multipart_finish",
    scope="netdisk:write",
    title=_("Finish an upload in parts"),
    danger=Danger.WRITE,
    service=True,
    upstream="POST /rest/2.0/xpan/file?method=create",
)
def upload_multipart_finish(call: Call, args: UploadFinish) -> dict[str, Any]:
    """Puts the parts together; `path` differs from the one asked for where a name was taken."""
    ticket = open_ticket(call, args.uploadid, args.drive)
    if len(args.block_list) != ticket.count:
        wanted = _("This upload has %d parts.") % ticket.count
        raise Invalid(_("The list of parts does not fit the upload."), fields={"block_list": [wanted]})
    with translated():
        entry = client_for(ticket.drive_for(call)).create_file(
            ticket.path,
            ticket.size,
            args.block_list,
            upload_id=ticket.upload_id,
            rtype=Rtype(ticket.rtype),
            ctime=ticket.ctime,
            mtime=ticket.mtime,
        )
    return {"file": row(entry), **row(entry)}
