from __future__ import annotations

from typing import Any

from celery import shared_task
from celery.signals import worker_shutting_down

from core.jobs import sweepable
from core.models import Batch

from . import runner


@shared_task(name="core.run_batch")
def run_batch(pk: str) -> None:
    runner.run(pk)


sweepable(Batch, run_batch, runner.taken_back)


@worker_shutting_down.connect
def _stop(**_: Any) -> None:
    runner.closing.set()
