"""What people do with transfers: create, pause, resume, cancel, retry, prioritise. The worker's side is in `runner`."""

from __future__ import annotations

import hashlib
from typing import Any, Literal, get_args

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.limits import spend_downloads
from core import audit, events
from core.errors import Conflict, Invalid, NotFound
from core.jobs.queue import enqueue, ring
from core.models import JobState
from core.models.jobs import ENDED
from netdisk.baidu.upload import plan_blocks
from netdisk.drives import find_drive, parse_id
from netdisk.errors import translated
from netdisk.models import DriveAccount

from . import control, messages, names
from .clouddrive2.paths import join
from .clouds import servers
from .clouds.errors import translated as cloud_translated
from .models import Transfer, TransferStep, Upload
from .wanted import (
    MAX_URL,
    Wanted,
    check_addresses,
    clean_folder,
    clean_name,
    from_cloud,
    from_library,
    from_netdisk,
    from_upload,
    from_url,
    wanted_files,
)

__all__ = [
    "MAX_BATCH",
    "MAX_URL",
    "Conflicts",
    "Wanted",
    "cancel",
    "clean_folder",
    "clean_name",
    "create",
    "discard_parts",
    "find",
    "from_cloud",
    "from_library",
    "from_netdisk",
    "from_upload",
    "from_url",
    "note",
    "pause",
    "prioritise",
    "problem",
    "remove",
    "resume",
    "retry",
    "store_all",
    "summary",
    "tell",
    "upload",
    "upload_all",
    "wanted_files",
]  # fmt: skip

MAX_BATCH = 500
GIVE_UP = "transfers.give_up"
LOCAL = (Transfer.Source.LIBRARY, Transfer.Source.UPLOAD)
Conflicts = Literal["fail", "rename", "overwrite", "skip"]


def summary(transfer: Transfer) -> dict[str, Any]:
    """What events and lists say about a transfer; holds no link and no secret."""
    return {
        "id": str(transfer.pk),
        "name": transfer.name,
        "state": transfer.state,
        "bytes": transfer.done_bytes,
        "total": transfer.size,
        "percent": transfer.percent,
        "error_code": transfer.error_code,
        "verified": transfer.verified,
        "to": transfer.destination_kind,
    }


def tell(transfer: Transfer, type_: str = "transfer.changed") -> None:
    events.publish(transfer.user_id, type_, summary(transfer), object_=transfer.object_name)


def note(transfer: Transfer, step: str, /, **data: Any) -> None:
    """One line in the transfer's timeline."""
    TransferStep.objects.create(
        transfer=transfer, code=step, data=data, attempt=transfer.attempts, worker=transfer.worker
    )


def create(
    user: Any,
    files: list[Wanted],
    *,
    folder: str = "/",
    priority: int = 0,
    connections: int = 0,
    key: str | None = None,
) -> list[Transfer]:
    """Queue the files, all or none. The daily limit is spent in the same transaction (A10)."""
    if not files or len(files) > MAX_BATCH:
        raise Invalid(_("Choose between 1 and %d files.") % MAX_BATCH)
    if before := _made_before(user, key):
        return before
    if any(wanted.kind in LOCAL for wanted in files):
        raise Invalid(_("This file is here already."), fields={"destination": [_("Choose a drive.")]})
    place = clean_folder(folder)
    options: dict[str, Any] = {"folder": place, "priority": priority, "connections": connections}
    return _insert_all(user, [(wanted, options) for wanted in files], key, spend=len(files))


def upload(user: Any, wanted: Wanted, **options: Any) -> Transfer:
    """Queue one file for a drive; see `upload_all`. `name` (empty: the source's own) is what it is called there."""
    return upload_all(user, [wanted], **options)[0]


def upload_all(
    user: Any,
    files: list[Wanted],
    *,
    path: str = "",
    name: str = "",
    drive_id: Any = None,
    service: bool = False,
    conflict: str = "rename",
    priority: int = 0,
    connections: int = 0,
    key: str | None = None,
) -> list[Transfer]:
    """Queue files for the folder `path` of a drive (empty: the app's own), all or none.

    What Baidu would refuse at the end is refused here: names, empty and too large files. Only what comes from a drive
    counts as a download (A10).
    """
    if not files or len(files) > MAX_BATCH or (name and len(files) > 1):
        raise Invalid(_("Choose between 1 and %d files.") % MAX_BATCH)
    if before := _made_before(user, key):
        return before
    if conflict not in get_args(Conflicts):
        raise Invalid(fields={"conflict": [_("Use one of %s.") % ", ".join(get_args(Conflicts))]})
    drive = find_drive(user, mode="public" if service else "user", drive_id=drive_id)
    check_addresses(files)
    folder = path or names.default_folder()
    options = {
        "destination_kind": Transfer.Destination.NETDISK,
        "target": drive,
        "priority": priority,
        "connections": connections,
    }
    items = [
        (wanted, {**options, "destination": {"path": _target(wanted, folder, name, drive), "conflict": conflict}})
        for wanted in files
    ]
    spend = sum(wanted.kind == Transfer.Source.NETDISK for wanted in files)
    return _insert_all(user, items, key, spend=spend)


