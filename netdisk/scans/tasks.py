from __future__ import annotations

from celery import shared_task

from core.jobs import sweepable

from . import runner
from .models import Scan


@shared_task(name="netdisk.run_scan")
def run_scan(pk: str) -> None:
    runner.run(pk)


sweepable(Scan, run_scan, runner.taken_back)
