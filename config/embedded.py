"""Celery workers as threads of the server process: the same tasks and the same rows, nothing to install."""

from __future__ import annotations

import threading
from typing import Any

import structlog
from django.conf import settings

from core.jobs import recover_local
from core.jobs.lease import keeper
from core.jobs.schedule import ticker

from .celery import app

log = structlog.get_logger(__name__)
TRANSFER_THREADS = 32  # an upper bound; `TRANSFERS_CONCURRENT` decides how many really run


class Workers:
    def __init__(self) -> None:
        self._workers: list[Any] = []

    def start(self) -> None:
        app.loader.import_default_modules()
        # One worker for both queues: the selection of queues belongs to the app, a second worker would replace it.
        worker = app.WorkController(
            pool="threads",
            concurrency=settings.WORKER_THREADS + TRANSFER_THREADS,
            queues=["jobs", "transfers"],
            hostname="embedded",
            loglevel="WARNING",
            without_heartbeat=True,
            without_gossip=True,
            without_mingle=True,
            prefetch_multiplier=1,
        )
        threading.Thread(target=self._run, args=[worker], name="worker", daemon=True).start()
        self._workers.append(worker)
        recover_local()
        keeper.start()
        ticker.start()

    @staticmethod
    def _run(worker: Any) -> None:
        try:
            worker.start()
        except SystemExit:
            log.info("worker.stopped")

    def stop(self) -> None:
        """Hand long work back at its last checkpoint, then end."""
        from core.batches import runner as batches
        from transfers.runner import hand_back_all

        ticker.stop()
        hand_back_all()
        batches.hand_back_all()
        for worker in self._workers:
            worker.should_stop = True
        keeper.retire()


workers = Workers()
