"""`/health` (alive), `/health/ready` (can serve) and `/health/detail` (staff); each part is checked with a bound on time."""

from __future__ import annotations

import hmac
import ipaddress
import os
import platform
import shutil
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import django
import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse, JsonResponse
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import IsAdminUser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from . import metrics
from .errors import Forbidden
from .models import Job, JobState, WorkerBeat
from .request import current

STARTED = time.time()
WORKER_SILENCE = timedelta(seconds=40)
Part = dict[str, Any]


def live(request: HttpRequest) -> JsonResponse:
    """200 when the site can serve; says which parts are degraded."""
    parts = {name: part["status"] for name, part in {**_essential(), "redis": _redis()}.items()}
    broken = parts["database"] != "ok"
    status = "error" if broken else "ok" if set(parts.values()) <= {"ok", "off"} else "degraded"
    return JsonResponse(
        {"status": status, "version": settings.VERSION, "mode": settings.MODE, "parts": parts},
        status=503 if broken else 200,
    )


def ready(request: HttpRequest) -> JsonResponse:
    """200 when this process should get traffic: database reachable and its schema known."""
    parts = {**_essential(), "migrations": _migrations()}
    good = all(part["status"] == "ok" for part in parts.values())
    return JsonResponse({"status": "ok" if good else "error", "parts": parts}, status=200 if good else 503)


def detail() -> dict[str, Any]:
    """Everything a staff member needs to see what is wrong; holds no secrets."""
    parts = {**_essential(), "migrations": _migrations(), "redis": _redis(), "workers": _workers(), "jobs": _jobs()}
    return {
        "version": settings.VERSION,
        "mode": settings.MODE,
        "python": platform.python_version(),
        "django": django.get_version(),
        "database_engine": connection.vendor,
        "uptime_seconds": round(time.time() - STARTED),
        "memory_bytes": _memory(),
        "load": list(os.getloadavg()),
        "websockets": metrics.SOCKETS._value.get(),
        "data_dir": str(settings.DATA_DIR),
        "parts": parts,
    }


def _essential() -> dict[str, Part]:
    return {"database": _timed(_database), "disk": _disk()}


def _timed(check: Callable[[], Part]) -> Part:
    started = time.perf_counter()
    part = check()
    return {**part, "ms": round((time.perf_counter() - started) * 1000, 1)}


def _database() -> Part:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return {"status": "ok"}
    except DatabaseError as error:
        return {"status": "error", "reason": type(error).__name__}


def _disk() -> Part:
    usage = shutil.disk_usage(settings.DATA_DIR)
    status = "ok" if usage.free > 512 * 1024 * 1024 else "low"
    return {"status": status, "free_bytes": usage.free, "total_bytes": usage.total}


def _migrations() -> Part:
    try:
        executor = MigrationExecutor(connection)
        pending = [
            f"{step.app_label}.{step.name}" for step, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())
        ]
    except DatabaseError as error:
        return {"status": "error", "reason": type(error).__name__}
    return {"status": "pending" if pending else "ok", "pending": pending}


def _redis() -> Part:
    if not settings.REDIS_URL:
        return {"status": "off"}
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)
    try:
        client.ping()
        return {"status": "ok"}
    except redis.RedisError as error:
        return {"status": "error", "reason": type(error).__name__}
    finally:
        client.close()


def workers_alive() -> bool:
    return WorkerBeat.objects.filter(seen_at__gt=Now() - WORKER_SILENCE).exists()


def _workers() -> Part:
    rows = list(WorkerBeat.objects.order_by("-seen_at").values("name", "started_at", "seen_at", "running")[:20])
    return {"status": "ok" if workers_alive() else "silent", "workers": rows}


def _jobs() -> Part:
    counts: dict[str, Any] = {
        str(state): Job.objects.filter(state=state).count()
        for state in (JobState.QUEUED, JobState.RUNNING, JobState.FAILED)
    }
    return {"status": "ok", **counts}


def _memory() -> int:
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class Detail(APIView):
    """Every part with its figures, for staff."""

    permission_classes = [IsAdminUser]

    @extend_schema(tags=["system"], responses={200: dict})
    def get(self, request: Request) -> Response:
        return Response(detail())


def guard_metrics(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Metrics are for the token in METRICS_TOKEN, for loopback when there is none, and for staff."""

    def guarded(request: HttpRequest) -> HttpResponse:
        user = getattr(request, "user", None)
        if not (_has_token(request) or (user is not None and user.is_authenticated and user.is_staff)):
            raise Forbidden
        return view(request)

    return guarded


def _has_token(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), settings.METRICS_TOKEN.encode())
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False  # a proxy on this host makes everyone look local
    address = current().address
    return bool(address) and ipaddress.ip_address(str(address)).is_loopback
