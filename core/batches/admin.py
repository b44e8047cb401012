from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from core.admin import state_word
from core.admin_base import ReadOnlyAdmin
from core.models import Batch


@admin.register(Batch)
class BatchAdmin(ReadOnlyAdmin):
    """Who ordered what, and how far it is. Arguments and results belong to their owner and are not shown."""

    list_display = ["created_at", "user", "name", "state_word", "total", "done", "failed", "unknown", "error_code"]
    list_filter = [("created_at", admin.DateFieldListFilter), "state", "surface"]
    search_fields = ["name", "user__username"]
    list_select_related = ["user"]
    ordering = ["-created_at"]
    fields = [
        "user", "name", "surface", "service", "stop_on_error", "state", "total", "done", "failed", "unknown", "skipped",
        "available_at", "worker", "crashes", "error_code", "error", "created_at", "started_at", "finished_at",
    ]  # fmt: skip

    @admin.display(description=_("state"), ordering="state")
    def state_word(self, row: Batch) -> Any:
        return state_word(row)
