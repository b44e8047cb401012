"""What every admin page of the project shares: steady lists, read-only where rows are a record, a safe CSV export."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any, ClassVar

from django.contrib import messages
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline

from .errors import AppError
from .spreadsheet import safe_cell

EXPORT_MOST = 100_000
TONES = {
    "done": "text-green-700 dark:text-green-400",
    "moving": "text-blue-700 dark:text-blue-400",
    "waiting": "text-amber-700 dark:text-amber-400",
    "needs-you": "text-red-700 dark:text-red-400",
    "plain": "text-base-600 dark:text-base-300",
}


class BaseAdmin(ModelAdmin):
    """A list that does not count the whole table twice and saves nothing by accident.

    No `date_hierarchy` on moments: it asks the database for time zones, which MariaDB has only after an extra step.
    """

    list_per_page = 50
    show_full_result_count = False
    warn_unsaved_form = True
    list_filter_sheet = False


class ReadOnlyAdmin(BaseAdmin):
    """Rows that the program writes: staff look, nobody edits."""

    actions: ClassVar[Any] = []

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyInline(TabularInline):
    """Rows below their owner, to look at."""

    extra = 0
    can_delete = False
    show_change_link = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def toned(tone: str, text: Any) -> SafeString:
    """A word in the colour of its state."""
    return format_html('<span class="font-semibold {}">{}</span>', TONES[tone], text)


def each(admin: ModelAdmin, request: HttpRequest, rows: QuerySet[Any], act: Any, said: str) -> None:
    """Run a service on every chosen row; say how many worked and why the others did not."""
    worked, problems = 0, dict[str, int]()
    for row in rows:
        try:
            act(row)
            worked += 1
        except AppError as error:
            problems[str(error.message)] = problems.get(str(error.message), 0) + 1
    if worked:
        admin.message_user(request, said % worked, messages.SUCCESS)
    for text, count in problems.items():
        admin.message_user(request, f"{count} × {text}", messages.WARNING)


class _Echo:
    def write(self, value: str) -> str:
        return value


class CsvExport:
    """Adds the action "Export as CSV": the concrete fields named in `export_fields`, row by row."""

    export_fields: ClassVar[tuple[str, ...]] = ()

    def export_csv(self, request: HttpRequest, rows: QuerySet[Any]) -> StreamingHttpResponse:
        writer = csv.writer(_Echo())
        name = rows.model._meta.model_name

        def lines() -> Iterator[str]:
            yield "\N{ZERO WIDTH NO-BREAK SPACE}" + writer.writerow(
                self.export_fields
            )  # Excel reads UTF-8 by this mark
            for values in rows.values_list(*self.export_fields)[:EXPORT_MOST].iterator(chunk_size=1000):
                yield writer.writerow([safe_cell(value) for value in values])

        headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
        return StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8", headers=headers)

    export_csv.short_description = _("Export as CSV")  # type: ignore[attr-defined]


def all_fields(model: type[models.Model], *, without: tuple[str, ...] = ()) -> list[str]:
    """The names of a model's own columns, for pages that show everything."""
    return [field.name for field in model._meta.concrete_fields if field.name not in without]