def store_all(
    user: Any,
    files: list[Wanted],
    *,
    path: str = "/",
    name: str = "",
    server_id: Any = None,
    conflict: str = "rename",
    priority: int = 0,
    connections: int = 0,
    key: str | None = None,
) -> list[Transfer]:
    """Queue files for the folder `path` of a CloudDrive2 server, all or none."""
    if not files or len(files) > MAX_BATCH or (name and len(files) > 1):
        raise Invalid(_("Choose between 1 and %d files.") % MAX_BATCH)
    if before := _made_before(user, key):
        return before
    if conflict not in get_args(Conflicts):
        raise Invalid(fields={"conflict": [_("Use one of %s.") % ", ".join(get_args(Conflicts))]})
    server = servers.find(user, server_id)
    check_addresses(files)
    options = {
        "destination_kind": Transfer.Destination.CLOUDDRIVE,
        "to_server": server,
        "priority": priority,
        "connections": connections,
    }
    with cloud_translated():
        items = [
            (wanted, {**options, "destination": {"path": join(path, name or wanted.name), "conflict": conflict}})
            for wanted in files
        ]
    spend = sum(wanted.kind == Transfer.Source.NETDISK for wanted in files)
    return _insert_all(user, items, key, spend=spend)


def _target(wanted: Wanted, folder: str, name: str, drive: DriveAccount) -> str:
    """The path on the drive; a link's own name is made to fit, one that somebody chose is not."""
    if wanted.size is not None:
        with translated():
            plan_blocks(wanted.size, drive.vip_type)
    unnamed = wanted.kind == Transfer.Source.URL and not wanted.source.get("named")
    return names.remote_path(folder, name or (names.tidy(wanted.name) if unnamed else wanted.name))


def _insert_all(
    user: Any, items: list[tuple[Wanted, dict[str, Any]]], key: str | None, *, spend: int
) -> list[Transfer]:
    try:
        with transaction.atomic():
            if spend:
                spend_downloads(user, spend)
            rows = [
                _insert(user, wanted, wanted.key or _row_key(key, number), **options)
                for number, (wanted, options) in enumerate(items)
            ]
            transaction.on_commit(lambda: _ring_some(rows), robust=True)
    except IntegrityError:
        if before := _made_before(user, key):
            return before  # the same request, answered by another process a moment ago
        raise
    return rows


def _row_key(key: str | None, number: int) -> str | None:
    """One request may make several rows: each has the request's key and its place in it."""
    return f"{hashlib.sha256(key.encode()).hexdigest()[:40]}:{number}" if key else None


def _made_before(user: Any, key: str | None) -> list[Transfer]:
    """What the same request made the first time."""
    prefix = (_row_key(key, 0) or "").removesuffix("0")
    return list(Transfer.objects.filter(user=user, key__startswith=prefix).order_by("created_at")) if key else []


def _insert(user: Any, wanted: Wanted, key: str | None, **options: Any) -> Transfer:
    row = Transfer.objects.create(
        user=user,
        source_kind=wanted.kind,
        source=wanted.source,
        account_id=wanted.account_id,
        from_server_id=wanted.server_id,
        name=clean_name(wanted.name),
        size=wanted.size,
        expected_md5=wanted.md5,
        key=key,
        available_at=Now(),
        rung_at=Now(),
        **options,
    )
    note(row, "created")
    tell(row, "transfer.created")
    return row


def _ring_some(rows: list[Transfer]) -> None:
    """One bell per worker that may be idle is enough: whoever finishes one takes the next."""
    from .tasks import run

    for row in rows[:8]:
        ring(run, row.pk)


def find(user: Any, pk: Any) -> Transfer:
    row: Transfer | None = (
        Transfer.objects.visible_to(user)
        .select_related("account", "target", "from_server", "to_server")
        .filter(pk=parse_id(pk))
        .first()
    )
    if row is None:
        raise NotFound
    return row


def _change(transfer: Transfer, allowed: tuple[str, ...], step: str, **changes: Any) -> bool:
    """Move a row that nobody runs; false when its state was not one of `allowed`."""
    with transaction.atomic():
        if not Transfer.objects.filter(pk=transfer.pk, state__in=allowed).update(**changes):
            return False
        transfer.refresh_from_db()
        note(transfer, step)
        tell(transfer)
    return True


def _ask_worker(transfer: Transfer, wanted: Literal["pause", "cancel"]) -> bool:
    """Tell the worker that runs this: through the row for any process, directly for this one."""
    asked = (
        Transfer.objects.filter(pk=transfer.pk, state=JobState.RUNNING).exclude(wanted="cancel").update(wanted=wanted)
    )
    if asked:
        control.ask(transfer.pk, wanted)
    transfer.refresh_from_db()
    return bool(asked)


