"""`/activity/`: a person's own audit lines, filters kept in the address, and the export of what is shown."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime, time, timedelta
from typing import Any

import django_filters
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from accounts.reauth import reauth
from config import sentences
from core import audit
from core.models import AuditEntry
from core.pages import Address, page_of
from core.spreadsheet import safe_cell

MOST_EXPORTED = 10_000
FIRST_DAY, LAST_DAY = date(1970, 1, 2), date(2999, 12, 30)
COLUMNS = (
    "created_at",
    "action",
    "target",
    "result",
    "surface",
    "address",
    "duration_ms",
    "request_id",
    "summary",
)
KINDS = {"changes": _("Changes"), "problems": _("Problems")}


class ActivityFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="search", max_length=100)
    kind = django_filters.ChoiceFilter(choices=list(KINDS.items()), method="of_kind")
    action = django_filters.CharFilter(max_length=80)
    result = django_filters.CharFilter(max_length=64)
    since = django_filters.DateFilter(method="from_day")
    until = django_filters.DateFilter(method="to_day")

    class Meta:
        model = AuditEntry
        fields: list[str] = []

    def search(self, rows: QuerySet[AuditEntry], name: str, value: str) -> QuerySet[AuditEntry]:
        """In what the row holds and in the words the page shows for its action."""
        wanted = value.casefold()
        actions = [action for action, words in sentences.titles().items() if wanted in str(words).casefold()]
        fields = (
            Q(action__icontains=value)
            | Q(target__icontains=value)
            | Q(request_id__iexact=value)
            | Q(address__icontains=value)
        )
        return rows.filter(fields | Q(action__in=actions))

    def from_day(self, rows: QuerySet[AuditEntry], name: str, day: date) -> QuerySet[AuditEntry]:
        return rows.filter(created_at__gte=start_of(day))

    def to_day(self, rows: QuerySet[AuditEntry], name: str, day: date) -> QuerySet[AuditEntry]:
        return rows.filter(created_at__lt=start_of(min(day, LAST_DAY) + timedelta(days=1)))

    def of_kind(self, rows: QuerySet[AuditEntry], name: str, value: str) -> QuerySet[AuditEntry]:
        return rows.exclude(result="ok") if value == "problems" else rows.exclude(action__in=sentences.reads())


def start_of(day: date) -> datetime:
    """Midnight in the person's zone; reckoned here because MariaDB knows zones only after an extra step."""
    return timezone.make_aware(datetime.combine(max(FIRST_DAY, min(day, LAST_DAY)), time()))


class Activity(LoginRequiredMixin, TemplateView):
    template_name = "dashboard/activity.html"

    def own(self) -> QuerySet[AuditEntry]:
        user: Any = self.request.user
        return AuditEntry.objects.filter(user=user)

    @cached_property
    def filter(self) -> ActivityFilter:
        return ActivityFilter(self.request.GET, queryset=self.own().order_by("-created_at", "-pk"))

    @cached_property
    def address(self) -> Address:
        return Address({name: self.request.GET.get(name, "") for name in self.filter.filters})

    def rows(self) -> QuerySet[AuditEntry]:
        return self.filter.qs if self.filter.is_valid() else AuditEntry.objects.none()

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        kind = request.GET.get("export", "")
        if kind not in EXPORTS:
            return super().get(request, *args, **kwargs)
        return reauth(lambda asked: self._export(asked, kind))(request)

    def _export(self, request: HttpRequest, kind: str) -> HttpResponse:
        rows = list(self.rows().values(*COLUMNS)[:MOST_EXPORTED])
        audit.record("activity.export", user=request.user, summary={"format": kind, "count": len(rows)})
        maker, content_type = EXPORTS[kind]
        disposition = {"Content-Disposition": f'attachment; filename="activity.{kind}"'}
        return HttpResponse(maker(rows), content_type=content_type, headers=disposition)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = page_of(self.request, self.rows())
        return super().get_context_data(**kwargs) | {
            "filter": self.filter,
            "filtered": bool(self.address.query),
            "page_obj": page,
            "query": self.address.query,
            "lines": sentences.audit_lines(page.object_list),
            "actions": self._actions(),
            "tabs": self._tabs(),
        }

    def _actions(self) -> list[tuple[str, str]]:
        own = self.own().order_by().values_list("action", flat=True).distinct()
        return sorted(((name, str(sentences.title(name))) for name in own), key=lambda pair: pair[1])

    def _tabs(self) -> list[dict[str, Any]]:
        here = self.address.values["kind"]
        return [
            {"label": label, "url": self.address.url(kind=kind), "current": kind == here}
            for kind, label in (("", _("All")), *KINDS.items())
        ]


def as_csv(rows: list[dict[str, Any]]) -> str:
    """With a byte order mark for spreadsheets, and no cell that one would run as a formula (H70)."""
    text = io.StringIO()
    text.write("\ufeff")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows([[cell(row[name]) for name in COLUMNS] for row in rows])
    return text.getvalue()


def cell(value: Any) -> str:
    if isinstance(value, dict | list):
        value = as_json(value, indent=None)
    return safe_cell(value.isoformat() if hasattr(value, "isoformat") else value)


def as_json(rows: Any, indent: int | None = 2) -> str:
    return json.dumps(rows, cls=DjangoJSONEncoder, ensure_ascii=False, indent=indent)


EXPORTS = {"csv": (as_csv, "text/csv; charset=utf-8"), "json": (as_json, "application/json")}
