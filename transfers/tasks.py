from __future__ import annotations

import contextlib
import shutil
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from celery import shared_task
from celery.signals import worker_shutting_down
from django.conf import settings
from django.db.models.signals import post_delete
from django.dispatch import receiver

from accounts.models import User
from core.jobs import every, job, sweepable
from core.models import JobState

from . import control, runner
from .clouds import sending
from .models import CloudServer, LibraryFile, Transfer, Upload
from .services import GIVE_UP, note, tell

OLD = timedelta(hours=1).total_seconds()


@shared_task(name="transfers.run")
def run(pk: str) -> None:
    """A bell: take what the limits allow, most urgent first, until nothing is left to take."""
    while runner.run_next():
        pass


def _taken_back(pk: Any) -> None:
    transfer = Transfer.objects.get(pk=pk)
    failed = transfer.state == JobState.FAILED
    note(transfer, "failed" if failed else "lost_worker", code=transfer.error_code if failed else "")
    tell(transfer, "transfer.failed" if failed else "transfer.changed")


sweepable(Transfer, run, _taken_back, batch=16)


@worker_shutting_down.connect
def _stop(**_: Any) -> None:
    control.closing.set()
    control.ask_all("shutdown")


@job(GIVE_UP, max_attempts=2)
def give_up(server: str, destination: dict[str, Any], checkpoint: dict[str, Any]) -> None:
    """Tell a CloudDrive2 server that an upload is not wanted any more."""
    if row := CloudServer.objects.filter(pk=server).first():
        sending.give_up(row, destination, checkpoint)


@every(3600, "transfers.orphans")
def remove_orphans() -> int:
    """Delete gathered bytes that no transfer owns and files that no library row owns (F03)."""
    removed = 0
    for folder in (".parts", ".spool"):
        for path in Path(settings.LIBRARY_DIR).glob(f"*/{folder}/*"):
            removed += _remove_unowned(path, Transfer)
    for path in Path(settings.LIBRARY_DIR).glob("*/*-*-*-*-*"):
        removed += _remove_unowned(path, Transfer, LibraryFile, Upload)
    return removed


def _remove_unowned(path: Path, *owners: Any) -> int:
    with contextlib.suppress(OSError):
        young = time.time() - path.stat().st_mtime < OLD
        if young or any(owner.objects.filter(pk=path.name).exists() for owner in owners):
            return 0
        path.unlink()
        return 1
    return 0


@receiver(post_delete, sender=LibraryFile)
def _remove_file(instance: LibraryFile, **_: Any) -> None:
    with contextlib.suppress(FileNotFoundError):
        instance.path().unlink()


@receiver(post_delete, sender=User)
def _remove_folder(instance: User, **_: Any) -> None:
    """An account takes its files along (B6)."""
    shutil.rmtree(Path(settings.LIBRARY_DIR) / str(instance.pk), ignore_errors=True)
