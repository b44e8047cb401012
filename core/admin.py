from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from . import audit
from .admin_base import CsvExport, ReadOnlyAdmin, toned
from .models import (
    AuditEntry,
    Event,
    Job,
    JobState,
    LiveSettingChange,
    LiveSettingValue,
    Schedule,
    WorkerBeat,
)

TONES = {
    JobState.QUEUED: "waiting",
    JobState.RUNNING: "moving",
    JobState.WAITING: "waiting",
    JobState.PAUSED: "plain",
    JobState.DONE: "done",
    JobState.FAILED: "needs-you",
    JobState.CANCELLED: "plain",
}


def state_word(row: Any) -> Any:
    return toned(TONES[JobState(row.state)], row.get_state_display())


@admin.register(AuditEntry)
class AuditAdmin(CsvExport, ReadOnlyAdmin):
    """Who did what. The list is the record: it can be searched and exported, never changed."""

    list_display = ["created_at", "username", "action", "surface", "target", "result_word", "duration_ms", "address"]
    list_filter = [("created_at", admin.DateFieldListFilter), "surface", "result", "action"]
    search_fields = ["username", "action", "target", "request_id", "address"]
    ordering = ["-created_at"]
    actions = ["export_csv"]
    export_fields = (
        "created_at",
        "username",
        "action",
        "surface",
        "target",
        "result",
        "duration_ms",
        "address",
        "request_id",
    )

    @admin.display(description=_("result"), ordering="result")
    def result_word(self, row: AuditEntry) -> Any:
        return toned("done" if row.result == "ok" else "needs-you", row.result)


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "user", "seq", "type", "object"]
    list_filter = [("created_at", admin.DateFieldListFilter), "type"]
    search_fields = ["object", "user__username"]
    list_select_related = ["user"]
    ordering = ["-created_at", "-seq"]


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "kind", "state_word", "attempts", "worker", "available_at", "error_code", "user"]
    list_filter = [("created_at", admin.DateFieldListFilter), "state", "kind"]
    search_fields = ["kind", "key", "user__username"]
    list_select_related = ["user"]
    ordering = ["-created_at"]
    actions = ["retry"]

    state_word = admin.display(description=_("state"), ordering="state")(lambda self, row: state_word(row))

    @admin.action(description=_("Try again"))
    def retry(self, request: HttpRequest, rows: QuerySet[Job]) -> None:
        """Put ended or waiting jobs back into the queue; the sweeper rings for them within seconds."""
        states = (JobState.FAILED, JobState.CANCELLED, JobState.WAITING)
        fresh: dict[str, Any] = {
            "attempts": 0,
            "crashes": 0,
            "error": "",
            "error_code": "",
            "rung_at": None,
            "finished_at": None,
        }
        count = rows.filter(state__in=states).update(state=JobState.QUEUED, available_at=Now(), **fresh)
        audit.record("jobs.retry", user=request.user, surface="admin", summary={"count": count})
        self.message_user(
            request, ngettext("%d job is queued again.", "%d jobs are queued again.", count) % count, messages.SUCCESS
        )


@admin.register(Schedule)
class ScheduleAdmin(ReadOnlyAdmin):
    list_display = ["name", "fired_at"]
    search_fields = ["name"]


@admin.register(WorkerBeat)
class WorkerAdmin(ReadOnlyAdmin):
    list_display = ["name", "started_at", "seen_at", "running"]
    ordering = ["-seen_at"]


@admin.register(LiveSettingValue)
class SavedSettingAdmin(ReadOnlyAdmin):
    list_display = ["key", "value", "changed_at"]


@admin.register(LiveSettingChange)
class SettingChangeAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "key", "before", "after", "user"]
    list_filter = ["key"]
    list_select_related = ["user"]
    actions: ClassVar[list[str]] = []


from .batches import admin as _batches  # noqa: E402, F401  (it uses what is above)
