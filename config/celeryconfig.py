"""Celery's settings. A message carries an id and is only a wake-up, so nothing here has to be durable (architecture §4)."""

from __future__ import annotations

import sys

from django.conf import settings
from kombu.transport import TRANSPORT_ALIASES

broker_url = settings.CELERY_BROKER_URL
broker_connection_retry_on_startup = True
broker_connection_max_retries = None
broker_channel_error_retry = True
task_ignore_result = True
task_serializer = "json"
accept_content = ["json"]
task_acks_late = True
task_default_queue = "jobs"
task_routes = {"transfers.*": {"queue": "transfers"}}
worker_prefetch_multiplier = 1
worker_hijack_root_logger = False
worker_redirect_stdouts = False
worker_send_task_events = False
worker_cancel_long_running_tasks_on_connection_loss = False
timezone = settings.TIME_ZONE
# Celery's Django fixup closes the connection around every task; ours stay open and are checked by Django (CONN_HEALTH_CHECKS).
CELERY_DB_REUSE_MAX = sys.maxsize
if broker_url.startswith("memory"):
    TRANSPORT_ALIASES["memory"] = "config.memory_broker:Transport"
elif broker_url.startswith("redis"):
    # Short time-outs and keep-alive: without them a half-open connection is never noticed (F34).
    broker_transport_options: dict[str, object] = {
        "global_keyprefix": f"{settings.REDIS_PREFIX}:",
        "socket_timeout": 5,
        "socket_connect_timeout": 2,
        "socket_keepalive": True,
        "health_check_interval": 10,
        "retry_on_timeout": True,
        "visibility_timeout": 3600,
    }
