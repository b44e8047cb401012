"""Uploads of a user: begin, find, list, describe, remove."""

from __future__ import annotations

import mimetypes
import re
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.http import http_date
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.errors import Conflict, NotFound
from core.models.jobs import ENDED
from netdisk.drives import parse_id
from transfers.models import Transfer, Upload
from transfers.services import clean_name

from . import destinations, limits, wire
from .errors import TooLarge, WrongOffset
from .staging import Append, reserve

MIME = re.compile(r"[a-z]+/[a-z0-9.+-]+\Z")
MOST_SHOWN = 500


def begin(user: Any, size: int, header: str) -> Upload:
    """A new, empty upload with its room on the disk; `header` is its Upload-Metadata, which names file and destination."""
    said = wire.metadata(header)
    name = clean_name(said.get("filename", ""))
    kind, place = destinations.checked(user, said, name, size)
    limits.admit(user, size)
    row = Upload(user=user, name=name, mime=mime_of(name, said.get("filetype", "")), size=size)
    row.destination_kind, row.destination = kind, {**place, "metadata": header}
    file = reserve(row)
    try:
        with transaction.atomic():
            User.objects.select_for_update().filter(pk=user.pk).first()  # one at a time, so that the limits hold
            limits.admit(user, size)
            row.save(force_insert=True)
    except BaseException:
        file.discard()
        raise
    file.close()
    row.refresh_from_db()
    return row


def mime_of(name: str, said: str) -> str:
    """What the name says; what the client says only where the name says nothing."""
    guessed = mimetypes.guess_type(name)[0]
    return guessed or (said if len(said) <= 100 and MIME.match(said) else "")


def find(user: Any, pk: Any) -> Upload:
    row = Upload.objects.visible_to(user).filter(pk=parse_id(pk)).first()
    if row is None:
        raise NotFound
    return row


def append(row: Upload, offset: int, length: int | None, checksum: wire.Checksum | None) -> Append | None:
    """Take bytes at `offset`, where the upload must stand; None when it is complete and nothing is sent."""
    if row.offset < row.size:
        return Append(row, offset, length, checksum)
    if offset != row.offset:
        raise WrongOffset
    if length != 0:
        raise TooLarge
    return None


def unfinished(user: Any) -> list[Upload]:
    return list(Upload.objects.visible_to(user).filter(finished_at=None)[:MOST_SHOWN])


def stand(row: Upload) -> dict[str, str]:
    """The headers that say where an upload stands."""
    headers = {"Upload-Offset": str(row.offset)}
    return headers if row.finished_at else {**headers, "Upload-Expires": expires(row)}


def expires(row: Upload) -> str:
    """Upload-Expires: when an upload that gets no further bytes goes."""
    return http_date((row.touched_at + limits.patience()).timestamp())


def described(row: Upload) -> dict[str, Any]:
    """An upload as JSON; `state` is open, finishing, failed or done."""
    place = {name: row.destination[name] for name in ("folder", "drive", "path", "conflict") if name in row.destination}
    said = wire.metadata(row.destination.get("metadata", ""))
    modified = said.get("modified", "")
    stored = row.finished_at and row.destination_kind == Transfer.Destination.LIBRARY
    return {
        "id": str(row.pk),
        "url": reverse("transfers:upload", args=[row.pk]),
        "name": row.name,
        "filename": said.get("filename", ""),
        "size": row.size,
        "offset": row.offset,
        "state": state(row),
        "error": row.destination.get("error") if state(row) == "failed" else None,
        "destination": {"kind": row.destination_kind, **place},
        "transfer": str(row.transfer_id) if row.transfer_id else None,
        "file": str(row.pk) if stored else None,
        "modified": int(modified) if modified.isascii() and modified.isdigit() and len(modified) < 16 else None,
        "created_at": row.created_at.isoformat(),
        "expires_at": None if row.finished_at else (row.touched_at + limits.patience()).isoformat(),
    }


def state(row: Upload) -> str:
    if row.finished_at:
        return "done"
    if row.offset < row.size:
        return "open"
    return "failed" if "error" in row.destination else "finishing"


def remove(row: Upload) -> None:
    """Forget an upload and what had arrived of it. What it became stays; bytes that a transfer still needs do too."""
    if row.transfer and row.transfer.state not in ENDED:
        raise Conflict(_("The file is on its way to the drive."), hint=_("Cancel its transfer instead."))
    row.delete()