IDLE = (JobState.QUEUED, JobState.WAITING)


def pause(user: Any, transfer: Transfer) -> Transfer:
    changes = {"state": JobState.PAUSED, "error": "", "error_code": ""}
    paused = transfer.state == JobState.PAUSED or _change(transfer, IDLE, "paused", **changes)
    if not paused and not _ask_worker(transfer, "pause"):
        raise Conflict(_("Only a transfer that waits or runs can be paused."))
    audit.record("transfers.pause", user=user, target=transfer.object_name)
    return transfer


def resume(user: Any, transfer: Transfer) -> Transfer:
    fresh = {"state": JobState.QUEUED, "available_at": Now(), "rung_at": Now(), "wanted": ""}
    if not _change(transfer, (JobState.PAUSED, JobState.WAITING), "continued", **fresh):
        if transfer.state == JobState.RUNNING and transfer.wanted == "pause":
            Transfer.objects.filter(pk=transfer.pk, wanted="pause").update(wanted="")
        elif transfer.state not in (JobState.QUEUED, JobState.RUNNING):
            raise Conflict(_("Only a paused or waiting transfer can be continued."))
    transaction.on_commit(lambda: _ring_some([transfer]), robust=True)
    audit.record("transfers.resume", user=user, target=transfer.object_name)
    return transfer


def cancel(user: Any, transfer: Transfer) -> Transfer:
    """End it and remove what was gathered; a running one is ended by its worker within a second."""
    idle = (*IDLE, JobState.PAUSED, JobState.FAILED)
    changes = {"state": JobState.CANCELLED, "finished_at": Now()}
    cancelled = transfer.state == JobState.CANCELLED or _change(transfer, idle, "cancelled", **changes)
    if not cancelled and not _ask_worker(transfer, "cancel"):
        raise Conflict(_("A finished transfer can't be cancelled."))
    if transfer.state == JobState.CANCELLED:
        discard_parts(transfer)
    audit.record("transfers.cancel", user=user, target=transfer.object_name)
    return transfer


def retry(user: Any, transfer: Transfer) -> Transfer:
    """Start a failed or cancelled one again; what is on disk is kept and used."""
    fresh: dict[str, Any] = {"state": JobState.QUEUED, "available_at": Now(), "rung_at": Now(), "finished_at": None}
    fresh |= {"attempts": 0, "crashes": 0, "error": "", "error_code": "", "error_data": {}, "wanted": ""}
    if not _change(transfer, (JobState.FAILED, JobState.CANCELLED, JobState.WAITING), "retried", **fresh):
        raise Conflict(_("Only a failed or cancelled transfer can be retried."))
    transaction.on_commit(lambda: _ring_some([transfer]), robust=True)
    audit.record("transfers.retry", user=user, target=transfer.object_name)
    return transfer


def prioritise(user: Any, transfer: Transfer, priority: int) -> Transfer:
    Transfer.objects.filter(pk=transfer.pk).update(priority=max(-10, min(10, priority)))
    transfer.refresh_from_db()
    return transfer


def remove(user: Any, transfer: Transfer) -> None:
    """Take an ended transfer off the list; the library file stays."""
    if transfer.state not in ENDED:
        raise Conflict(_("Cancel the transfer first."))
    discard_parts(transfer)
    discard_staged(transfer)
    audit.record("transfers.remove", user=user, target=transfer.object_name)
    tell(transfer, "transfer.removed")
    transfer.delete()


def discard_parts(transfer: Transfer) -> None:
    """What was gathered here of an unfinished one; what a drive got of it, the drive forgets by itself, a server is told."""
    if transfer.to_server_id and transfer.checkpoint.get("way"):
        enqueue(
            GIVE_UP,
            user_id=transfer.user_id,
            server=str(transfer.to_server_id),
            destination=transfer.destination,
            checkpoint=transfer.checkpoint,
        )
    for path in (transfer.part_path(), transfer.spool_path()):
        path.unlink(missing_ok=True)
    transfer.parts.all().delete()
    Transfer.objects.filter(pk=transfer.pk).update(done_bytes=0, checkpoint={})


def discard_staged(transfer: Transfer) -> None:
    """The bytes of an upload, once no transfer needs them any more."""
    if transfer.source_kind == Transfer.Source.UPLOAD:
        staged = Upload.objects.filter(user=transfer.user_id, pk=transfer.source.get("upload")).first()
        if staged is not None:
            staged.staged_path().unlink(missing_ok=True)


def problem(transfer: Transfer) -> str:
    """The in-row sentence, empty when all is well."""
    return messages.why(transfer.error_code, transfer.error) if transfer.error_code else ""
