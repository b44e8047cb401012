"""A complete upload becomes a library file, by a rename, or a transfer to a drive. Safe to do twice, at once or after a crash."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import structlog
from django.db import transaction
from django.db.models.functions import Now
from django.http import HttpResponse
from django.utils import timezone

from core import audit, events
from core.errors import AppError
from core.faults import fault
from core.jobs import enqueue, job
from transfers import services as transfers
from transfers.engine.files import PartFile
from transfers.models import LibraryFile, Transfer, Upload, library_path

from .errors import Gone
from .services import stand
from .staging import Append, disk

log = structlog.get_logger(__name__)
HASH_AT_ONCE = 8 * 1024 * 1024


def settle(append: Append, response: HttpResponse) -> None:
    """Count the last bytes of a request, finish a complete upload, and let the response say where it stands."""
    row, digest = append.row, append.end()
    append.close()
    if row.offset == row.size:
        complete(row, digest)
    for name, value in stand(row).items():
        response[name] = value


def complete(row: Upload, sha256: str = "") -> None:
    """All bytes are here: finish now, or let a job hash them first where that takes longer."""
    if row.finished_at:
        return
    if sha256 or row.destination_kind == Transfer.Destination.NETDISK or row.size <= HASH_AT_ONCE:
        finish(row, sha256)
    else:
        enqueue("transfers.finish_upload", user_id=row.user_id, key=f"upload:{row.pk}", upload=str(row.pk))


@job("transfers.finish_upload")
def finish_by_job(upload: str) -> None:
    row = Upload.objects.select_related("user").filter(pk=upload, finished_at=None).first()
    if row is not None:
        finish(row)


def finish(row: Upload, sha256: str = "") -> None:
    """Make of it what it is meant to be. What stands in the way is kept with the upload, for its owner to see."""
    try:
        if row.destination_kind == Transfer.Destination.NETDISK:
            _to_drive(row)
        else:
            _to_library(row, sha256)
        row.finished_at = timezone.now()
    except AppError as error:
        log.warning("upload.unfinished", upload=str(row.pk), code=error.code)
        said = error.as_problem()
        row.destination = {**row.destination, "error": {name: said[name] for name in ("code", "title", "hint")}}
        Upload.objects.filter(pk=row.pk).update(destination=row.destination)
        tell(row, "upload.failed", code=error.code)


def _to_drive(row: Upload) -> None:
    place = {"path": row.destination["path"], "conflict": row.destination["conflict"]}
    with transaction.atomic():
        if _claim(row):
            wanted = transfers.from_upload(row.user, row.pk)
            made = transfers.upload(row.user, wanted, drive_id=row.destination["drive"], **place)
            Upload.objects.filter(pk=row.pk).update(transfer=made)
            row.transfer = made
            tell(row, "upload.done", transfer=str(made.pk))


def _to_library(row: Upload, sha256: str) -> None:
    final = library_path(row.user_id, row.pk)
    digest = sha256 or _sha256(row.staged_path() if row.staged_path().exists() else final)
    _publish(row, final)
    fault("upload_published")
    with transaction.atomic():
        if _claim(row):
            _add(row, digest)
            return
    if not Upload.objects.filter(pk=row.pk).exists():
        final.unlink(missing_ok=True)  # cancelled at the last moment


def _claim(row: Upload) -> bool:
    """True for the one who finishes it, in the transaction that does."""
    return bool(Upload.objects.filter(pk=row.pk, finished_at=None).update(finished_at=Now()))


def _publish(row: Upload, final: Path) -> None:
    """The file under its final name, durable; an earlier try may have come this far."""
    with disk():
        file = PartFile.reopen(row.staged_path(), row.size, fault)
        if file is None:
            if final.exists():
                return
            raise Gone
        try:
            file.seal(row.size)
            file.publish(final)
        finally:
            file.close()


def _add(row: Upload, sha256: str) -> None:
    folder = row.destination["folder"]
    LibraryFile.objects.create(
        pk=row.pk, user_id=row.user_id, folder=folder, name=row.name, size=row.size, sha256=sha256, mime=row.mime
    )
    audit.record("library.upload", user=row.user, target=f"file:{row.pk}", summary={"name": row.name, "size": row.size})
    events.publish(row.user_id, "library.added", {"id": str(row.pk), "name": row.name, "folder": folder})
    tell(row, "upload.done", file=str(row.pk))


def tell(row: Upload, type_: str, **more: Any) -> None:
    told = {"id": str(row.pk), "name": row.name, **more}
    events.publish(row.user_id, type_, told, object_=f"upload:{row.pk}")


def _sha256(path: Path) -> str:
    with disk(), open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
