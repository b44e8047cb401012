from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.admin import state_word
from core.admin_base import ReadOnlyAdmin

from .models import Scan


@admin.register(Scan)
class ScanAdmin(ReadOnlyAdmin):
    """Walks of drives; what they found belongs to the drive's owner and is not shown."""

    list_display = ["created_at", "drive", "state_word", "pages", "entries", "size", "available_at", "error_code"]
    list_filter = [("created_at", admin.DateFieldListFilter), "state"]
    search_fields = ["drive__name", "drive__user__username"]
    list_select_related = ["drive"]
    ordering = ["-created_at"]
    fields = [
        "drive", "user", "state", "pages", "entries", "size", "available_at", "worker", "attempts", "crashes",
        "error_code", "error", "created_at", "started_at", "finished_at",
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Scan]:
        return super().get_queryset(request).defer("summary", "changes")

    @admin.display(description=_("state"), ordering="state")
    def state_word(self, row: Scan) -> Any:
        return state_word(row)
