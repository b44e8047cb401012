from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import worker_ready, worker_shutdown

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("yungang")
app.config_from_object("config.celeryconfig")
app.autodiscover_tasks(["core.jobs"], related_name="queue")
app.autodiscover_tasks()


@worker_ready.connect
def _begin(**_: Any) -> None:
    """Every worker process renews its leases, reports that it lives, and ticks the schedules."""
    from core.jobs import recover_local
    from core.jobs.lease import keeper
    from core.jobs.schedule import ticker

    recover_local()
    keeper.start()
    ticker.start()


@worker_shutdown.connect
def _end(**_: Any) -> None:
    from core.jobs.lease import keeper
    from core.jobs.schedule import ticker

    ticker.stop()
    keeper.retire()
