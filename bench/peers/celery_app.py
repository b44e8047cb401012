"""A plain Celery task on Redis that notes when it began. Environment: PEER_REDIS."""

from __future__ import annotations

import os
import time

import redis
from celery import Celery

URL = os.environ.get("PEER_REDIS", "redis://127.0.0.1:6379/0")
TASK = "empty"
app = Celery("peer", broker=URL)
app.conf.update(task_ignore_result=True, broker_connection_retry_on_startup=True)
results = redis.Redis.from_url(URL)


@app.task(name=TASK)
def empty(key: str) -> None:
    began = time.monotonic()  # one clock for all processes of a machine
    results.rpush(key, repr(began))
