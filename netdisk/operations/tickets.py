"""The ticket of an upload in parts, and the way of a part through us to Baidu."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO, Self

from django.core import signing
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from core.errors import Invalid, NotFound
from core.operations import Call
from netdisk.baidu.client import BaiduClient
from netdisk.baidu.multipart import PIECE
from netdisk.baidu.upload import Blocks
from netdisk.drives import client_for, find_drive
from netdisk.errors import NetdiskError, translated
from netdisk.models import DriveAccount

SALT = "netdisk.upload"
HOST_SECONDS = 3600


@dataclass(frozen=True)
class Ticket:
    """Everything about an upload that the next calls need; no secret is in it."""

    user: int
    service: bool
    drive: str
    path: str
    size: int
    part_size: int
    upload_id: str
    rtype: int
    ctime: int | None
    mtime: int | None

    @classmethod
    def of(cls, call: Call, drive: DriveAccount, args: Any, blocks: Blocks, upload_id: str) -> Self:
        return cls(
            user=call.user.pk,
            service=call.service,
            drive=str(drive.pk),
            path=args.path,
            size=args.size,
            part_size=blocks.block_size,
            upload_id=upload_id,
            rtype=args.rtype,
            ctime=args.local_ctime,
            mtime=args.local_mtime,
        )

    @property
    def count(self) -> int:
        return -(-self.size // self.part_size)

    def signed(self) -> str:
        return signing.dumps(asdict(self), salt=SALT, compress=True)

    def length(self, number: int) -> int:
        """Bytes of a part; raises `Invalid` for a part that this upload does not have."""
        if number >= self.count:
            raise Invalid(fields={"partseq": [_("This upload has %d parts, counted from 0.") % self.count]})
        return min(self.part_size, self.size - number * self.part_size)

    def drive_for(self, call: Call) -> DriveAccount:
        return find_drive(call.user, mode="public" if self.service else "user", drive_id=self.drive)


def open_ticket(call: Call, text: str, drive_id: str | None = None) -> Ticket:
    """The ticket behind an `uploadid`; one that is altered, of another user or of another drive is simply not there."""
    try:
        ticket = Ticket(**signing.loads(text, salt=SALT))
    except (signing.BadSignature, TypeError, ValueError):
        raise NotFound(_("There is no such upload."), hint=_("Start it with upload_multipart_init.")) from None
    if (ticket.user, ticket.service) != (call.user.pk, call.service) or drive_id not in {None, ticket.drive}:
        raise NotFound(_("There is no such upload."), hint=_("Start it with upload_multipart_init."))
    return ticket


@dataclass(frozen=True)
class FileBody:
    """A part that lies in a file of our own, so that it can be sent again from its start."""

    file: BinaryIO
    length: int

    def __call__(self) -> Iterator[bytes]:
        self.file.seek(0)
        while piece := self.file.read(PIECE):
            yield piece


@dataclass(frozen=True)
class BytesBody:
    data: bytes

    @property
    def length(self) -> int:
        return len(self.data)

    def __call__(self) -> Iterator[bytes]:
        yield self.data


def send_part(call: Call, ticket: Ticket, number: int, data: bytes) -> dict[str, Any]:
    check_length(ticket, number, len(data))
    return deliver(call, ticket, number, BytesBody(data), hashlib.md5(data, usedforsecurity=False).hexdigest())


def check_length(ticket: Ticket, number: int, length: int) -> None:
    """Baidu would say so too, but after the last byte, or at the end of the whole upload."""
    wanted = ticket.length(number)
    if length != wanted:
        hint = _("Part %(number)d has %(wanted)d bytes, not %(length)d.")
        raise NetdiskError("netdisk.part_size", hint=hint % {"number": number, "wanted": wanted, "length": length})


def deliver(call: Call, ticket: Ticket, number: int, body: Any, md5: str) -> dict[str, Any]:
    """Send a part on to Baidu; raises `netdisk.upload_incomplete` when it saw other bytes than we did."""
    client = client_for(ticket.drive_for(call))
    with translated():
        seen = client.upload_part(_host(client, ticket), ticket.path, ticket.upload_id, number, body)
    if seen != md5:
        raise NetdiskError(
            "netdisk.upload_incomplete",
            permanent=False,
            message=_("Part %d did not arrive as it was sent.") % number,
            hint=_("Send this part again."),
        )
    return {"partseq": number, "md5": md5, "size": body.length}


def _host(client: BaiduClient, ticket: Ticket) -> str:
    """Baidu names a host for the life of an upload; asked for once (§3.2)."""
    key = "upload-host:" + hashlib.sha256(ticket.upload_id.encode()).hexdigest()
    known = cache.get(key)
    if known is None:
        known = client.locate_upload(ticket.path, ticket.upload_id)
        cache.set(key, known, HOST_SECONDS)
    return str(known)
